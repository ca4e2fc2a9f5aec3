"""The hand-over to operations: what the sheet holds, when it can be frozen, and how it is signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from engagements import agreements
from engagements.models import CoreTask, Engagement, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.first_weeks import hand_over as hand_over_text
from standups.first_weeks.held import mark_of
from standups.first_weeks.state import is_handed_over
from standups.models import Cell, Condition, HandOver, OperationsContact, RoleTraining, Severity
from standups.services import hand_over
from tests.factories import (
    CellFactory,
    ChangeRequestFactory,
    ConditionFactory,
    EnvironmentFactory,
    HandOverFactory,
    OperationsContactFactory,
    ProblemFactory,
    ReturnedAccessFactory,
    RolloutRoleFactory,
    UatRoundFactory,
)
from tests.standups.handing_over import filled, frozen, on_paper, went_live

pytestmark = pytest.mark.django_db
CANARY = "canaryofours"


def missing(engagement: Engagement) -> set[str]:
    return {found.code.rsplit(".", 1)[0] if "owner" in found.code else found.code
            for found in hand_over.before_freezing(engagement)}  # fmt: skip


def freeze(actor: User, engagement: Engagement) -> SignOff:
    return hand_over.freeze_hand_over(actor=actor, engagement=engagement)


def in_force(
    engagement: Engagement, lead: User, *, cell: Cell | None = None, number: int = 1, **fields: Any
) -> Condition:
    """A condition of a round whose text is signed."""
    cell = cell or CellFactory(engagement=engagement, state="live", live_on=engagement.today())
    topic = f"{cell.pk}.{number}"
    signed = signing.add_version(actor=lead, engagement=engagement, kind=SignOff.Kind.UAT, topic=topic, text={})
    signed.signed_at = timezone.now()
    signed.save()
    return ConditionFactory(round=UatRoundFactory(cell=cell, number=number, sign_off=signed), **fields)


# --- filled in ------------------------------------------------------------------------------------------------------


def test_no_field_takes_access_data(engagement: Engagement, engineer: User) -> None:
    """RULES: never a secret. Each free text of the sheet is refused on its own field."""
    secret = "密码：Sommer2026"
    every: dict[str, Any] = {"actor": engineer, "engagement": engagement}
    contact: dict[str, Any] = every | {"name": "孙工", "role": "一线", "phone": "400"}
    give: dict[str, Any] = {
        "actor": engineer,
        "access": ReturnedAccessFactory(engagement=engagement),
        "returned_on": engagement.today(),
    }
    sheet = ("taken_over_by", "support_hours", "note")
    tries: list[tuple[str, Callable[[], object]]] = [
        *(
            (field, partial(hand_over.save_hand_over, **every | {"planned_on": None, field: secret}))
            for field in sheet
        ),
        *(
            (field, partial(hand_over.save_contact, **contact | {field: secret}))
            for field in ("name", "role", "phone")
        ),
        ("hours", partial(hand_over.save_contact, **contact, hours=secret)),
        ("what", partial(hand_over.save_access, **every, kind="account", what=secret)),
        ("received_by", partial(hand_over.give_back, **give, received_by=secret)),
    ]
    for field, act in tries:
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.field == field
    assert not HandOver.objects.unscoped().exists()
    assert not OperationsContact.objects.unscoped().exists()


def test_access_is_given_back_once_and_taken_back(engagement: Engagement, engineer: User, colleague: User) -> None:
    access, today = ReturnedAccessFactory(engagement=engagement, what="门禁卡 2 张"), engagement.today()
    give: dict[str, Any] = {"access": access, "returned_on": today, "received_by": "保卫科"}
    for wrong, field in (
        ({"returned_on": today + timedelta(days=1)}, "returned_on"),
        ({"received_by": " "}, "received_by"),
    ):
        with pytest.raises(DomainError) as refused:
            hand_over.give_back(actor=engineer, **give | wrong)
        assert refused.value.field == field
    hand_over.give_back(actor=engineer, **give)
    with pytest.raises(DomainError, match="保卫科"):
        hand_over.give_back(actor=colleague, **give | {"received_by": "别人"})
    with pytest.raises(DomainError, match="stays"):
        hand_over.delete_access(actor=colleague, access=access)
    hand_over.take_return_back(actor=colleague, access=access)
    hand_over.take_return_back(actor=colleague, access=access)
    access.refresh_from_db()
    assert (access.returned_on, access.received_by) == (None, "")
    assert AuditEntry.objects.get(action="access.outstanding").data["by"] == "保卫科"
    hand_over.delete_access(actor=engineer, access=access)
    with pytest.raises(DomainError, match="deleted"):
        hand_over.delete_access(actor=engineer, access=access)


def test_two_people_fill_the_sheet(engagement: Engagement, engineer: User, colleague: User) -> None:
    """Both opened it empty: the second one is told. So are two who edit one contact."""
    save: dict[str, Any] = {"engagement": engagement, "planned_on": None, "was": mark_of(None)}
    hand_over.save_hand_over(actor=engineer, **save, taken_over_by="信息科")
    with pytest.raises(StaleError):
        hand_over.save_hand_over(actor=colleague, **save, taken_over_by="医务处")
    row = HandOver.objects.unscoped().get()
    assert row.taken_over_by == "信息科"
    hand_over.save_hand_over(actor=colleague, **save | {"was": mark_of(row)}, taken_over_by="医务处")
    contact = OperationsContactFactory(engagement=engagement)
    was, fields = mark_of(contact), {"name": "孙工", "role": "一线", "phone": "400"}
    hand_over.save_contact(actor=engineer, engagement=engagement, contact=contact, was=was, **fields | {"phone": "1"})
    with pytest.raises(StaleError):
        hand_over.save_contact(actor=colleague, engagement=engagement, contact=contact, was=was, **fields)


def test_freezing_touches_nobodys_open_form(engagement: Engagement, engineer: User) -> None:
    filled(engagement)
    was = mark_of(HandOver.objects.unscoped().get())
    freeze(engineer, engagement)
    hand_over.save_hand_over(actor=engineer, engagement=engagement, was=was, planned_on=None, taken_over_by="信息科")


def test_who_may_do_what(engagement: Engagement, engineer: User, colleague: User, client_pm: User) -> None:
    """An engineer fills in, the lead freezes, the client neither."""
    filled(engagement)
    access, contact = engagement.returned_access.unscoped().get(), engagement.operations_contacts.unscoped().get()
    today = engagement.today()
    for act in (
        lambda: freeze(colleague, engagement),
        lambda: freeze(client_pm, engagement),
        lambda: hand_over.save_hand_over(actor=client_pm, engagement=engagement, planned_on=today),
        lambda: hand_over.save_access(actor=client_pm, engagement=engagement, kind="card", what="x"),
        lambda: hand_over.give_back(actor=client_pm, access=access, returned_on=today, received_by="x"),
        lambda: hand_over.take_return_back(actor=client_pm, access=access),
        lambda: hand_over.delete_access(actor=client_pm, access=access),
        lambda: hand_over.save_contact(actor=client_pm, engagement=engagement, name="x", role="x", phone="x"),
        lambda: hand_over.delete_contact(actor=client_pm, contact=contact),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert freeze(engineer, engagement).version == 1


# --- frozen ---------------------------------------------------------------------------------------------------------


def test_each_missing_part_refuses_the_freezing(engagement: Engagement, engineer: User) -> None:
    assert missing(engagement) == {"handover.not_live", "handover.receiver", "handover.contacts"}
    went_live(engagement, 0)
    assert missing(engagement) == {"handover.receiver", "handover.contacts"}
    row = HandOverFactory(engagement=engagement, taken_over_by=" ")
    OperationsContactFactory(engagement=engagement)
    assert missing(engagement) == {"handover.receiver"}
    row.taken_over_by = "信息科"
    row.save()
    assert missing(engagement) == set()
    problem = ProblemFactory(engagement=engagement, owner=None, owner_role="")
    ProblemFactory(engagement=engagement, is_internal=True)
    assert missing(engagement) == {"handover.owner"}
    with pytest.raises(RefusedError) as refused:
        freeze(engineer, engagement)
    assert [found.url for found in refused.value.obstacles] == [problem.get_absolute_url()]
    problem.owner = engineer
    problem.save()
    assert missing(engagement) == {"handover.owner"}, "whom we have for it is ours alone: a role is asked for"
    problem.owner_role = "信息科"
    problem.save()
    assert missing(engagement) == set()
    condition = in_force(engagement, engineer, owner_name=" ")
    assert missing(engagement) == {f"handover.condition.{condition.pk}"}
    condition.delete()
    engagement.operations_contacts.unscoped().delete()
    assert missing(engagement) == {"handover.contacts"}
    assert not engagement.sign_offs.filter(kind=SignOff.Kind.HANDOVER).exists()


def test_the_sheet_says_everything(engagement: Engagement, engineer: User) -> None:
    """Environments, access (open access is said, not refused), items, conditions in force, contacts, training."""
    filled(engagement)
    today = engagement.today()
    role = RolloutRoleFactory(engagement=engagement, name="门诊挂号员", people_needed=12)
    for people in (5, 6):
        RoleTraining.objects.create(role=role, held_on=today, people=people, recorded_by=engineer)
    cell = CellFactory(engagement=engagement, role=role, state="live", live_on=today)
    for number, words_of_it in ((1, {"text": "旧轮次的条件"}), (2, {"text": "退号冲正", "owner_name": "李哲"})):
        in_force(engagement, engineer, cell=cell, number=number, **words_of_it)
    ConditionFactory(round=cell.rounds.unscoped().get(number=2), text="已满足", met_on=today, proof="x")
    change = ChangeRequestFactory(engagement=engagement)
    gone = CellFactory(engagement=engagement, state="descoped", descoped_by=change)
    in_force(engagement, engineer, cell=gone, text="已取消单元的条件")
    words = json.dumps(freeze(engineer, engagement).text["sections"], ensure_ascii=False)
    for told in (
        "生产环境", "信息科保险柜", "堡垒机账号 onsite01", "凭条打印慢", "退号冲正", "李哲", "孙工", "门诊挂号员",
        '"11", "12"', "工作日 8:30–18:00",
    ):  # fmt: skip
        assert told in words, told
    assert "旧轮次的条件" not in words
    assert "已满足" not in words
    assert "已取消单元的条件" not in words


def test_the_text_is_in_the_language_of_the_documents(engagement: Engagement, engineer: User) -> None:
    """Whoever freezes reads in another language: one text, and it compares equal in both."""
    engagement.language = "en"
    engagement.save()
    with translation.override("zh-hans"):
        sign_off = frozen(engagement, engineer)
        assert hand_over_text.still_holds(sign_off, hand_over_text.sheet_of(engagement))
    assert "still open" in json.dumps(sign_off.text)
    assert sign_off.text["sections"][0]["heading"] == "Hand-over to operations"


def test_nothing_internal_stands_in_the_sheet(engagement: Engagement, engineer: User) -> None:
    filled(engagement)
    texts = dict.fromkeys(("title", "next_step", "owner_role", "symptom"), CANARY)
    ProblemFactory(engagement=engagement, is_internal=True, severity=Severity.CRITICAL, **texts)
    assert CANARY not in json.dumps(freeze(engineer, engagement).text)


def test_whom_the_vendor_has_for_a_problem_is_not_told(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    """“Cared for by” is the vendor's own: a change of it changes nothing that is signed."""
    filled(engagement)
    problem = engagement.problems.unscoped().get()
    problem.owner = colleague
    problem.save()
    sign_off = freeze(engineer, engagement)
    assert colleague.name not in json.dumps(sign_off.text, ensure_ascii=False)
    assert hand_over_text.owner_of(problem) == "信息科"
    problem.owner, problem.owner_role = engineer, ""
    assert hand_over_text.owner_of(problem) == str(problem.get_next_step_with_display())
    problem.owner_role = "信息科"
    problem.save()
    assert hand_over_text.still_holds(sign_off, hand_over_text.sheet_of(engagement))


@pytest.mark.parametrize("core_task", [task for task in CoreTask if task != CoreTask.GO_LIVE])
def test_what_ends_without_a_go_live_waits_for_none(engagement: Engagement, core_task: str) -> None:
    engagement.core_task = core_task
    assert "handover.not_live" not in missing(engagement)


def test_the_same_sheet_is_not_frozen_twice(engagement: Engagement, engineer: User) -> None:
    first = frozen(engagement, engineer)
    with pytest.raises(DomainError, match="Nothing changed since version 1"):
        freeze(engineer, engagement)
    EnvironmentFactory(engagement=engagement, name="测试环境")
    second = freeze(engineer, engagement)
    first.refresh_from_db()
    assert second.version == 2
    assert first.superseded_at is not None
    assert HandOver.objects.unscoped().get().sign_off == second


# --- signed ---------------------------------------------------------------------------------------------------------


def test_the_clients_pm_is_asked_and_signs(
    engagement: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    client_pm.set_password("Hand-over-2026")
    client_pm.save()
    sign_off = frozen(engagement, engineer)
    asked = Message.objects.filter(kind="sign_request")
    assert [message.recipient for message in asked] == [client_pm]
    signing.sign_on_screen(actor=client_pm, sign_off=sign_off, text_hash=sign_off.text_hash, proof="Hand-over-2026")
    sign_off.refresh_from_db()
    assert sign_off.is_signed
    with pytest.raises(PermissionDenied):
        signing.require_signer(business_owner, sign_off)


def test_a_stale_sheet_is_not_signed_after_an_item_changed(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """A problem was solved meanwhile: no newer version exists, and the text says what it is not any more."""
    sign_off = frozen(engagement, engineer)
    problem = engagement.problems.unscoped().get()
    problem.solved_on = engagement.today()
    problem.save()
    with pytest.raises(StaleError, match="changed since version 1"):
        signing.sign_on_screen(actor=client_pm, sign_off=sign_off, text_hash=sign_off.text_hash, proof="x")
    with pytest.raises(StaleError):
        on_paper(sign_off, engineer)


def test_a_change_of_the_sheet_takes_its_unsigned_text_back(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """Each of our own changes, in its transaction; the request to sign goes with it."""
    sign_off = frozen(engagement, engineer)
    every: dict[str, Any] = {"actor": engineer, "engagement": engagement}
    access, today = engagement.returned_access.unscoped().get(), engagement.today()
    contact: dict[str, Any] = {"name": "周工", "role": "二线", "phone": "1"}
    for act in (
        lambda: hand_over.save_hand_over(**every, planned_on=today, taken_over_by="信息科"),
        lambda: hand_over.save_access(**every, kind="card", what="门禁卡"),
        lambda: hand_over.give_back(actor=engineer, access=access, returned_on=today, received_by="信息科"),
        lambda: hand_over.take_return_back(actor=engineer, access=access),
        lambda: hand_over.delete_access(actor=engineer, access=access),
        lambda: hand_over.save_contact(**every, **contact),
        lambda: hand_over.delete_contact(
            actor=engineer, contact=engagement.operations_contacts.unscoped().get(name="周工")
        ),
    ):
        act()
        sign_off.refresh_from_db()
        assert sign_off.superseded_at is not None
        asked = Message.objects.get(kind="sign_request", payload__sign_off=sign_off.pk)
        assert asked.cancelled_at is not None
        sign_off = freeze(engineer, engagement)


def test_saving_the_same_again_keeps_the_text(engagement: Engagement, engineer: User) -> None:
    sign_off = frozen(engagement, engineer)
    row = HandOver.objects.unscoped().get()
    hand_over.save_hand_over(
        actor=engineer, engagement=engagement, planned_on=None, taken_over_by=row.taken_over_by,
        support_hours=row.support_hours,
    )  # fmt: skip
    sign_off.refresh_from_db()
    assert sign_off.superseded_at is None


def test_what_was_signed_stays_when_the_sheet_goes_on(engagement: Engagement, engineer: User, colleague: User) -> None:
    """On paper, through two people; an account that is closed a week later takes nothing back."""
    engagement.signs_on_paper = True
    engagement.save()
    sign_off = frozen(engagement, engineer)
    assert not Message.objects.filter(kind="sign_request").exists()
    signature = on_paper(sign_off, engineer)
    with pytest.raises(DomainError):
        signing.check_paper(actor=engineer, signature=signature, accepted=True)
    signing.check_paper(actor=colleague, signature=signature, accepted=True)
    sign_off.refresh_from_db()
    assert sign_off.is_signed
    access = engagement.returned_access.unscoped().get()
    hand_over.give_back(actor=engineer, access=access, returned_on=engagement.today(), received_by="信息科")
    sign_off.refresh_from_db()
    assert sign_off.superseded_at is None
    agreements.refuse_outdated(sign_off)
    assert freeze(engineer, engagement).version == 2, "a newer sheet can be signed in its place"
    standing = hand_over.signed_text(engagement)
    assert standing == sign_off, "until then this one holds"
    assert is_handed_over(engagement)


def test_a_paper_that_was_overtaken_does_not_count(engagement: Engagement, engineer: User, colleague: User) -> None:
    sign_off = frozen(engagement, engineer)
    signature = on_paper(sign_off, engineer)
    hand_over.save_contact(actor=engineer, engagement=engagement, name="周工", role="二线", phone="1")
    with pytest.raises(StaleError):
        signing.check_paper(actor=colleague, signature=signature, accepted=True)
    sign_off.refresh_from_db()
    assert not sign_off.is_signed
