"""Data checks as tests make them: an object with a round that differs, counted, sampled, frozen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.test import Client

from engagements.models import Engagement, SignOff
from onsite.accounts.models import User
from standups.data.mapping import Field
from standups.models import CountLine, DataObject, LoadRound
from standups.services import data_checks, data_counts, data_signing
from standups.services.data_counts import CountEntry
from tests.standups.browser import Fields, fields_of

FIELDS = (Field("ALLERGY_CODE", "allergy", "字典对照"), Field("PAT_NAME", "name"))


def patients(actor: User, engagement: Engagement, **fields: Any) -> DataObject:
    """Add an object without a round."""
    named = {"name": "患者主数据", "source": "旧 HIS", "target": "新 HIS", "owner": "病案室"}
    return data_checks.save_object(actor=actor, engagement=engagement, **named | fields)


def loaded(actor: User, engagement: Engagement, **fields: Any) -> LoadRound:
    """Add an object with a mapping of two fields; round 1 is open."""
    row = patients(actor, engagement, **fields)
    return data_checks.save_mapping(actor=actor, data_object=row, was=0, lines=FIELDS)


def entry(name: str, source: int | None = None, target: int | None = None, why: str = "", **more: Any) -> CountEntry:
    """Return one line as typed."""
    source_value, target_value = (None if value is None else Decimal(value) for value in (source, target))
    return CountEntry(name, source_value=source_value, target_value=target_value, explanation=why, **more)


def counted(actor: User, row: LoadRound, *lines: CountEntry) -> LoadRound:
    """Save these lines into the round as it stands."""
    now = fresh(row)
    return data_counts.save_counts(actor=actor, load_round=now, version=now.version, lines=lines)


def sampled(actor: User, row: LoadRound, wrong: int = 0, why: str = "") -> LoadRound:
    """Note a sample of 500 that the owner checked."""
    now = fresh(row)
    return data_counts.record_sample(
        actor=actor, load_round=now, version=now.version, sample_size=500, sample_wrong=wrong,
        sample_checked_by="病案室 何主任", sample_checked_on=now.data_object.engagement.today(), sample_explanation=why,
    )  # fmt: skip


def frozen(actor: User, engagement: Engagement, **fields: Any) -> SignOff:
    """Bring an object as far as the signature: equal, sampled, frozen."""
    row = loaded(actor, engagement, **fields)
    counted(actor, row, entry("患者总数", 482_113, 482_113))
    sampled(actor, row)
    now = fresh(row)
    return data_signing.freeze_round(actor=actor, load_round=now, version=now.version)


def fresh(row: LoadRound) -> LoadRound:
    """Return the round as a new request loads it."""
    return LoadRound.objects.unscoped().select_related("data_object__engagement", "sign_off", "mapping").get(pk=row.pk)


def line_of(row: LoadRound, name: str) -> CountLine:
    """Return a line as a new request loads it."""
    rows = CountLine.objects.unscoped().select_related("round__data_object__engagement", "round__sign_off")
    return rows.get(round=row, name=name)


def fields_at(browser: Client, url: str) -> Fields:
    """Open the page and return what its form would send."""
    response = browser.get(url)
    assert response.status_code == 200, response.status_code
    return fields_of(response.content.replace(b"data-warn-dirty", b"data-standup"))
