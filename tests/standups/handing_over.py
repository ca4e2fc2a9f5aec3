"""A hand-over sheet that could be frozen, for the tests around it."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from engagements.models import Engagement, Signature, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Severity
from standups.services import hand_over
from tests.factories import (
    EnvironmentFactory,
    HandOverFactory,
    OperationsContactFactory,
    ProblemFactory,
    ReturnedAccessFactory,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def went_live(engagement: Engagement, days_ago: int) -> date:
    """Let it be live since that many days."""
    engagement.go_live_on = engagement.today() - timedelta(days=days_ago)
    engagement.save(update_fields=["go_live_on"])
    return engagement.go_live_on


def filled(engagement: Engagement) -> None:
    """Fill the sheet of a live engagement with one row of each kind; every open item has somebody who sees to it."""
    if engagement.go_live_on is None:
        went_live(engagement, 0)
    HandOverFactory(engagement=engagement, taken_over_by="信息科", support_hours="工作日 8:30–18:00")
    OperationsContactFactory(engagement=engagement, name="孙工")
    EnvironmentFactory(engagement=engagement, name="生产环境", access_kept="信息科保险柜")
    ReturnedAccessFactory(engagement=engagement, what="堡垒机账号 onsite01")
    ProblemFactory(
        engagement=engagement, title="凭条打印慢", severity=Severity.MINOR, owner_role="信息科",
        raised_on=engagement.today() - timedelta(days=3),
    )  # fmt: skip


def frozen(engagement: Engagement, lead: User) -> SignOff:
    """Fill the sheet and freeze it."""
    filled(engagement)
    return hand_over.freeze_hand_over(actor=lead, engagement=engagement)


def on_paper(sign_off: SignOff, registrar: User) -> Signature:
    """Register the signed sheet of the client's PM."""
    return signing.register_paper(
        actor=registrar, sign_off=sign_off, part=Part.CLIENT_PM, signer_name="陈镕",
        signed_on=sign_off.engagement.today(), code=sign_off.code, scan=SimpleUploadedFile("scan.png", PNG),
    )  # fmt: skip
