"""E4: a case shows the manual way beside the system's way; the saving is computed, and told honestly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.charts.comparison import ComparedBars, comparison_svg
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.training.teaching import MANUAL, SYSTEM, a_case, a_course, accepted, step, taught
from training.courses.comparison import compared, sentence_of
from training.courses.content import content_of, newest_version, stored_case
from training.courses.saving import saving_of
from training.models import Case, CaseStep
from training.services import cases

RISKS = list(CaseStep.ErrorRisk.values)
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.text(max_size=8),
            "minutes": st.decimals(0, 9999, places=1).map(str),
            "people": st.integers(1, 999),
            "error_risk": st.sampled_from(RISKS),
            "approvals": st.integers(0, 99),
        }
    ),
    max_size=6,
)
TIMES = st.none() | st.integers(1, 100_000)


def typed(way: str, *steps: dict[str, Any]) -> dict[str, list[str]]:
    """What the rows of one way would send."""
    return {f"{way}_{name}": [str(step[name]) for step in steps] for name in MANUAL[0]}


def form(manual: dict[str, list[str]], system: dict[str, list[str]], **fields: Any) -> dict[str, Any]:
    return {
        "title": "车间申请采购刀具",
        "situation": "刀具磨损",
        "times_per_month": "40",
        **manual,
        **system,
        **fields,
    }


def create_url(course: Any) -> str:
    return reverse("training:case_create", args=[course.engagement_id, course.pk])


def test_the_purchase_request_is_compared(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """The article's case: sentence, table, bars and steps on the page, all from the steps."""
    course = a_course(engineer, engagement)
    browser = sign_in(engineer)
    answer = browser.post(create_url(course), form(typed("manual", *MANUAL), typed("system", *SYSTEM)))
    assert answer.status_code == 302
    page = browser.get(course.get_absolute_url()).content.decode()
    assert (
        "From 95 to 12 person-minutes, 3 approvals fewer, error risk from high to low; at 40 times a month that is 55 hours."
        in page
    )
    assert "83 less (87%)" in page
    drawing = page.split('class="comparison"')[1].split("</svg>")[0]
    assert "<title>" in drawing
    assert "style=" not in drawing
    assert page.index("填写纸质申请单") < page.index("找车间主任签字") < page.index("选择物料")


def test_the_saving_is_told_in_chinese() -> None:
    with override("zh-hans"):
        shown = compared(_case(MANUAL, SYSTEM, 40))
    assert "95" in shown.sentence
    assert "55" in shown.sentence


def _case(manual: list[dict[str, Any]], system: list[dict[str, Any]], times: int | None) -> dict[str, Any]:
    ways = [[each | {"minutes": str(each["minutes"])} for each in way] for way in (manual, system)]
    return {
        "title": "x", "situation": "", "times_per_month": times, "lesson": "", "manual": ways[0], "system": ways[1],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("manual", "system", "times", "sentence"),
    [
        (step("a", "10"), step("b", "12", 1, "1_low", 1), 10,
         ("It takes longer with the system: from 10 to 12 person-minutes, 1 approval more, error risk from none to low; "
          "at 10 times a month that is 0.3 hours more.")),
        (step("a", "10"), step("b", "10"), 5, "10 person-minutes either way."),
        (step("a", "12.5", 2), step("b", "1"), None, "From 25 to 1 person-minutes."),
        (step("a", "2"), step("b", "1"), 60, "From 2 to 1 person-minutes; at 60 times a month that is 1 hour."),
        (step("a", "0"), step("b", "1", 1, "0_none", 2), 60,
         ("It takes longer with the system: from 0 to 1 person-minutes, 2 approvals more; at 60 times a month that is "
          "1 hour more.")),
    ],
)  # fmt: skip
def test_the_sentence_is_honest(manual: Any, system: Any, times: int | None, sentence: str) -> None:
    assert compared(_case([manual], [system], times)).sentence == sentence


@given(STEPS, STEPS, TIMES)
def test_what_is_saved_adds_up(manual: Any, system: Any, times: int | None) -> None:
    """Counted by a second, plain way; exchanged ways save the opposite; nothing is negative that is a sum."""
    saving, back = saving_of(manual, system, times), saving_of(system, manual, times)
    by_hand = sum(Decimal(row["minutes"]) * row["people"] for row in manual)
    with_it = sum(Decimal(row["minutes"]) * row["people"] for row in system)
    assert saving.person_minutes == by_hand - with_it == -back.person_minutes
    assert saving.lead_minutes == -back.lead_minutes
    assert saving.approvals == -back.approvals
    assert saving.error_risk == -back.error_risk
    assert min(saving.manual.person_minutes, saving.manual.lead_minutes) >= 0
    assert saving.manual.lead_minutes <= saving.manual.person_minutes or not manual
    assert saving.is_comparable == bool(manual and system)
    if times is None:
        assert saving.hours_per_month is None
    else:
        assert abs((saving.hours_per_month or 0) - saving.person_minutes * times / 60) <= Decimal("0.5")
        assert (saving.hours_per_month or 0) * saving.person_minutes >= 0


@given(STEPS, STEPS, TIMES)
def test_every_case_can_be_told(manual: Any, system: Any, times: int | None) -> None:
    """Whatever the steps: a sentence that says longer exactly where it takes longer, and a chart without a negative bar."""
    shown = compared(_case(manual, system, times))
    assert bool(shown.sentence) == bool(shown.chart) == bool(manual and system)
    if shown.sentence:
        assert ("takes longer" in shown.sentence) == (shown.saving.person_minutes < 0)
        assert 'width="-' not in shown.chart.svg
    assert sentence_of(shown.saving).endswith(".")


def test_a_chart_is_plain_svg() -> None:
    """Attributes only, texts escaped and cut, nothing without pairs."""
    assert comparison_svg([], label="", before_word="", after_word="") == ""
    bars = [ComparedBars("<b>" * 30, Decimal(0), Decimal(-1), "&", "1\x00")]
    chart = comparison_svg(bars, label='"><script>', before_word="手工", after_word="系统")
    assert "<script" not in chart
    assert "<b>" not in chart
    assert "\x00" not in chart
    assert "<rect" not in chart
    assert "手工" in chart


def test_rows_that_are_emptied_are_gone(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Spare rows are no steps, an emptied row is deleted, the order is that of the rows."""
    course = a_course(engineer, engagement)
    case = a_case(engineer, course)
    empty = {"text": "", "minutes": "0", "people": "1", "error_risk": "0_none", "approvals": "0"}
    blank = dict.fromkeys(MANUAL[0], "")
    fields = form(typed("manual", empty, MANUAL[2], blank, MANUAL[0]), typed("system", blank), title="改名")
    url = reverse("training:case_edit", args=[engagement.pk, case.pk])
    answer = sign_in(engineer).post(url, fields | {"was": stored_case(case).fingerprint})
    assert answer.status_code == 302
    said = stored_case(case).content
    assert [row["text"] for row in said["manual"]] == [MANUAL[2]["text"], MANUAL[0]["text"]]
    assert said["system"] == []
    assert said["title"] == "改名"


@pytest.mark.parametrize(
    ("name", "value"),
    [("text", ""), ("text", "x" * 201), ("text", "a\x00"), ("minutes", ""), ("minutes", "-1"), ("minutes", "NaN"),
     ("minutes", "1e9"), ("minutes", "1.55"), ("people", "0"), ("people", "9" * 40), ("error_risk", "huge"),
     ("approvals", "-1"), ("approvals", "x")],
)  # fmt: skip
def test_a_bad_step_keeps_what_was_typed(
    engagement: Engagement, engineer: User, sign_in: SignIn, name: str, value: str
) -> None:
    """422 with a sentence at the step; the other rows and fields stand as typed."""
    course = a_course(engineer, engagement)
    bad = MANUAL[0] | {name: value}
    answer = sign_in(engineer).post(
        create_url(course), form(typed("manual", MANUAL[1], bad), typed("system", *SYSTEM))
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "look at the marked steps" in page
    assert MANUAL[1]["text"] in page
    assert SYSTEM[2]["text"] in page
    assert "刀具磨损" in page
    assert 'aria-invalid="true"' in page
    assert not Case.objects.exists()


def test_there_are_forty_steps_each_way(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Forty are kept, one more is told; the form of forty still works without a spare row."""
    course = a_course(engineer, engagement)
    many = [step(f"第{number}步") for number in range(41)]
    answer = sign_in(engineer).post(create_url(course), form(typed("manual", *many), typed("system", *SYSTEM)))
    assert answer.status_code == 422
    assert "At most 40 steps" in answer.content.decode()
    assert "第40步" in answer.content.decode()
    a_case(engineer, course, manual=many[:40])
    with pytest.raises(DomainError, match="40"):
        a_case(engineer, course, manual=many, title="更长")
    case = Case.objects.unscoped().get()
    page = sign_in(engineer).get(reverse("training:case_edit", args=[engagement.pk, case.pk])).content.decode()
    assert page.count('name="manual_text"') == 40
    assert page.count('name="system_text"') == len(SYSTEM) + 3


def test_rows_that_do_not_match_are_no_fault(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """A hand-made request with more texts than minutes is answered like any other bad input."""
    course = a_course(engineer, engagement)
    fields = form({"manual_text": ["一", "二"], "manual_minutes": ["5"]}, typed("system", *SYSTEM))
    assert sign_in(engineer).post(create_url(course), fields).status_code == 422


def test_two_people_write_one_case(engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn) -> None:
    """The second sees the first one's steps beside their own; their next save counts."""
    course = a_course(engineer, engagement)
    case = a_case(engineer, course)
    stale = form(typed("manual", step("后写的步骤")), typed("system", *SYSTEM)) | {
        "was": stored_case(case).fingerprint
    }
    a_case(colleague, course, case=case, manual=[step("先写的步骤")])
    url = reverse("training:case_edit", args=[engagement.pk, case.pk])
    browser = sign_in(engineer)
    answer = browser.post(url, stale)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "先写的步骤" in page
    assert "后写的步骤" in page
    assert browser.post(url, stale | {"was": answer.context["form"]["was"].value()}).status_code == 302
    assert [row["text"] for row in stored_case(case).content["manual"]] == ["后写的步骤"]


def test_a_case_is_deleted_from_the_working_text_only(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    course = taught(engineer, engagement)
    case = Case.objects.unscoped().select_related("course__engagement").get()
    cases.delete_case(actor=engineer, case=case)
    version = newest_version(course)
    assert version is not None
    assert content_of(course)["cases"] == []
    assert version.content["cases"][0]["title"] == case.title
    assert case.title in sign_in(client_pm).get(course.get_absolute_url()).content.decode()
    assert "No case yet" in sign_in(engineer).get(course.get_absolute_url()).content.decode()
    assert AuditEntry.objects.filter(action="case.deleted").exists()
    with pytest.raises(DomainError, match="meanwhile"):
        cases.delete_case(actor=engineer, case=case)


def test_a_title_stands_once_in_a_course(engagement: Engagement, engineer: User) -> None:
    course = a_course(engineer, engagement)
    a_case(engineer, course)
    with pytest.raises(DomainError) as refused:
        a_case(engineer, course)
    assert refused.value.field == "title"


def test_minutes_hash_the_same_however_they_were_typed(engagement: Engagement, engineer: User) -> None:
    """12.50 and 12.5 are one content, so that nobody has to accept again what says the same."""
    course = a_course(engineer, engagement)
    case = a_case(engineer, course, manual=[step("a", "12.5")])
    accepted(engineer, course)
    a_case(engineer, course, case=case, manual=[step("a", "12.50")])
    version = newest_version(course)
    assert version is not None
    assert content_of(course)["cases"][0]["manual"][0]["minutes"] == "12.5"
    assert version.content == content_of(course)
