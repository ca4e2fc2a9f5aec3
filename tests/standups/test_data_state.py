"""N11: the data check frozen and signed, and what of it stands against Go (N11, E2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, SignOff
from engagements.section_text import read_sections
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.notifications.models import Message
from standups.data.mapping import Field, applied, changes
from standups.data.state import RoundState, before_go
from standups.models import CountLine, LoadRound
from standups.services import data_checks, data_counts, data_signing
from tests.engagements.conftest import register, sign
from tests.factories import CountLineFactory, DataObjectFactory, LoadRoundFactory
from tests.standups.checking import FIELDS, counted, entry, fresh, frozen, line_of, loaded, patients, sampled

pytestmark = pytest.mark.django_db


def codes(engagement: Engagement) -> list[tuple[str, bool]]:
    """Return what stands against Go, without the ids."""
    return [(found.code.rpartition(".")[0], found.waivable) for found in before_go(engagement)]


# --- the signature ---------------------------------------------------------------------------------------------------


def test_freezing_names_everything_that_is_missing(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)

    def missing() -> int:
        now = fresh(row)
        with pytest.raises(RefusedError) as refused:
            data_signing.freeze_round(actor=engineer, load_round=now, version=now.version)
        return len(refused.value.obstacles)

    assert missing() == 2  # nothing counted, no sample
    counted(engineer, row, entry("甲", 2, 1), entry("乙", 2, 1), entry("丙", 2))
    assert missing() == 4
    sampled(engineer, row, wrong=1)
    assert missing() == 4
    assert not SignOff.objects.exists()


def test_the_frozen_text_says_what_was_checked(engagement: Engagement, engineer: User, key_user: User) -> None:
    """In the language of the documents; one of the client's parts signs it and it stays."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812, "188 条为测试数据", unit="条"))
    sampled(engineer, row)
    now = fresh(row)
    text = data_signing.freeze_round(actor=engineer, load_round=now, version=now.version)
    sections = read_sections(text.text).sections
    assert "过敏记录" in sections[1].rows[0][0] and sections[1].rows[0][2:5] == ("1,000", "812", "-188")
    assert ("ALLERGY_CODE", "allergy", "字典对照") in sections[3].rows
    assert text.text["facts"]["round"] == row.pk and text.text["facts"]["mapping"] == 1
    assert Message.objects.filter(kind="sign_request", recipient=key_user).count() == 1
    sign(text, key_user)
    assert fresh(row).is_signed
    assert before_go(engagement) == []
    for act in (
        lambda: counted(engineer, row, entry("甲", 1, 1)),
        lambda: sampled(engineer, row, wrong=1),
        lambda: data_checks.save_object(
            actor=engineer, engagement=engagement, data_object=now.data_object, owner="信息科"
        ),
    ):
        with pytest.raises(DomainError, match="signed"):
            act()
    assert data_checks.open_round(actor=engineer, data_object=now.data_object, after=1).number == 2


def test_a_round_is_frozen_once(engagement: Engagement, engineer: User) -> None:
    text = frozen(engineer, engagement)
    now = fresh(LoadRound.objects.unscoped().get())
    with pytest.raises(DomainError, match="frozen already"):
        data_signing.freeze_round(actor=engineer, load_round=now, version=now.version)
    with pytest.raises(StaleError):
        data_signing.freeze_round(actor=engineer, load_round=now, version=now.version + 1)
    assert SignOff.objects.unscoped().get() == text


@pytest.mark.parametrize("change", ["counts", "sample", "explain", "object", "mapping", "round"])
def test_any_change_takes_the_text_back(engagement: Engagement, engineer: User, key_user: User, change: str) -> None:
    """A signature under what is no longer so is refused, and so is the sheet that was printed."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 2, 1, "一条作废"))
    sampled(engineer, row)
    now = fresh(row)
    text = data_signing.freeze_round(actor=engineer, load_round=now, version=now.version)
    data = now.data_object
    acts: dict[str, Callable[[], Any]] = {
        "counts": lambda: counted(engineer, row, entry("乙", 1, 1)),
        "sample": lambda: sampled(engineer, row),
        "explain": lambda: data_counts.explain(
            actor=engineer, line=line_of(row, "甲"), version=now.version, explanation="一条重复"
        ),
        "object": lambda: data_checks.save_object(
            actor=engineer, engagement=engagement, data_object=data, owner="信息科"
        ),
        "mapping": lambda: data_checks.save_mapping(actor=engineer, data_object=data, was=1, lines=FIELDS[:1]),
        "round": lambda: data_checks.open_round(actor=engineer, data_object=data, after=1),
    }
    acts[change]()
    assert fresh(row).sign_off is None
    stale = SignOff.objects.unscoped().get(pk=text.pk)
    with pytest.raises(StaleError):
        sign(stale, key_user)
    with pytest.raises(StaleError):
        register(stale, engineer)


def test_a_text_of_another_version_holds_no_longer(engagement: Engagement, engineer: User, key_user: User) -> None:
    """Were the text left standing by mistake, the door still asks the round itself."""
    text = frozen(engineer, engagement)
    LoadRound.objects.update(version=99)
    with pytest.raises(StaleError, match="anew"):
        sign(text, key_user)


def test_a_problem_leaves_the_text_standing(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 2, 1, "一条作废"))
    sampled(engineer, row)
    now = fresh(row)
    text = data_signing.freeze_round(actor=engineer, load_round=now, version=now.version)
    data_counts.raise_problem(actor=engineer, line=line_of(row, "甲"))
    assert fresh(row).sign_off == text


# --- what stands against Go ------------------------------------------------------------------------------------------


def test_go_hears_of_each_state(engagement: Engagement, engineer: User, key_user: User) -> None:
    """An open difference can't be taken as a risk; what is not checked or not signed can."""
    assert codes(engagement) == []
    row = patients(engineer, engagement)
    assert codes(engagement) == [("data.unchecked", True)]
    first = data_checks.open_round(actor=engineer, data_object=row, after=0)
    assert codes(engagement) == [("data.unchecked", True)]
    counted(engineer, first, entry("甲", 2, 1))
    assert codes(engagement) == [("data.open", False), ("data.unchecked", True)]
    sampled(engineer, first)
    assert codes(engagement) == [("data.open", False)]
    counted(engineer, first, entry("甲", 2, 1, "作废", pk=line_of(first, "甲").pk))
    assert codes(engagement) == [("data.unsigned", True)]
    sampled(engineer, first, wrong=1)
    assert codes(engagement) == [("data.open", False)]
    sampled(engineer, first)
    now = fresh(first)
    sign(data_signing.freeze_round(actor=engineer, load_round=now, version=now.version), key_user)
    assert codes(engagement) == []
    data_checks.open_round(actor=engineer, data_object=row, after=1)
    assert codes(engagement) == [("data.open", False), ("data.unchecked", True)]


def test_only_the_newest_round_counts(engagement: Engagement) -> None:
    line = CountLineFactory(round__mapping__data_object__engagement=engagement, target_value=1)
    first = line.round
    second = LoadRoundFactory(mapping=first.mapping, number=2)
    CountLineFactory(round=second)
    assert codes(engagement) == [("data.unsigned", True)]


def test_go_asks_as_often_for_thirty_objects(engagement: Engagement) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert before_go(engagement)
        return len(captured)

    CountLineFactory(round__mapping__data_object__engagement=engagement, target_value=1)
    for_one = queries()
    for row in DataObjectFactory.create_batch(29, engagement=engagement):
        CountLineFactory(round__mapping__data_object=row, target_value=1)
    assert (queries(), len(before_go(engagement))) == (for_one, 30)


# --- properties ------------------------------------------------------------------------------------------------------

numbers = st.none() | st.decimals(min_value=-100, max_value=100, places=2)
typed_lines = st.lists(st.tuples(numbers, numbers, st.sampled_from(["", "测试数据"])), max_size=8)
mapping_fields = st.lists(
    st.builds(Field, st.sampled_from("ABCD"), st.sampled_from("wxyz"), st.sampled_from(["", "对照"])),
    max_size=10, unique_by=lambda line: line.key,
)  # fmt: skip


@given(typed_lines)
def test_what_is_open_differs_and_is_not_explained(lines: list[tuple[Decimal | None, Decimal | None, str]]) -> None:
    rows = [
        CountLine(name=str(at), source_value=source, target_value=target, explanation=why)
        for at, (source, target, why) in enumerate(lines)
    ]
    state = RoundState(LoadRound(), tuple(rows))
    plain = {
        str(at)
        for at, (source, target, why) in enumerate(lines)
        if source is not None and target is not None and source != target and why == ""
    }
    assert {row.name for row in state.unexplained} == plain
    uncounted = any(source is None or target is None for source, target, _why in lines)
    assert state.has_open == bool(plain or uncounted)


@given(mapping_fields, mapping_fields)
def test_the_changes_lead_from_one_version_to_the_next(before: list[Field], after: list[Field]) -> None:
    made = changes(before, after)
    assert applied(before, made) == set(after)
    assert bool(made) == (set(before) != set(after))
    touched = [line for change in made for line in (change.was, change.now) if line]
    assert not (set(touched) & set(before) & set(after))
