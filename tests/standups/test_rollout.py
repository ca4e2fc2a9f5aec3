"""E2, N2: roles, stages and trainings; the matrix is built once and grows; a cell goes live when its ground is accepted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from engagements import measures
from engagements.models import Engagement
from engagements.services.functions import delete_module
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from standups.models import Cell, CellState, RoleTraining, RolloutRole, RolloutStage
from standups.rollout import readiness
from standups.rollout.state import before_go, before_review
from standups.services import cells, role_training, rollout
from tests.factories import (
    CellFactory,
    FunctionFactory,
    ModuleFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    UatRoundFactory,
)
from tests.standups.rolling import built, cells_of, every_pair, settle, train

WHY = "两类角色的工作互不相关"


def fresh(cell: Cell) -> Cell:
    return Cell.objects.unscoped().select_related("engagement", "module", "role", "stage").get(pk=cell.pk)


# --- Roles and stages ---------------------------------------------------------------------------------------------------


def test_the_usual_roles_and_stages_come_once_in_the_language_of_the_documents(
    engagement: Engagement, engineer: User
) -> None:
    engagement.language = "en"
    engagement.save(update_fields=["language"])
    for _time in range(2):
        rollout.start_matrix(actor=engineer, engagement=engagement)
    assert [(s.name, s.is_before_go) for s in engagement.rollout_stages.unscoped()] == [
        ("Pilot", True), ("Roll-out to everybody", False),
    ]  # fmt: skip
    assert [r.name for r in engagement.rollout_roles.unscoped()] == ["System administrators", "Key users", "Users"]


def test_the_usual_stages_are_added_beside_roles_that_are_there(engagement: Engagement, engineer: User) -> None:
    RolloutRoleFactory(engagement=engagement, name="护士")
    rollout.start_matrix(actor=engineer, engagement=engagement)
    assert engagement.rollout_stages.count() == 2
    assert [role.name for role in engagement.rollout_roles.unscoped()] == ["护士"]


def test_two_people_who_change_one_role_do_not_overwrite_each_other(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    role = RolloutRoleFactory(engagement=engagement, name="护士")
    seen = role.fingerprint
    fields = {"kind": RolloutRole.Kind.CORE, "people_needed": 3}
    rollout.save_role(actor=colleague, engagement=engagement, role=role, was=seen, name="护士长", **fields)
    with pytest.raises(StaleError):
        rollout.save_role(actor=engineer, engagement=engagement, role=role, was=seen, name="医生", **fields)
    assert engagement.rollout_roles.unscoped().get().name == "护士长"


def test_a_name_is_taken_once(engagement: Engagement, engineer: User) -> None:
    RolloutRoleFactory(engagement=engagement, name="护士")
    RolloutStageFactory(engagement=engagement, name="试点")
    with pytest.raises(DomainError) as refused:
        rollout.save_role(actor=engineer, engagement=engagement, name="护士", kind="3_staff", people_needed=1)
    assert refused.value.field == "name"
    with pytest.raises(DomainError) as refused:
        rollout.save_stage(actor=engineer, engagement=engagement, name="试点", is_before_go=True)
    assert refused.value.field == "name"


def test_what_has_cells_or_trainings_stays(engagement: Engagement, engineer: User) -> None:
    built(engineer, engagement, roles=1)
    role, stage = engagement.rollout_roles.unscoped().get(), engagement.rollout_stages.unscoped().get()
    with pytest.raises(DomainError):
        rollout.delete_role(actor=engineer, role=role)
    with pytest.raises(DomainError):
        rollout.delete_stage(actor=engineer, stage=stage)
    with pytest.raises(DomainError):
        function = engagement.functions.unscoped().get()
        function.delete()
        delete_module(actor=engineer, module=engagement.modules.unscoped().select_related("engagement").get())
    for cell in cells_of(engagement):
        cells.remove_cell(actor=engineer, cell=cell)
    train(engineer, engagement)
    with pytest.raises(DomainError):
        rollout.delete_role(actor=engineer, role=role)
    RoleTraining.objects.unscoped().delete()
    rollout.delete_role(actor=engineer, role=role)
    rollout.delete_stage(actor=engineer, stage=stage)
    assert (RolloutRole.objects.count(), RolloutStage.objects.count()) == (0, 0)


def test_stages_change_places(engagement: Engagement, engineer: User) -> None:
    first, second = (RolloutStageFactory(engagement=engagement, name=name, position=0) for name in ("甲", "乙"))
    rollout.move_stage(actor=engineer, stage=second, up=True)
    rollout.move_stage(actor=engineer, stage=second, up=True)
    assert list(engagement.rollout_stages.unscoped()) == [second, first]


def test_what_the_go_needs_is_not_lowered_by_an_engineer_once_it_has_begun(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    [cell] = built(engineer, engagement, roles=1)
    role: dict[str, Any] = {"name": cell.role.name, "kind": cell.role.kind, "people_needed": 0}
    stage: dict[str, Any] = {"name": cell.stage.name, "is_before_go": False}
    settle(cell, state=CellState.LIVE)
    with pytest.raises(PermissionDenied):
        rollout.save_role(actor=colleague, engagement=engagement, role=cell.role, **role)
    with pytest.raises(PermissionDenied):
        rollout.save_stage(actor=colleague, engagement=engagement, stage=cell.stage, **stage)
    rollout.save_role(actor=engineer, engagement=engagement, role=cell.role, **role)
    rollout.save_stage(actor=engineer, engagement=engagement, stage=cell.stage, **stage)


# --- Trainings ------------------------------------------------------------------------------------------------------------


def test_a_role_is_trained_by_the_sum_of_what_was_noted_and_counted(
    engagement: Engagement, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = RolloutRoleFactory(engagement=engagement, people_needed=5)
    assert readiness.untrained(engagement) == [role]
    first = role_training.note_training(actor=engineer, role=role, held_on=engagement.today(), people=2)
    role_training.note_training(actor=engineer, role=role, held_on=engagement.today(), people=2, note="第二批")
    assert (readiness.trained(engagement), readiness.untrained(engagement)) == ({role.pk: 4}, [role])
    monkeypatch.setattr(readiness, "_readers", [])
    readiness.register(lambda _engagement: {role.pk: 1})
    assert readiness.untrained(engagement) == []
    role_training.delete_training(actor=engineer, training=first)
    assert readiness.trained(engagement) == {role.pk: 3}
    with pytest.raises(DomainError):
        role_training.delete_training(actor=engineer, training=first)


def test_a_training_is_refused_where_it_can_not_be_true(engagement: Engagement, engineer: User) -> None:
    role, today = RolloutRoleFactory(engagement=engagement, people_needed=2), engagement.today()
    role_training.note_training(actor=engineer, role=role, held_on=today, people=2)
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("held_on", {"held_on": today + timedelta(days=1), "people": 2}),
        *(("people", {"held_on": today, "people": people}) for people in (0, 3)),
        ("note", {"held_on": today, "people": 2}),
    )
    for field, values in wrong:
        with pytest.raises(DomainError) as refused:
            role_training.note_training(actor=engineer, role=role, **values)
        assert refused.value.field == field
    assert RoleTraining.objects.count() == 1


# --- The matrix -----------------------------------------------------------------------------------------------------------


def test_the_matrix_is_built_for_every_stage_and_building_again_adds_nothing(
    engagement: Engagement, engineer: User
) -> None:
    found = built(engineer, engagement, modules=2, roles=3, stages=2)
    assert len(found) == 12
    assert rollout.build_matrix(actor=engineer, engagement=engagement, chosen=every_pair(engagement)) == 0
    ground = cells.ground_of(engagement)
    admin, core, staff = found[:3]
    assert admin.pk not in ground
    assert [ground[core.pk], ground[staff.pk]] == [{admin.pk}, {core.pk}]
    # The second stage waits for the same cell in the first, and for the group before in its own.
    second = [cell for cell in found if cell.stage.position == 1 and cell.module_id == admin.module_id]
    assert ground[second[0].pk] == {admin.pk}
    assert ground[second[2].pk] == {staff.pk, second[1].pk}


def test_a_role_that_comes_later_takes_its_place_in_the_order(engagement: Engagement, engineer: User) -> None:
    """What has not begun waits for it, too; what a lead chose for it stays; what is live is left alone."""
    FunctionFactory(module=ModuleFactory(engagement=engagement))
    RolloutStageFactory(engagement=engagement)
    staff = [RolloutRoleFactory(engagement=engagement, kind=RolloutRole.Kind.ORDINARY) for _number in range(2)]
    rollout.build_matrix(actor=engineer, engagement=engagement, chosen=every_pair(engagement))
    waiting, live = cells_of(engagement)
    settle(live, state=CellState.LIVE)
    RolloutRoleFactory(engagement=engagement, kind=RolloutRole.Kind.ADMINISTRATOR)
    assert rollout.build_matrix(actor=engineer, engagement=engagement, chosen=every_pair(engagement)) == 1
    [new] = [cell for cell in cells_of(engagement) if cell.role not in staff]
    assert cells.ground_of(engagement) == {waiting.pk: {new.pk}}


def test_building_is_refused_without_a_choice_a_stage_or_with_a_foreign_row(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    module = ModuleFactory(engagement=engagement)
    role = RolloutRoleFactory(engagement=engagement)
    pair = (module.pk, role.pk)
    with pytest.raises(DomainError, match="stage"):
        rollout.build_matrix(actor=engineer, engagement=engagement, chosen=[pair])
    RolloutStageFactory(engagement=engagement)
    strangers = (ModuleFactory(engagement=foreign_engagement).pk, RolloutRoleFactory(engagement=foreign_engagement).pk)
    for chosen in ([], [(strangers[0], role.pk)], [(module.pk, strangers[1])]):
        with pytest.raises(DomainError):
            rollout.build_matrix(actor=engineer, engagement=engagement, chosen=chosen)
    assert Cell.objects.count() == 0


def test_a_matrix_has_an_end(engagement: Engagement, engineer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout, "MOST_CELLS", 2)
    with pytest.raises(DomainError, match="2"):
        built(engineer, engagement, roles=3)


def test_a_cell_is_removed_only_while_nothing_has_begun(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    first, second, third = built(engineer, engagement, roles=3)
    with pytest.raises(PermissionDenied):
        cells.remove_cell(actor=colleague, cell=third)
    cells.remove_cell(actor=engineer, cell=third)
    UatRoundFactory(cell=second)
    with pytest.raises(DomainError, match="change request"):
        cells.remove_cell(actor=engineer, cell=first)
    second.rounds.unscoped().delete()
    settle(second, state=CellState.LIVE)
    with pytest.raises(DomainError, match="change request"):
        cells.remove_cell(actor=engineer, cell=first)
    assert cells_of(engagement) == [first, second]


# --- Going live -----------------------------------------------------------------------------------------------------------


def test_a_cell_goes_live_only_on_accepted_ground_and_with_a_trained_role(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    first, second, _third = built(engineer, engagement)
    with pytest.raises(RefusedError) as refused:
        cells.go_live(actor=colleague, cell=second)
    assert [o.code for o in refused.value.obstacles] == [
        f"cell.builds_on.{first.pk}", f"rollout.untrained.{second.role_id}",
    ]  # fmt: skip
    train(engineer, engagement)
    for state in (CellState.LIVE, CellState.REJECTED):
        settle(first, state=state)
        with pytest.raises(RefusedError):
            cells.go_live(actor=colleague, cell=second)
    for state in (CellState.ACCEPTED, CellState.CONDITIONAL):
        settle(first, state=state)
        assert cells.before_live(fresh(second)) == []
    done = cells.go_live(actor=colleague, cell=second, override_reason="其实没有障碍")
    assert (done.state, done.live_on, done.made_live_by) == (CellState.LIVE, engagement.today(), colleague)
    assert fresh(second).override_reason == ""


def test_the_lead_lets_a_cell_go_live_all_the_same_and_says_why(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    _first, second, _third = built(engineer, engagement)
    with pytest.raises(PermissionDenied):
        cells.go_live(actor=colleague, cell=second, override_reason="院长要求")
    with pytest.raises(RefusedError):
        cells.go_live(actor=engineer, cell=second, override_reason="   ")
    cells.go_live(actor=engineer, cell=second, override_reason="院长要求")
    assert fresh(second).override_reason == "院长要求"
    told = AuditEntry.objects.get(action="cell.live").data
    assert told["override"] == "院长要求"
    assert len(told["against"]) == 2


def test_a_second_click_hears_since_when_it_is_live(engagement: Engagement, engineer: User, client_pm: User) -> None:
    first, _second, _third = built(engineer, engagement)
    train(engineer, engagement)
    cells.go_live(actor=engineer, cell=first)
    with pytest.raises(DomainError, match="since"):
        cells.go_live(actor=engineer, cell=first)
    assert AuditEntry.objects.filter(action="cell.live").count() == 1
    with pytest.raises(PermissionDenied):
        cells.go_live(actor=client_pm, cell=first)


# --- What a cell builds on --------------------------------------------------------------------------------------------------


def test_the_ground_is_changed_by_the_lead_alone_and_never_in_a_circle(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, colleague: User
) -> None:
    first, second, third = built(engineer, engagement)
    with pytest.raises(PermissionDenied):
        cells.save_builds_on(actor=colleague, cell=third, builds_on=[])
    for wrong in (first, third, CellFactory(engagement=foreign_engagement)):
        with pytest.raises(DomainError) as refused:
            cells.save_builds_on(actor=engineer, cell=first, builds_on=[wrong])
        assert refused.value.field == "builds_on"
    cells.save_builds_on(actor=engineer, cell=third, builds_on=[first], reason=WHY)
    assert cells.ground_of(engagement) == {second.pk: {first.pk}, third.pk: {first.pk}}
    settle(third, state=CellState.LIVE)
    with pytest.raises(DomainError, match="begun"):
        cells.save_builds_on(actor=engineer, cell=third, builds_on=[])


def test_two_people_who_change_the_ground_do_not_overwrite_each_other(
    engagement: Engagement, engineer: User, manager: User
) -> None:
    first, second, third = built(engineer, engagement)
    seen = cells.ground_mark([second.pk])
    cells.save_builds_on(actor=manager, cell=third, builds_on=[], was=seen, reason=WHY)
    with pytest.raises(StaleError):
        cells.save_builds_on(actor=engineer, cell=third, builds_on=[first], was=seen)
    cells.save_builds_on(actor=engineer, cell=third, builds_on=[first], was=cells.ground_mark([]))


def test_ground_that_is_not_accepted_is_taken_away_only_with_a_reason(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    """RULES: nothing goes live without its ground and without a reason: nor by clearing the ground first."""
    first, second, third = built(engineer, engagement)
    train(engineer, engagement)
    for reason in ("  ", "长" * 200):
        with pytest.raises(DomainError, match="say"):
            cells.save_builds_on(actor=engineer, cell=third, builds_on=[], reason=reason)
    assert cells.ground_of(engagement)[third.pk] == {second.pk}
    cells.save_builds_on(actor=engineer, cell=third, builds_on=[first, second])
    cells.save_builds_on(actor=engineer, cell=third, builds_on=[first], reason=WHY)
    assert fresh(third).override_reason == f"{WHY} ({engineer.name})"
    assert AuditEntry.objects.filter(action="cell.ground_changed").latest("pk").data["reason"] == WHY
    with pytest.raises(DomainError, match="shorter"):
        cells.go_live(actor=engineer, cell=third, override_reason="长" * 200)
    settle(first)
    # What is accepted carries nothing any more: it goes without a word, and the reason before stays.
    cells.save_builds_on(actor=engineer, cell=third, builds_on=[])
    cells.go_live(actor=colleague, cell=third)
    assert fresh(third).override_reason == f"{WHY} ({engineer.name})"


def test_a_reason_against_obstacles_stands_beside_that_of_the_ground(engagement: Engagement, engineer: User) -> None:
    _first, _second, third = built(engineer, engagement)
    cells.save_builds_on(actor=engineer, cell=third, builds_on=[], reason=WHY)
    cells.go_live(actor=engineer, cell=third, override_reason="院长要求")
    assert fresh(third).override_reason == f"{WHY} ({engineer.name}) · 院长要求"


# --- What stands against the Go, and what is measured ---------------------------------------------------------------------------


def test_before_the_go_each_kind_of_gap_stands_once(engagement: Engagement, engineer: User) -> None:
    def codes() -> list[str]:
        return [obstacle.code for obstacle in before_go(engagement)]

    assert codes() == ["rollout.empty"]
    first, second, third, *later = built(engineer, engagement, stages=2)
    untrained = [f"rollout.untrained.{cell.role_id}" for cell in (first, second, third)]
    assert codes() == ["rollout.unaccepted", *untrained]
    train(engineer, engagement)
    settle(first, second)
    settle(third, state=CellState.REJECTED)
    assert codes() == ["rollout.rejected"]
    settle(third, state=CellState.CONDITIONAL)
    # What comes after the Go is not needed for it, but for the review.
    assert codes() == []
    [found] = before_review(engagement)
    assert (found.code, found.waivable) == ("rollout.open", True)
    assert found.text.startswith("3 ")
    settle(*later)
    assert before_review(engagement) == []


def test_an_obstacle_names_three_cells_and_counts_all(engagement: Engagement, engineer: User) -> None:
    built(engineer, engagement, modules=2, roles=2)
    text = before_go(engagement)[0].text
    assert text.startswith("4 ")
    assert text.count("模块") == 3
    assert text.endswith("…")


def test_what_stands_against_the_go_is_asked_in_few_queries(
    engagement: Engagement, engineer: User, django_assert_max_num_queries: Any
) -> None:
    built(engineer, engagement, modules=6, roles=6, stages=3)
    with django_assert_max_num_queries(5):
        assert len(before_go(engagement)) == 7
    with django_assert_max_num_queries(1):
        before_review(engagement)


def test_an_objective_can_be_measured_by_the_accepted_share(engagement: Engagement, engineer: User) -> None:
    share, count = measures.find("rollout.accepted_percent"), measures.find("rollout.accepted")
    assert share is not None
    assert count is not None
    assert (share.read(engagement), count.read(engagement)) == (None, None)
    first, second, third = built(engineer, engagement)
    settle(first, state=CellState.CONDITIONAL)
    assert (share.read(engagement), count.read(engagement)) == (Decimal("33.3"), Decimal(1))
    settle(second, third)
    assert share.read(engagement) == Decimal(100)
