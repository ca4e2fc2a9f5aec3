"""R2, N1: the article's own case through the pages: the bank's lesson becomes a rule, a new bank waits for its letter, and the
manufacturer goes on, unless the rule binds all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, SignOff, StandingRule
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from tests.conftest import SignIn
from tests.factories import (
    ClientFactory,
    LessonFactory,
    MembershipFactory,
    ObjectiveFactory,
    ScopeItemFactory,
    UserFactory,
)
from tests.factories.accounts import PASSWORD
from tests.ready import make_ready_for_execution
from tests.reports.test_rule_pages import LETTER, promote_url

pytestmark = pytest.mark.django_db
RULE = str(LETTER["title"])


def begun(browser: Client, industry: str) -> tuple[Engagement, User]:
    """A new engagement, made by its form and ready but for the rules; with the client's PM."""
    client, today = ClientFactory(industry=industry), Engagement().today()
    fields = {
        "client": client.pk, "name": f"{industry} CRM", "site": "总部", "core_task": "go_live", "language": "zh-hans",
        "time_zone": "Asia/Shanghai", "calendar": "CN", "start_on": today, "agreed_go_live_on": today + timedelta(days=60),
        "stand_up_weekdays": ["1", "2", "3", "4", "5"], "stand_up_at": "09:00", "file_quota_mb": 500,
    }  # fmt: skip
    made = browser.post(reverse("engagements:create"), fields)
    assert made.status_code == 302, made.context["form"].errors
    engagement = Engagement.objects.unscoped().get(client=client)
    lead, pm = UserFactory(role=Role.ENGINEER), UserFactory(role=Role.CLIENT)
    for user, part in ((lead, Part.LEAD), (pm, Part.CLIENT_PM), (pm, Part.BUSINESS_OWNER)):
        MembershipFactory(engagement=engagement, user=user, part=part)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    goals = signing.freeze_goals(actor=lead, engagement=engagement)
    signing.sign_on_screen(actor=pm, sign_off=goals, text_hash=goals.text_hash, proof=PASSWORD)
    make_ready_for_execution(engagement, lead)
    return engagement, pm


def moved(browser: Client, engagement: Engagement) -> tuple[bool, str]:
    """Press the button; return whether it began, and what the answer says."""
    answer: Any = browser.post(reverse("engagements:phase_change", args=[engagement.pk]), {"to": "execution"})
    engagement.refresh_from_db()
    return engagement.phase == "execution", answer.content.decode()


@pytest.mark.parametrize("binds_all", [False, True])
def test_the_banks_lesson_stops_a_new_bank_until_the_letter_is_signed(
    binds_all: bool, manager: User, sign_in: SignIn
) -> None:
    lesson = LessonFactory(engagement__client=ClientFactory(industry="banking"), engagement__created_by=manager)
    browser = sign_in(manager)
    browser.post(promote_url(lesson), LETTER | ({"binds_all": "on"} if binds_all else {}))
    assert StandingRule.objects.count() == 1
    bank, pm = begun(browser, "banking")
    factory, _pm = begun(browser, "manufacturing")
    went, told = moved(browser, bank)
    assert not went and f"“{RULE}”" in told and "权限确认书" in told
    went, told = moved(browser, factory)
    assert (went, RULE in told) == (not binds_all, binds_all)
    letter = SignOff.objects.unscoped().get(engagement=bank, kind=SignOff.Kind.RULE)
    page = reverse("engagements:sign_off", args=[bank.pk, letter.pk])
    signer = sign_in(pm)
    assert RULE not in signer.get(page).content.decode()
    signer.post(page, {"text_hash": letter.text_hash, "proof": PASSWORD})
    assert moved(browser, bank)[0]
