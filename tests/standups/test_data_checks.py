"""N11: data objects, mappings, load rounds: what was counted, what differs, and the sample."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.data.mapping import Field, changes
from standups.data.state import before_go, state_of
from standups.models import DataObject, LoadRound, Problem, Source
from standups.services import data_checks, data_counts, data_signing
from tests.engagements.conftest import sign
from tests.standups.checking import FIELDS, counted, entry, fresh, frozen, line_of, loaded, patients, sampled

pytestmark = pytest.mark.django_db


# --- objects ---------------------------------------------------------------------------------------------------------


def test_an_object_is_added_and_changed(engagement: Engagement, engineer: User) -> None:
    first, second = patients(engineer, engagement), patients(engineer, engagement, name="供应商")
    assert [first.position, second.position] == [0, 1]
    data_checks.save_object(
        actor=engineer, engagement=engagement, data_object=first, was=first.fingerprint, owner="信息科"
    )
    assert DataObject.objects.unscoped().get(pk=first.pk).owner == "信息科"
    assert AuditEntry.objects.filter(action="data_object.created").count() == 2
    assert audit.first_broken(engagement.audit_chain) is None


def test_two_objects_of_one_name_are_refused_beside_the_name(engagement: Engagement, engineer: User) -> None:
    patients(engineer, engagement)
    with pytest.raises(DomainError) as refused:
        patients(engineer, engagement)
    assert refused.value.field == "name"


def test_an_object_that_somebody_changed_is_not_overwritten(engagement: Engagement, engineer: User) -> None:
    row = patients(engineer, engagement)
    was = row.fingerprint
    data_checks.save_object(actor=engineer, engagement=engagement, data_object=row, was=was, source="HIS 2")
    with pytest.raises(StaleError):
        data_checks.save_object(actor=engineer, engagement=engagement, data_object=row, was=was, source="HIS 3")


def test_an_object_goes_with_its_rounds_until_one_is_signed(
    engagement: Engagement, engineer: User, key_user: User
) -> None:
    """The text that waited can't be signed any more; a signed one keeps its object."""
    text = frozen(engineer, engagement)
    row = DataObject.objects.unscoped().get()
    kept = frozen(engineer, engagement, name="供应商")
    sign(kept, key_user)
    data_checks.delete_object(actor=engineer, data_object=row)
    text.refresh_from_db()
    assert text.superseded_at is not None
    assert not LoadRound.objects.filter(data_object=row.pk).exists()
    with pytest.raises(DomainError, match="signed"):
        data_checks.delete_object(actor=engineer, data_object=DataObject.objects.unscoped().get())
    with pytest.raises(DomainError, match="deleted"):
        data_checks.delete_object(actor=engineer, data_object=row)


def test_only_the_vendors_people_here_may(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User, outsider_engineer: User
) -> None:
    """Every door asks again, whatever page was shown."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("患者总数", 2, 1))
    now, line = fresh(row), line_of(row, "患者总数")
    today = engagement.today()
    for user in (client_pm, key_user, outsider_engineer):
        for act in (
            lambda u=user: patients(u, engagement, name="甲"),
            lambda u=user: data_checks.delete_object(actor=u, data_object=now.data_object),
            lambda u=user: data_checks.save_mapping(actor=u, data_object=now.data_object, was=1, lines=()),
            lambda u=user: data_checks.open_round(actor=u, data_object=now.data_object, after=1),
            lambda u=user: data_counts.save_counts(actor=u, load_round=now, version=now.version, lines=()),
            lambda u=user: data_counts.explain(actor=u, line=line, version=now.version, explanation="甲"),
            lambda u=user: data_counts.raise_problem(actor=u, line=line),
            lambda u=user: data_signing.freeze_round(actor=u, load_round=now, version=now.version),
            lambda u=user: data_counts.record_sample(
                actor=u, load_round=now, version=now.version, sample_size=1, sample_wrong=0, sample_checked_by="甲",
                sample_checked_on=today,
            ),
        ):  # fmt: skip
            with pytest.raises(PermissionDenied):
                act()


# --- mapping and rounds ----------------------------------------------------------------------------------------------


def test_a_changed_mapping_opens_a_round_with_the_same_lines_to_count(engagement: Engagement, engineer: User) -> None:
    """N11: what the source holds stays; what arrived is counted anew, and explained anew."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812, "测试数据", unit="条"))
    problem = data_counts.raise_problem(actor=engineer, line=line_of(row, "过敏记录"))
    lines = [Field("ALLERGY_CODE", "allergy_code", "字典对照"), FIELDS[1]]
    second = data_checks.save_mapping(
        actor=engineer, data_object=row.data_object, was=1, lines=lines, reason="过敏字段错位"
    )
    line = second.lines.unscoped().get()
    assert (second.number, second.mapping.version, second.mapping.reason) == (2, 2, "过敏字段错位")
    assert (line.name, line.unit, line.source_value) == ("过敏记录", "条", Decimal(1000))
    assert (line.target_value, line.explanation, line.problem) == (None, "", problem)
    assert [change.how for change in changes(FIELDS, lines)] == ["changed"]
    with pytest.raises(DomainError, match="newer round"):
        counted(engineer, row, entry("过敏记录", 1, 1))


def test_a_mapping_that_is_no_other_opens_no_round(engagement: Engagement, engineer: User) -> None:
    """Nor does one in another order, or one with a line twice."""
    row = loaded(engineer, engagement)
    for lines in (FIELDS, FIELDS[::-1]):
        with pytest.raises(DomainError, match="Nothing changed"):
            data_checks.save_mapping(actor=engineer, data_object=row.data_object, was=1, lines=lines)
    with pytest.raises(DomainError, match="Two lines"):
        data_checks.save_mapping(
            actor=engineer, data_object=row.data_object, was=1, lines=[*FIELDS, Field("PAT_NAME", "name", "x")]
        )
    assert LoadRound.objects.count() == 1


def test_a_mapping_somebody_followed_up_is_stale(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)
    data_checks.save_mapping(actor=engineer, data_object=row.data_object, was=1, lines=FIELDS[:1])
    with pytest.raises(StaleError):
        data_checks.save_mapping(actor=engineer, data_object=row.data_object, was=1, lines=FIELDS[1:])


def test_a_double_click_opens_one_round(engagement: Engagement, engineer: User) -> None:
    """Without a mapping, too: not everything that moves is mapped field by field."""
    row = patients(engineer, engagement)
    first = data_checks.open_round(actor=engineer, data_object=row, after=0)
    with pytest.raises(StaleError):
        data_checks.open_round(actor=engineer, data_object=row, after=0)
    assert (first.number, first.mapping.version, first.mapping.lines.count()) == (1, 1, 0)
    assert data_checks.open_round(actor=engineer, data_object=row, after=1).mapping == first.mapping


def test_a_round_opened_by_mistake_is_taken_back(engagement: Engagement, engineer: User, key_user: User) -> None:
    """N11: the signed round is the newest again."""
    sign(frozen(engineer, engagement), key_user)
    signed = LoadRound.objects.unscoped().get()
    mistake = data_checks.open_round(actor=engineer, data_object=signed.data_object, after=1)
    assert before_go(engagement) != []
    with pytest.raises(StaleError):
        data_checks.delete_round(actor=engineer, load_round=mistake, version=2)
    data_checks.delete_round(actor=engineer, load_round=mistake, version=1)
    assert (list(LoadRound.objects.unscoped()), before_go(engagement)) == ([signed], [])
    assert AuditEntry.objects.filter(action="load_round.deleted").exists()
    with pytest.raises(DomainError, match="signed"):
        data_checks.delete_round(actor=engineer, load_round=signed, version=fresh(signed).version)


@pytest.mark.parametrize("what", ["counted", "sampled", "loaded", "mapped", "followed", "first"])
def test_a_round_with_something_in_it_is_not_taken_back(engagement: Engagement, engineer: User, what: str) -> None:
    first = loaded(engineer, engagement)
    counted(engineer, first, entry("患者总数", 5))
    row = first
    if what == "mapped":
        row = data_checks.save_mapping(actor=engineer, data_object=first.data_object, was=1, lines=FIELDS[:1])
    elif what != "first":
        row = data_checks.open_round(actor=engineer, data_object=first.data_object, after=1)
    if what == "counted":
        counted(engineer, row, entry("患者总数", 5, 5, pk=line_of(row, "患者总数").pk))
    elif what == "sampled":
        sampled(engineer, row)
    elif what == "loaded":
        data_counts.save_counts(actor=engineer, load_round=row, version=1, lines=[], loaded_on=engagement.today())
    elif what == "followed":
        data_checks.open_round(actor=engineer, data_object=first.data_object, after=2)
    with pytest.raises(DomainError):
        data_checks.delete_round(actor=engineer, load_round=row, version=fresh(row).version)
    assert LoadRound.objects.filter(pk=row.pk).exists()


# --- counts and sample -----------------------------------------------------------------------------------------------


def test_counts_are_written_renamed_swapped_and_taken_out(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 1, 1), entry("乙", 2, 2), entry("丙", 3, 3))
    first, second, third = (line_of(row, name).pk for name in "甲乙丙")
    counted(engineer, row, entry("乙", 1, 1, pk=first), entry("甲", 2, 2, pk=second), entry("", pk=third))
    stored = [(line.pk, line.name) for line in fresh(row).lines.unscoped()]
    assert stored == [(first, "乙"), (second, "甲")]


def test_two_lines_of_one_name_are_refused_beside_the_second(engagement: Engagement, engineer: User) -> None:
    """Also where the first is a line that the page did not show."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 1, 1))
    for lines in ([entry("甲", field="name_4")], [entry("乙"), entry("乙", field="name_4")]):
        with pytest.raises(DomainError) as refused:
            counted(engineer, row, *lines)
        assert refused.value.field == "name_4"


def test_counts_of_an_older_version_are_stale(engagement: Engagement, engineer: User, colleague: User) -> None:
    """Nothing of the second save is written; lines that it does not name stay when it is sent again."""
    row = loaded(engineer, engagement)
    was = fresh(row).version
    counted(colleague, row, entry("甲", 1, 1))
    with pytest.raises(StaleError):
        data_counts.save_counts(actor=engineer, load_round=row, version=was, lines=[entry("乙", 2, 2)])
    counted(engineer, row, entry("乙", 2, 2))
    assert [line.name for line in fresh(row).lines.unscoped()] == ["甲", "乙"]


def test_a_difference_is_open_until_it_is_explained(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812), entry("患者总数", 5, 5))
    assert [line.name for line in state_of(fresh(row)).unexplained] == ["过敏记录"]
    line = line_of(row, "过敏记录")
    data_counts.explain(actor=engineer, line=line, version=fresh(row).version, explanation="188 条为测试数据")
    assert state_of(fresh(row)).explained_count == 1
    with pytest.raises(StaleError):
        data_counts.explain(actor=engineer, line=line, version=line.round.version, explanation="")
    with pytest.raises(DomainError, match="no difference"):
        data_counts.explain(
            actor=engineer, line=line_of(row, "患者总数"), version=fresh(row).version, explanation="无"
        )


def test_an_equal_line_keeps_no_explanation(engagement: Engagement, engineer: User) -> None:
    """N11: kept, it would explain whatever differs later."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("患者总数", 5, 5, "无差异"), entry("过敏记录", 5, 4, "重复"))
    assert [line.explanation for line in fresh(row).lines.unscoped()] == ["", "重复"]


def test_an_explanation_holds_for_the_difference_it_was_given_for(engagement: Engagement, engineer: User) -> None:
    """N11: two records too few were explained; three are another difference."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 998, "两条停用记录不迁移"))
    line = line_of(row, "过敏记录")
    again = entry("过敏记录", 1000, 997, "两条停用记录不迁移", pk=line.pk)
    with pytest.raises(DomainError, match="another amount"):
        counted(engineer, row, again)
    counted(engineer, row, entry("过敏记录", 1000, 997, "三条停用记录不迁移", pk=line.pk))
    assert line_of(row, "过敏记录").explanation == "三条停用记录不迁移"


@pytest.mark.parametrize("mark", ["-", "。", "\u200b", "\u00ad", "\u2060", "\u2800", "\u3164", "\u1160\u200b"])
def test_a_mark_explains_nothing(engagement: Engagement, engineer: User, mark: str) -> None:
    """N11: neither a dash nor what is not to be seen; by whichever way it came."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812, mark))
    LoadRound.objects.filter(pk=row.pk).update(sample_size=5, sample_wrong=1, sample_explanation=mark)
    state, line = state_of(fresh(row)), line_of(row, "过敏记录")
    assert [one.name for one in state.unexplained] == ["过敏记录"] and state.is_sample_open
    with pytest.raises(DomainError) as refused:
        data_counts.explain(actor=engineer, line=line, version=fresh(row).version, explanation=mark)
    assert refused.value.field == "explanation"
    with pytest.raises(DomainError) as refused:
        sampled(engineer, row, wrong=3, why=mark)
    assert refused.value.field == "sample_explanation"


def test_a_sample_says_who_checked_how_many(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)
    with pytest.raises(DomainError) as refused:
        sampled(engineer, row, wrong=501)
    assert refused.value.field == "sample_wrong"
    sampled(engineer, row, wrong=3)
    assert state_of(fresh(row)).is_sample_open
    sampled(engineer, row, wrong=3, why="3 条为重复建档，已合并")
    assert not state_of(fresh(row)).is_sample_open


@pytest.mark.parametrize(
    ("field", "value"), [("sample_size", 0), ("sample_checked_by", " "), ("sample_checked_on", None)]
)
def test_what_is_no_sample(engagement: Engagement, engineer: User, field: str, value: object) -> None:
    row = fresh(loaded(engineer, engagement))
    tomorrow = engagement.today() + timedelta(days=1)
    given_fields: dict[str, Any] = {
        "sample_size": 5, "sample_wrong": 0, "sample_checked_by": "何主任", "sample_checked_on": engagement.today(),
    }  # fmt: skip
    with pytest.raises(DomainError) as refused:
        data_counts.record_sample(
            actor=engineer, load_round=row, version=row.version,
            **given_fields | {field: tomorrow if value is None else value},
        )  # fmt: skip
    assert refused.value.field == field


def test_a_difference_becomes_one_problem(engagement: Engagement, engineer: User) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812), entry("患者总数", 5, 5))
    line = line_of(row, "过敏记录")
    first = data_counts.raise_problem(actor=engineer, line=line)
    assert data_counts.raise_problem(actor=engineer, line=line) == first
    assert (first.source, Problem.objects.count()) == (Source.DATA_CHECK, 1)
    assert "过敏记录" in first.title and "1,000" in first.symptom
    with pytest.raises(DomainError):
        data_counts.raise_problem(actor=engineer, line=line_of(row, "患者总数"))


def test_a_solved_problem_does_not_come_along(engagement: Engagement, engineer: User) -> None:
    """N11: what differs in the next round is another problem; an open one stays linked."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812))
    problem = data_counts.raise_problem(actor=engineer, line=line_of(row, "过敏记录"))
    second = data_checks.open_round(actor=engineer, data_object=row.data_object, after=1)
    assert line_of(second, "过敏记录").problem == problem
    Problem.objects.filter(pk=problem.pk).update(solved_on=engagement.today())
    third = data_checks.open_round(actor=engineer, data_object=row.data_object, after=2)
    assert line_of(third, "过敏记录").problem is None
