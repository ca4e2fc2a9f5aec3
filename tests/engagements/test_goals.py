"""P1: objectives, scope and readings; what is frozen is what was written, and stays it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from engagements import frozen
from engagements.models import Direction, Engagement, Objective, Phase, ScopeItem, SignOff
from engagements.services import goals, signing
from engagements.templatetags.engagement_values import measured
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.engagements.conftest import sign
from tests.factories import ObjectiveFactory, ScopeItemFactory


def write(engagement: Engagement, actor: User, objective: Objective | None = None, **fields: object) -> Objective:
    given = {
        "title": "单次排产耗时", "metric": "耗时", "unit": "分钟", "baseline": Decimal(180), "target": Decimal(30),
        "direction": Direction.DOWN, "due_on": engagement.agreed_go_live_on, "how_measured": "现场计时",
    } | fields  # fmt: skip
    return goals.save_objective(actor=actor, engagement=engagement, objective=objective, **given)


def test_an_objective_is_written_and_changed(engagement: Engagement, engineer: User) -> None:
    objective = write(engagement, engineer)
    write(engagement, engineer, objective, target=Decimal(25))
    assert Objective.objects.unscoped().get().target == 25
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"objective.created", "objective.changed"}


def test_an_objective_is_due_after_the_work_began(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        write(engagement, engineer, due_on=engagement.start_on - timedelta(days=1))
    assert refused.value.field == "due_on"


@pytest.mark.parametrize("who", ["client_pm", "outsider_engineer", "administrator"])
def test_only_the_engagements_engineers_write_goals(
    who: str, engagement: Engagement, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(who)
    objective, item = ObjectiveFactory(engagement=engagement), ScopeItemFactory(engagement=engagement)
    for change in (
        lambda: write(engagement, user),
        lambda: goals.save_scope_item(actor=user, engagement=engagement, is_included=True, text="x"),
        lambda: goals.delete_scope_item(actor=user, item=item),
        lambda: goals.delete_objective(actor=user, objective=objective),
        lambda: goals.record_reading(
            actor=user, objective=objective, measured_on=engagement.today(), value=Decimal(1), evidence="x"
        ),
        lambda: signing.freeze_goals(actor=user, engagement=engagement),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert not AuditEntry.objects.exists()


def test_nothing_is_written_after_the_end(engagement: Engagement, engineer: User) -> None:
    engagement.phase = Phase.CLOSED
    with pytest.raises(PermissionDenied):
        write(engagement, engineer)


def test_what_somebody_deleted_is_not_brought_back(engagement: Engagement, engineer: User) -> None:
    """Two people have the same line open; one deletes it, the other saves."""
    objective, item = ObjectiveFactory(engagement=engagement), ScopeItemFactory(engagement=engagement)
    mine, theirs = Objective.objects.unscoped().get(), ScopeItem.objects.unscoped().get()
    goals.delete_objective(actor=engineer, objective=objective)
    goals.delete_scope_item(actor=engineer, item=item)
    with pytest.raises(DomainError):
        write(engagement, engineer, mine)
    with pytest.raises(DomainError):
        goals.save_scope_item(actor=engineer, engagement=engagement, item=theirs, is_included=True, text="x")
    with pytest.raises(DomainError):
        goals.record_reading(
            actor=engineer, objective=mine, measured_on=engagement.today(), value=Decimal(1), evidence="x"
        )
    assert not Objective.objects.exists()
    assert not ScopeItem.objects.exists()


def test_what_is_left_out_has_a_reason(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        goals.save_scope_item(actor=engineer, engagement=engagement, is_included=False, text="成本核算")
    assert refused.value.field == "reason"


def test_a_measured_objective_stays_for_the_report(engagement: Engagement, engineer: User) -> None:
    objective = write(engagement, engineer)
    read(objective, engineer, engagement.today(), "65")
    with pytest.raises(DomainError):
        goals.delete_objective(actor=engineer, objective=objective)
    assert Objective.objects.exists()


def read(objective: Objective, actor: User, on: date, value: str) -> None:
    goals.record_reading(actor=actor, objective=objective, measured_on=on, value=Decimal(value), evidence="计时表")


def test_a_reading_is_of_a_day_that_has_come_at_the_site(engagement: Engagement, engineer: User) -> None:
    """At half past midnight in Shanghai it is still the day before in Berlin."""
    engagement.time_zone = "Europe/Berlin"
    objective = write(engagement, engineer)
    with time_machine.travel("2026-11-22T16:30Z"):
        with pytest.raises(DomainError) as refused:
            read(objective, engineer, date(2026, 11, 23), "65")
        read(objective, engineer, date(2026, 11, 22), "65")
    assert refused.value.field == "measured_on"


def test_the_newest_reading_is_the_last_day_s(engagement: Engagement, engineer: User) -> None:
    objective = write(engagement, engineer)
    today = engagement.today()
    read(objective, engineer, today, "29")
    read(objective, engineer, today - timedelta(days=3), "65")
    found = Objective.objects.unscoped().with_newest_reading().get()
    assert (found.newest_value, found.newest_on) == (29, today)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("direction", "reached", "missed"),
    [
        (Direction.UP, ["5", "6"], ["4.99"]),
        (Direction.DOWN, ["5", "0"], ["5.01"]),
        (Direction.REACH, ["5"], ["4", "6"]),
    ],
)
def test_when_a_value_reaches_the_target(direction: str, reached: list[str], missed: list[str]) -> None:
    objective = Objective(target=Decimal("5.00"), direction=direction)
    assert all(objective.is_reached_by(Decimal(value)) for value in reached)
    assert not any(objective.is_reached_by(Decimal(value)) for value in missed)


def test_a_text_without_objective_or_scope_is_not_frozen(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError):
        signing.freeze_goals(actor=engineer, engagement=engagement)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement, is_included=False, reason="另立项目")
    with pytest.raises(DomainError):
        signing.freeze_goals(actor=engineer, engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    assert signing.freeze_goals(actor=engineer, engagement=engagement).version == 1


def test_only_a_change_makes_a_new_version(engagement: Engagement, sign_off: SignOff, engineer: User) -> None:
    with pytest.raises(DomainError, match="1"):
        signing.freeze_goals(actor=engineer, engagement=engagement)
    goals.save_scope_item(actor=engineer, engagement=engagement, is_included=True, text="主数据")
    second = signing.freeze_goals(actor=engineer, engagement=engagement)
    sign_off.refresh_from_db()
    assert second.version == 2
    assert sign_off.superseded_at is not None
    assert (second.text_hash, second.code) != (sign_off.text_hash, sign_off.code)
    assert [row.version for row in engagement.sign_offs.unscoped().current()] == [2]


def test_a_frozen_text_reads_back_as_it_was_written(engagement: Engagement, engineer: User) -> None:
    write(engagement, engineer, baseline=Decimal("100.00"), target=Decimal("99.50"), title="稳定 𠮷 <b>")
    ScopeItemFactory(engagement=engagement, text="主数据")
    ScopeItemFactory(engagement=engagement, text="成本", is_included=False, reason="另立项目")
    frozen_text = (
        SignOff.objects.unscoped().get(pk=signing.freeze_goals(actor=engineer, engagement=engagement).pk).text
    )
    engagement.name = "改名"
    engagement.save()
    Objective.objects.update(title="改了")
    text = frozen.read(frozen_text)
    (objective,) = text.objectives
    assert (objective.title, objective.baseline, objective.target) == ("稳定 𠮷 <b>", "100", "99.5")
    assert objective.due_on == engagement.agreed_go_live_on
    assert [line.text for line in text.in_scope] == ["主数据"]
    assert [(line.text, line.reason) for line in text.out_of_scope] == [("成本", "另立项目")]
    assert text.engagement != "改名"


def test_the_hash_is_of_this_text_version_and_engagement(
    engagement: Engagement, foreign_engagement: Engagement, sign_off: SignOff
) -> None:
    text = sign_off.text
    assert signing.hash_of_text(engagement, 1, text) == sign_off.text_hash
    others = {
        signing.hash_of_text(engagement, 2, text),
        signing.hash_of_text(foreign_engagement, 1, text),
        signing.hash_of_text(engagement, 1, text | {"purpose": "别的"}),
    }
    assert len(others | {sign_off.text_hash}) == 4


def test_signers_are_asked_by_mail_once_a_version(
    engagement: Engagement, client_pm: User, business_owner: User, key_user: User, sign_off: SignOff, engineer: User
) -> None:
    asked = Message.objects.filter(kind="sign_request")
    assert {message.recipient for message in asked} == {client_pm, business_owner}
    ScopeItemFactory(engagement=engagement)
    signing.freeze_goals(actor=engineer, engagement=engagement)
    assert asked.waiting().count() == 2
    assert asked.all().count() == 4


def test_nobody_is_asked_on_screen_where_both_sides_sign_on_paper(
    engagement: Engagement, client_pm: User, engineer: User
) -> None:
    engagement.signs_on_paper = True
    engagement.save()
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    signing.freeze_goals(actor=engineer, engagement=engagement)
    assert not Message.objects.filter(kind="sign_request").exists()


def test_who_signed_is_not_asked_again_when_the_mail_goes_out(
    engagement: Engagement, client_pm: User, business_owner: User, sign_off: SignOff, mailoutbox: list[Any]
) -> None:
    sign(sign_off, client_pm)
    mailoutbox.clear()
    sweep()
    asked = [mail for mail in mailoutbox if mail.subject.startswith("Please sign")]
    assert [mail.to for mail in asked] == [[business_owner.email]]


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [("30.00", "days", "30 days"), ("100", "", "100"), ("99.50", "%", "99.5%"), ("0.00", "人", "0 人"),
     ("9999999999.99", "", "9999999999.99"), ("-0.10", "", "-0.1")],
)  # fmt: skip
def test_values_are_written_without_needless_zeros(value: str, unit: str, written: str) -> None:
    assert measured(Decimal(value), unit).replace(",", "") == written
