"""First weeks: what ends them is written down, counted or noted once with what shows it; and the gate to the review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from engagements.models import Engagement, Objective, Reading
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.first_weeks import criteria as exit_criteria
from standups.first_weeks.held import mark_of
from standups.first_weeks.state import before_review
from standups.models import ExitCriterion, Severity
from standups.services import first_weeks as services
from tests.factories import ExitCriterionFactory, HandOverFactory, ObjectiveFactory, ProblemFactory
from tests.standups.handing_over import frozen, went_live

pytestmark = pytest.mark.django_db
Kind = ExitCriterion.Kind


def read(objective: Objective, user: User, days_ago: int, value: int) -> None:
    on = objective.engagement.today() - timedelta(days=days_ago)
    Reading.objects.create(objective=objective, measured_on=on, value=value, evidence="x", recorded_by=user)


def state(engagement: Engagement, user: User) -> exit_criteria.CriterionState:
    engagement.refresh_from_db()
    return exit_criteria.standing(engagement, user).states[0]


# --- written down ---------------------------------------------------------------------------------------------------


def test_the_usual_criteria_are_added_once(engagement: Engagement, engineer: User) -> None:
    """The calm days, each objective, what operations must know; a second press adds nothing, a new objective its own."""
    ObjectiveFactory(engagement=engagement, title="月结 3 天")
    added = services.start_criteria(actor=engineer, engagement=engagement)
    kinds = sorted(engagement.exit_criteria.unscoped().values_list("kind", flat=True))
    assert kinds == ["calm", "hand", "hand", "hand", "objective"]
    assert added == 5
    calm = engagement.exit_criteria.unscoped().get(kind=Kind.CALM)
    assert (calm.days, "10" in calm.text) == (10, True)
    assert services.start_criteria(actor=engineer, engagement=engagement) == 0
    engagement.language = "en"
    engagement.save()
    ObjectiveFactory(engagement=engagement)
    assert services.start_criteria(actor=engineer, engagement=engagement) == 1, "recognised in the other language"
    assert AuditEntry.objects.filter(action="exit.started").count() == 2


def test_a_criterion_holds_what_its_kind_needs(engagement: Engagement, engineer: User) -> None:
    objective = ObjectiveFactory(engagement=engagement, title="月结 3 天")
    save: dict[str, Any] = {"actor": engineer, "engagement": engagement}
    row = services.save_criterion(**save, kind=Kind.OBJECTIVE, objective=objective, days=4)
    assert (row.text, row.days, row.objective) == ("月结 3 天", None, objective)
    row = services.save_criterion(**save, criterion=row, kind=Kind.CALM, objective=objective, days=4)
    assert (row.days, row.objective) == (4, None)
    row = services.save_criterion(**save, criterion=row, kind=Kind.BY_HAND, text="备份已恢复演练", days=4)
    assert (row.days, row.text) == (None, "备份已恢复演练")


def test_what_can_not_be_saved(engagement: Engagement, foreign_engagement: Engagement, engineer: User) -> None:
    foreign = ObjectiveFactory(engagement=foreign_engagement)
    for wrong, field in (
        ({"kind": Kind.CALM}, "days"),
        ({"kind": Kind.CALM, "days": 0}, "days"),
        ({"kind": Kind.CALM, "days": 366}, "days"),
        ({"kind": Kind.OBJECTIVE}, "objective"),
        ({"kind": Kind.OBJECTIVE, "objective": foreign}, "objective"),
        ({"kind": Kind.BY_HAND}, "text"),
        ({"kind": Kind.BY_HAND, "text": "密码：Sommer2026"}, "text"),
    ):
        with pytest.raises(DomainError) as refused:
            services.save_criterion(actor=engineer, engagement=engagement, **wrong)
        assert refused.value.field == field, wrong
    assert not engagement.exit_criteria.exists()


def test_two_people_edit_one_criterion(engagement: Engagement, engineer: User, colleague: User) -> None:
    """The second one is told, and nothing of the first is overwritten."""
    row = ExitCriterionFactory(engagement=engagement, text="甲")
    was = mark_of(row)
    save: dict[str, Any] = {"engagement": engagement, "criterion": row, "kind": Kind.BY_HAND, "was": was}
    services.save_criterion(actor=engineer, **save, text="乙")
    with pytest.raises(StaleError):
        services.save_criterion(actor=colleague, **save, text="丙")
    services.delete_criterion(actor=engineer, criterion=row)
    with pytest.raises(DomainError):
        services.save_criterion(actor=colleague, **save | {"was": ""}, text="丙")


def test_what_was_reworded_is_neither_met_nor_deleted_unseen(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    row = ExitCriterionFactory(engagement=engagement, text="甲")
    was = mark_of(row)
    services.save_criterion(actor=colleague, engagement=engagement, criterion=row, kind=Kind.BY_HAND, text="乙")
    for act in (
        lambda: services.mark_met(
            actor=engineer, criterion=row, was=was, evidence="对甲的证据", met_on=engagement.today()
        ),
        lambda: services.delete_criterion(actor=engineer, criterion=row, was=was),
    ):
        with pytest.raises(StaleError):
            act()
    row.refresh_from_db()
    assert (row.text, row.met_on) == ("乙", None)
    services.delete_criterion(actor=engineer, criterion=row, was=mark_of(row))


def test_the_client_edits_nothing(engagement: Engagement, client_pm: User, engineer: User) -> None:
    row = ExitCriterionFactory(engagement=engagement)
    today = engagement.today()
    for act in (
        lambda: services.save_criterion(actor=client_pm, engagement=engagement, kind=Kind.BY_HAND, text="x"),
        lambda: services.start_criteria(actor=client_pm, engagement=engagement),
        lambda: services.mark_met(actor=client_pm, criterion=row, evidence="x", met_on=today),
        lambda: services.take_back(actor=client_pm, criterion=row),
        lambda: services.delete_criterion(actor=client_pm, criterion=row),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- met --------------------------------------------------------------------------------------------------------------


def test_met_once_with_evidence_and_taken_back(engagement: Engagement, engineer: User, colleague: User) -> None:
    row = ExitCriterionFactory(engagement=engagement)
    today = engagement.today()
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"evidence": " ", "met_on": today}, "evidence"),
        ({"evidence": "token: abcd1234EF", "met_on": today}, "evidence"),
        ({"evidence": "x", "met_on": today + timedelta(days=1)}, "met_on"),
    ]
    for wrong, field in refusals:
        with pytest.raises(DomainError) as refused:
            services.mark_met(actor=engineer, criterion=row, **wrong)
        assert refused.value.field == field
    services.mark_met(actor=engineer, criterion=row, evidence="值班记录 12 页", met_on=today)
    for act in (
        lambda: services.mark_met(actor=colleague, criterion=row, evidence="y", met_on=today),
        lambda: services.delete_criterion(actor=colleague, criterion=row),
        lambda: services.save_criterion(
            actor=colleague, engagement=engagement, criterion=row, kind=Kind.CALM, days=3, text="x"
        ),
    ):
        with pytest.raises(DomainError, match="noted as met"):
            act()
    row.refresh_from_db()
    assert (row.met_on, row.recorded_by, row.evidence) == (today, engineer, "值班记录 12 页")
    services.take_back(actor=colleague, criterion=row)
    services.take_back(actor=colleague, criterion=row)
    row.refresh_from_db()
    assert (row.met_on, row.evidence) == (None, "")
    assert AuditEntry.objects.get(action="exit.taken_back").data["evidence"] == "值班记录 12 页"


def test_what_onsite_counts_is_not_noted_by_hand(engagement: Engagement, engineer: User) -> None:
    row = ExitCriterionFactory(engagement=engagement, kind=Kind.CALM, days=3)
    with pytest.raises(DomainError, match="counts"):
        services.mark_met(actor=engineer, criterion=row, evidence="x", met_on=engagement.today())


def test_calm_days_are_counted_from_go_live(engagement: Engagement, engineer: User) -> None:
    """None before go-live; 0 while a critical problem is open; from the solving on; internal ones don't count."""
    ExitCriterionFactory(engagement=engagement, kind=Kind.CALM, days=5)
    assert state(engagement, engineer).calm == exit_criteria.Calm(None, None)
    live = went_live(engagement, 7)
    found = state(engagement, engineer)
    assert (found.is_met, found.since, found.calm) == (
        True,
        live + timedelta(days=5),
        exit_criteria.Calm(live, 7),
    )
    kind: dict[str, Any] = {"engagement": engagement, "severity": Severity.CRITICAL, "raised_on": live}
    ProblemFactory(**kind, is_internal=True)
    assert state(engagement, engineer).calm.days == 7  # type: ignore[union-attr]
    problem = ProblemFactory(**kind)
    assert state(engagement, engineer).calm == exit_criteria.Calm(None, 0)
    assert not state(engagement, engineer).is_met
    problem.solved_on = live + timedelta(days=3)
    problem.save()
    found = state(engagement, engineer)
    assert (found.is_met, found.calm) == (False, exit_criteria.Calm(live + timedelta(days=3), 4))
    problem.solved_on = live + timedelta(days=2)
    problem.save()
    assert state(engagement, engineer).is_met, "the fifth day is enough"


def test_an_objective_is_reached_since_the_run_began(engagement: Engagement, engineer: User) -> None:
    objective = ObjectiveFactory(engagement=engagement, target=5)
    ExitCriterionFactory(engagement=engagement, kind=Kind.OBJECTIVE, objective=objective)
    assert (state(engagement, engineer).is_met, state(engagement, engineer).since) == (False, None)
    for ago, value in ((9, 5), (8, 4), (6, 5), (3, 6)):
        read(objective, engineer, ago, value)
    assert state(engagement, engineer).since == engagement.today() - timedelta(days=6)
    read(objective, engineer, 1, 4)
    assert not state(engagement, engineer).is_met


def test_all_met_since_the_latest(engagement: Engagement, engineer: User) -> None:
    today = engagement.today()
    assert not exit_criteria.standing(engagement, engineer).is_over, "without criteria nothing ends"
    rows = [ExitCriterionFactory(engagement=engagement) for _n in range(2)]
    services.mark_met(actor=engineer, criterion=rows[0], evidence="x", met_on=today)
    found = exit_criteria.standing(engagement, engineer)
    assert (found.met_count, found.is_over, found.since) == (1, False, None)
    services.mark_met(actor=engineer, criterion=rows[1], evidence="x", met_on=today - timedelta(days=4))
    found = exit_criteria.standing(engagement, engineer)
    assert (found.is_over, found.since) == (True, today)


# --- the gate -------------------------------------------------------------------------------------------------------


def test_the_review_waits_for_a_hand_over_signed_or_dated(engagement: Engagement, engineer: User) -> None:
    """Missing; dated, from today on; a day that has passed is none; frozen is not signed; signed, also while a newer sheet
    waits for its signature."""
    assert [(found.code, found.waivable) for found in before_review(engagement)] == [("handover.missing", True)]
    row = HandOverFactory(engagement=engagement)
    assert before_review(engagement)
    today = engagement.today()
    for day, missing in ((today, 0), (today + timedelta(days=9), 0), (today - timedelta(days=1), 1)):
        row.planned_on = day
        row.save()
        assert len(before_review(engagement)) == missing, day
    row.delete()
    sign_off = frozen(engagement, engineer)
    assert before_review(engagement), "frozen only"
    sign_off.signed_at = timezone.now()
    sign_off.save()
    assert before_review(engagement) == []
    sign_off.superseded_at = timezone.now()
    sign_off.save()
    assert before_review(engagement) == [], "a newer sheet waits: what was signed is not lost by that"
