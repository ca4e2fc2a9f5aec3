"""E2: conditions of acceptance: reminded of, met once with a proof, and in the way of a Go until then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement, Signature
from engagements.services import lifecycle
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from standups.models import Cell, CellState, Condition, UatRound
from standups.services.conditions import meet_condition
from standups.services.uat_judging import Wanted
from standups.uat.state import before_go
from tests.conftest import SignIn
from tests.engagements.conftest import sign
from tests.factories import ChangeRequestFactory, ConditionFactory, UserFactory
from tests.standups.testing import a_cell, current, fresh, judge, opened, record_all
from tests.world import PNG


@pytest.fixture
def cell(engagement: Engagement) -> Cell:
    return a_cell(engagement)


@pytest.fixture
def condition(engineer: User, client_pm: User, cell: Cell) -> Condition:
    """Signed on screen, due today, the lead sees to it."""
    return accepted_on(engineer, client_pm, cell, engineer, cell.engagement.today())


def accepted_on(engineer: User, client_pm: User, cell: Cell, owner: User | None, due_on: date) -> Condition:
    row = opened(engineer, cell)
    record_all(engineer, row)
    wanted = Wanted("退号须冲正", owner.name if owner else "病案室 何主任", due_on, owner)
    sign(current(judge(engineer, row, "conditional", conditions=[wanted])), client_pm)
    return stored(Condition.objects.unscoped().get(round=row))


def stored(condition: Condition) -> Condition:
    return Condition.objects.unscoped().select_related("round__cell__engagement").get(pk=condition.pk)


def meet(actor: User, condition: Condition, **fields: object) -> Condition:
    given = {"proof": "冲正日志 11-22", "met_on": condition.round.cell.engagement.today()} | fields
    return meet_condition(actor=actor, condition=condition, **given)  # type: ignore[arg-type]


def test_a_condition_is_met_once_with_its_proof(engineer: User, colleague: User, condition: Condition) -> None:
    meet(colleague, condition, proof_file=SimpleUploadedFile("log.png", PNG))
    found = stored(condition)
    assert (found.proof, found.recorded_by, found.met_on) == (
        "冲正日志 11-22", colleague, condition.round.cell.engagement.today(),
    )  # fmt: skip
    assert found.proof_file is not None
    with pytest.raises(DomainError, match=colleague.name):
        meet(engineer, condition, proof="别的")
    assert stored(condition).proof == "冲正日志 11-22"


@pytest.mark.parametrize(("fields", "field"), [({"proof": " "}, "proof"), ({"met_on": 1}, "met_on")])
def test_no_proof_no_condition_met(
    engineer: User, condition: Condition, fields: dict[str, object], field: str
) -> None:
    if "met_on" in fields:
        fields = {"met_on": condition.round.cell.engagement.today() + timedelta(days=1)}
    with pytest.raises(DomainError) as refused:
        meet(engineer, condition, **fields)
    assert refused.value.field == field


def test_a_client_does_not_note_it(client_pm: User, key_user: User, condition: Condition) -> None:
    for user in (client_pm, key_user):
        with pytest.raises(PermissionDenied):
            meet(user, condition)


def test_what_is_not_signed_is_not_met(engineer: User, cell: Cell) -> None:
    row = opened(engineer, cell)
    waiting = ConditionFactory(round=row)
    with pytest.raises(DomainError, match="not signed"):
        meet(engineer, waiting)


def test_a_later_round_replaces_the_conditions(engineer: User, client_pm: User, condition: Condition) -> None:
    """Nobody meets, is reminded of, or is held up by what was accepted anew."""
    row = opened(engineer, condition.round.cell)
    assert before_go(row.cell.engagement)  # an open round replaces nothing
    record_all(engineer, row)
    sign(current(judge(engineer, row, "accepted")), client_pm)
    with pytest.raises(DomainError, match="later round"):
        meet(engineer, condition)
    assert before_go(row.cell.engagement) == []
    assert not Message.objects.waiting().filter(kind="condition_due").exists()


def test_an_open_condition_stands_before_the_go(engineer: User, condition: Condition) -> None:
    """N11: by cell, condition, who and when; the client may take it as a risk. Met, it is gone."""
    engagement = condition.round.cell.engagement
    [found] = before_go(engagement)
    assert found.code == f"uat.condition.{condition.pk}"
    assert found.waivable
    for word in ("门诊挂号", "退号须冲正", engineer.name):
        assert word in found.text
    meet(engineer, condition)
    assert before_go(engagement) == []


def test_what_is_not_signed_or_taken_out_stands_before_no_go(
    engineer: User, condition: Condition, engagement: Engagement, foreign_engagement: Engagement
) -> None:
    ConditionFactory(round__cell__engagement=engagement)
    assert len(before_go(engagement)) == 1
    assert before_go(foreign_engagement) == []
    change = ChangeRequestFactory(engagement=engagement)
    Cell.objects.filter(pk=condition.round.cell_id).update(state=CellState.DESCOPED, descoped_by=change)
    assert before_go(engagement) == []


def test_before_go_asks_once_for_any_number(condition: Condition, engagement: Engagement) -> None:
    for _number in range(30):
        ConditionFactory(round=condition.round)
    with CaptureQueriesContext(connection) as captured:
        assert len(before_go(engagement)) == 31
    assert len(captured) == 1


def test_who_sees_to_it_is_reminded_on_the_day(engineer: User, colleague: User, client_pm: User, cell: Cell) -> None:
    due_on = cell.engagement.today() + timedelta(days=3)
    accepted_on(engineer, client_pm, cell, colleague, due_on)
    message = Message.objects.get(kind="condition_due")
    assert message.recipient == colleague
    local = message.due_at.astimezone(colleague.zone)
    assert (local.date(), local.hour, local.minute) == (due_on, 9, 0)


def test_the_lead_is_reminded_where_the_client_sees_to_it(
    engineer: User, client_pm: User, key_user: User, cell: Cell
) -> None:
    accepted_on(engineer, client_pm, cell, key_user, cell.engagement.today())
    assert Message.objects.get(kind="condition_due").recipient == engineer


def test_whoever_leads_next_is_reminded(engineer: User, manager: User, condition: Condition) -> None:
    """A condition outlives the lead who was to be reminded of it; who leaves hears nothing, and nobody hears twice."""
    engagement = condition.round.cell.engagement
    lead = engagement.memberships.unscoped().get(part=Part.LEAD)
    lifecycle.end_membership(actor=manager, membership=lead)
    newcomer = UserFactory(role="engineer")
    lifecycle.add_colleague(actor=manager, engagement=engagement, user=newcomer, part=Part.LEAD)
    lifecycle.add_colleague(actor=manager, engagement=engagement, user=UserFactory(), part=Part.ENGINEER)
    make_due("condition_due")
    sweep()
    [told] = Message.objects.filter(kind="condition_due").exclude(sent_at=None)
    assert told.recipient == newcomer


def test_the_lead_is_reminded_of_what_a_leaver_saw_to(
    engineer: User, colleague: User, manager: User, client_pm: User, cell: Cell
) -> None:
    accepted_on(engineer, client_pm, cell, colleague, cell.engagement.today())
    here = cell.engagement.memberships.unscoped().get(user=colleague)
    lifecycle.end_membership(actor=manager, membership=here)
    assert Message.objects.filter(kind="condition_due", recipient=engineer).exists()


def make_due(kind: str) -> None:
    Message.objects.filter(kind=kind).update(due_at=timezone.now() - timedelta(minutes=1))


def test_the_reminder_says_what_is_due(engineer: User, condition: Condition, mailoutbox: list[EmailMessage]) -> None:
    make_due("condition_due")
    sweep()
    [mail] = [mail for mail in mailoutbox if "condition" in mail.subject]
    assert mail.to == [engineer.email]
    assert "退号须冲正" in mail.body and f"#condition-{condition.pk}" in mail.body


def test_nobody_is_reminded_of_what_is_met(
    engineer: User, condition: Condition, mailoutbox: list[EmailMessage]
) -> None:
    """Neither by the cancelled message nor by one that was claimed just then."""
    meet(engineer, condition)
    assert not Message.objects.waiting().filter(kind="condition_due").exists()
    Message.objects.filter(kind="condition_due").update(cancelled_at=None)
    make_due("condition_due")
    sweep()
    assert not [mail for mail in mailoutbox if "condition" in mail.subject]


def test_the_list_shows_open_ones_first(
    engineer: User, client_pm: User, condition: Condition, sign_in: SignIn
) -> None:
    engagement, round_pk = condition.round.cell.engagement, condition.round_id
    late = ConditionFactory(
        round=UatRound.objects.unscoped().get(pk=round_pk),
        text="补打凭条",
        due_on=engagement.today() - timedelta(days=2),
    )
    meet(engineer, condition)
    address = reverse("standups:conditions", args=[engagement.pk])
    page = sign_in(client_pm).get(address).content.decode()
    assert page.index("补打凭条") < page.index("退号须冲正")
    assert "Overdue, 2 days ago" in page and "冲正日志" in page
    assert reverse("standups:condition_meet", args=[engagement.pk, late.pk]) not in page
    page = sign_in(engineer).get(address).content.decode()
    assert reverse("standups:condition_meet", args=[engagement.pk, late.pk]) in page


def test_it_is_met_in_the_browser(engineer: User, condition: Condition, sign_in: SignIn) -> None:
    engagement = condition.round.cell.engagement
    address = reverse("standups:condition_meet", args=[engagement.pk, condition.pk])
    browser = sign_in(engineer)
    answer = browser.post(address, {"met_on": str(engagement.today()), "proof": ""})
    assert answer.status_code == 422
    form = {"met_on": str(engagement.today()), "proof": "日志", "proof_file": SimpleUploadedFile("log.png", PNG)}
    assert browser.post(address, form).status_code == 302
    assert stored(condition).met_on == engagement.today()
    answer = browser.post(address, form | {"proof_file": ""})
    assert answer.status_code == 422 and "noted already" in answer.content.decode()
    assert fresh(condition.round).is_signed


def test_no_condition_is_met_before_the_acceptance(engineer: User, condition: Condition) -> None:
    Signature.objects.update(signed_on=condition.round.cell.engagement.today() - timedelta(days=3))
    for days in (4, 9000):
        with pytest.raises(DomainError) as refused:
            meet(engineer, condition, met_on=condition.round.cell.engagement.today() - timedelta(days=days))
        assert refused.value.field == "met_on"
    day = condition.round.cell.engagement.today() - timedelta(days=3)
    assert meet(engineer, condition, met_on=day).met_on == day
