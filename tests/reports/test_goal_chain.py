"""The goal chain: its reader, its page and its picture (N6)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags

from engagements.models import Attachment, Engagement, Objective, Reading
from onsite.accounts.models import User
from reports.building.closing_report import build_closing_report
from reports.building.goal_chain import Chain, goal_chain
from reports.building.printed_chain import printed_chain
from reports.dashboards.chain_chart import tally
from reports.documents.printing import render_html
from reports.models import Draft
from standups.models import CaseEvidence, Cell
from tests.conftest import SignIn
from tests.factories import (
    CellFactory,
    FollowUpVisitFactory,
    FunctionFactory,
    ModuleFactory,
    ObjectiveFactory,
    UatCaseFactory,
    UatRoundFactory,
)

pytestmark = pytest.mark.django_db


def url_of(engagement: Engagement) -> str:
    return reverse("reports:goal_chain", args=[engagement.pk])


def body_of(browser: Client, engagement: Engagement) -> str:
    response = browser.get(url_of(engagement))
    assert response.status_code == 200
    return response.content.decode()


def words_of(browser: Client, engagement: Engagement) -> str:
    main = body_of(browser, engagement).partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(strip_tags(main)).split())


def read(objective: Objective, user: User, value: str, **fields: Any) -> Reading:
    fields = {"measured_on": objective.engagement.today(), "evidence": "车间日报"} | fields
    return Reading.objects.create(objective=objective, value=Decimal(value), recorded_by=user, **fields)


def a_visit(engagement: Engagement, kind: str, **fields: Any) -> Any:
    return FollowUpVisitFactory(engagement=engagement, kind=kind, **fields)


def accepted(cell: Cell) -> Cell:
    Cell.objects.unscoped().filter(pk=cell.pk).update(state="accepted", live_on=timezone.localdate())
    return cell


def only(engagement: Engagement, user: User) -> Chain:
    [chain] = goal_chain(engagement, user).chains
    return chain


@pytest.fixture
def objective(engagement: Engagement) -> Objective:
    return ObjectiveFactory(
        engagement=engagement, title="排产提前到两天", unit="天", baseline=10, target=2, direction="down"
    )


def test_a_chain_runs_from_the_objective_to_three_months_after(
    engagement: Engagement, engineer: User, objective: Objective
) -> None:
    """N6: objective → functions → acceptance cells → evidence → closing value → +1 month → +3 months."""
    module = ModuleFactory(engagement=engagement, name="排产")
    function = FunctionFactory(module=module, name="周计划")
    function.objectives.add(objective)
    cells = [CellFactory(engagement=engagement, module=module) for _i in range(2)]
    accepted(cells[0])
    read(objective, engineer, "3", measured_on=engagement.today() - timedelta(days=9))
    read(objective, engineer, "2", closes=True, evidence="结项时的日报")
    first, second = (a_visit(engagement, kind) for kind in ("1m", "3m"))
    read(objective, engineer, "1.5", visit=first)
    read(objective, engineer, "4", visit=second)
    chain = only(engagement, engineer)
    assert [work.name for work in chain.works] == ["周计划"]
    [proof] = chain.proofs
    assert (proof.module, proof.accepted, proof.required) == ("排产", 1, 2)
    assert (chain.is_closed, chain.closing.value, chain.closing.evidence) == (True, Decimal(2), "结项时的日报")
    assert [(after.value.value, after.change) for after in chain.after] == [
        (Decimal("1.5"), "improved"),
        (Decimal(4), "decayed"),
    ]
    assert not goal_chain(engagement, engineer).has_orphans


def test_before_the_closing_report_the_value_is_so_far(
    engagement: Engagement, engineer: User, objective: Objective, sign_in: SignIn
) -> None:
    """N6: what is measured before the report is issued is told as what it is; a visit has nothing to compare with."""
    read(objective, engineer, "3")
    read(objective, engineer, "2", visit=a_visit(engagement, "1m"))
    chain = only(engagement, engineer)
    assert not chain.is_closed
    assert [after.change for after in chain.after] == ["not_measured", "not_measured"]
    words = words_of(sign_in(engineer), engagement)
    assert "so far: the closing report is not issued yet" in words
    assert "Decayed:" in words and "▼ Decayed" not in words and "▲ Improved" not in words


def test_the_newest_closing_value_counts(engagement: Engagement, engineer: User, objective: Objective) -> None:
    """N6: a corrected report closes anew."""
    read(objective, engineer, "5", closes=True, measured_on=engagement.today() - timedelta(days=5))
    read(objective, engineer, "2", closes=True)
    assert only(engagement, engineer).closing.value == 2


def test_a_report_corrected_after_a_visit_closes_no_value_anew(
    engagement: Engagement, engineer: User, objective: Objective
) -> None:
    """N6: the correction tells what the visit found; what decayed until then stays decayed."""
    read(objective, engineer, "2", closes=True)
    read(objective, engineer, "5", visit=a_visit(engagement, "1m"))
    read(objective, engineer, "5", closes=True)
    chain = only(engagement, engineer)
    assert (chain.closing.value, chain.after[0].change) == (Decimal(2), "decayed")


def test_a_visit_before_the_first_report_has_nothing_to_compare_with(
    engagement: Engagement, engineer: User, objective: Objective, sign_in: SignIn
) -> None:
    """N6: a report that comes late closes all the same, and anew until a visit is compared with it."""
    read(objective, engineer, "3", visit=a_visit(engagement, "1m"))
    read(objective, engineer, "3", closes=True)
    read(objective, engineer, "2", closes=True)
    late = only(engagement, engineer)
    assert (late.is_closed, late.closing.value) == (True, Decimal(2))
    assert [after.change for after in late.after] == ["not_measured", "not_measured"]
    words = words_of(sign_in(engineer), engagement)
    assert "nothing to compare" in words and "not issued yet" not in words and "▼ Decayed" not in words
    read(objective, engineer, "9", visit=a_visit(engagement, "3m"))
    read(objective, engineer, "9", closes=True)
    chain = only(engagement, engineer)
    assert chain.closing.value == 2
    assert [after.change for after in chain.after] == ["not_measured", "decayed"]


def test_a_function_is_accepted_by_the_nearest_module_with_cells(
    engagement: Engagement, engineer: User, objective: Objective
) -> None:
    """N6: functions lie deeper than the matrix; a module without cells of its own is accepted with the one above."""
    above = ModuleFactory(engagement=engagement, name="生产")
    below = ModuleFactory(engagement=engagement, name="排产", parent=above)
    elsewhere = ModuleFactory(engagement=engagement, name="库存")
    for module in (below, elsewhere):
        FunctionFactory(module=module).objectives.add(objective)
    CellFactory(engagement=engagement, module=above)
    chain = only(engagement, engineer)
    assert [proof.module for proof in chain.proofs] == ["生产"]
    assert [work.proof for work in chain.works] == [above.pk, None]


def test_orphans_are_listed_on_either_side(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N6: with orphans on either side listed."""
    ObjectiveFactory(engagement=engagement, title="没有功能的目标")
    FunctionFactory(module=ModuleFactory(engagement=engagement, name="盘点模块"), name="没有目标的功能")
    bare = CellFactory(engagement=engagement, module=ModuleFactory(engagement=engagement, name="没有功能的模块"))
    CellFactory(engagement=engagement, module=engagement.modules.unscoped().get(name="盘点模块"))
    found = goal_chain(engagement, engineer).orphans
    assert [row.title for row in found.goals] == ["没有功能的目标"]
    assert [work.name for work in found.works] == ["没有目标的功能"]
    assert [proof.pk for proof in found.proofs_of_nothing] == [bare.module_id]
    assert [proof.module for proof in found.proofs_without_goal] == ["盘点模块"]
    words = words_of(sign_in(engineer), engagement)
    for heading in ("Objectives that no function serves", "Functions that serve no objective",
                    "Accepted without a function", "Accepted, but no objective behind it"):  # fmt: skip
        assert heading in words


def test_an_objective_of_another_engagement_is_in_no_chain(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    """N6: a link that leads out of the engagement counts as none."""
    ObjectiveFactory(engagement=engagement)
    FunctionFactory(in_engagement=engagement).objectives.add(ObjectiveFactory(engagement=foreign_engagement))
    found = goal_chain(engagement, engineer)
    assert [work.goals for work in found.orphans.works] == [0]


def test_a_client_reads_shared_files_only(
    engagement: Engagement, engineer: User, client_pm: User, objective: Objective, sign_in: SignIn
) -> None:
    """N6: the client sees the shared projection: a file that is held back is neither named nor counted."""
    module = ModuleFactory(engagement=engagement)
    FunctionFactory(module=module).objectives.add(objective)
    case = UatCaseFactory(round=UatRoundFactory(cell=CellFactory(engagement=engagement, module=module)))
    files = [
        Attachment.objects.create(
            engagement=engagement, name=name, media_type="image/png", size_bytes=1, sha256=str(number),
            uploaded_by=engineer, scan=scan,
        )
        for number, (name, scan) in enumerate([("shown.png", "clean"), ("held-back.png", "found")])
    ]  # fmt: skip
    for file in files:
        CaseEvidence.objects.create(case=case, attachment=file, added_by=engineer)
    read(objective, engineer, "2", closes=True, file=files[1])
    assert (only(engagement, engineer).files, only(engagement, client_pm).files) == (2, 1)
    assert "held-back.png" in body_of(sign_in(engineer), engagement)
    assert "held-back.png" not in body_of(sign_in(client_pm), engagement)


def test_the_picture_is_whole_and_escaped(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N6: one SVG, well-formed whatever people wrote, with a name and a sentence for those who do not see it."""
    objective = ObjectiveFactory(engagement=engagement, title='<b>"快" & 准</b>\x0b喆堃镕㛃𠮷😀' * 2, metric="<i>")
    FunctionFactory(in_engagement=engagement, name="</svg><script>").objectives.add(objective)
    body = body_of(sign_in(engineer), engagement)
    drawn = body[body.index('<svg xmlns="http://www.w3.org/2000/svg" class="chain"') :]
    picture = ElementTree.fromstring(drawn[: drawn.index("</svg>") + 6])  # noqa: S314  our own drawing
    space = "{http://www.w3.org/2000/svg}"
    assert picture.findtext(f"{space}title") == "Goal chain"
    assert picture.findtext(f"{space}desc")
    assert "style=" not in drawn[: drawn.index("</svg>")]
    assert "</svg><script>" not in body and "&lt;/svg&gt;&lt;script&gt;" in body


def test_without_objectives_the_page_says_what_to_do(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    assert "Add an objective" in words_of(sign_in(engineer), engagement)
    assert "still being written" in words_of(sign_in(client_pm), engagement)


def test_the_sentences_count_what_became_of_it(engagement: Engagement, engineer: User, objective: Objective) -> None:
    """N6: the sentences above the picture count what is reached."""
    read(objective, engineer, "2", closes=True)
    read(objective, engineer, "5", visit=a_visit(engagement, "3m"))
    with translation.override("en"):
        assert tally(goal_chain(engagement, engineer)) == [
            "1 of 1 objective is reached.",
            "Three months after go-live: Decayed 1.",
        ]


def test_the_page_asks_as_often_for_thirty_rows(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """SPEED: constant query counts."""

    def grow(rows: int) -> None:
        visit = engagement.visits.unscoped().first() or a_visit(engagement, "1m")
        for _i in range(rows):
            objective = ObjectiveFactory(engagement=engagement)
            module = ModuleFactory(engagement=engagement)
            FunctionFactory(module=module).objectives.add(objective)
            UatCaseFactory(round=UatRoundFactory(cell=CellFactory(engagement=engagement, module=module)))
            read(objective, engineer, "1", closes=True)
            read(objective, engineer, "2", visit=visit)

    def asked(browser: Client) -> int:
        body_of(browser, engagement)
        with CaptureQueriesContext(connection) as queries:
            body_of(browser, engagement)
        return len(queries)

    grow(1)
    few = [asked(sign_in(user)) for user in (engineer, client_pm)]
    grow(29)
    assert [asked(sign_in(user)) for user in (engineer, client_pm)] == few
    assert max(few) <= 18


def test_a_correction_prints_the_values_that_it_closes_with(
    engagement: Engagement, engineer: User, objective: Objective
) -> None:
    """R1, N6: one report tells one value; after a visit it is the one the visit was compared with."""
    FunctionFactory(module=ModuleFactory(engagement=engagement)).objectives.add(objective)
    day = engagement.today()
    read(objective, engineer, "4", measured_on=day - timedelta(days=9), closes=True)
    read(objective, engineer, "3", measured_on=day - timedelta(days=1))

    def told() -> tuple[Any, str, tuple[str, ...]]:
        report = build_closing_report(engagement, Draft(engagement=engagement, kind="closing_report"), "en")
        assert report.goal_chain is not None
        [row] = report.goal_chain.rows
        return report.objectives[0].result, row.closing, row.after

    assert told() == (3, "3 天", ("—", "—"))
    read(objective, engineer, "5", visit=a_visit(engagement, "1m"))
    assert told() == (5, "4 天", ("5 天, Decayed", "—"))


def test_the_closing_report_prints_it(engagement: Engagement, engineer: User, objective: Objective) -> None:
    """R1, N6: a row for each objective, in the document's language; no chapter where nothing is linked."""
    assert printed_chain(engagement) is None
    module = ModuleFactory(engagement=engagement, name="排产")
    FunctionFactory(module=module, name="周计划").objectives.add(objective)
    accepted(CellFactory(engagement=engagement, module=module))
    read(objective, engineer, "2", closes=True)
    read(objective, engineer, "4", visit=a_visit(engagement, "1m"))
    ObjectiveFactory(engagement=engagement, title="没有功能的目标", due_on=engagement.today() + timedelta(days=90))
    report = build_closing_report(engagement, Draft(engagement=engagement, kind="closing_report"), "en")
    assert report.goal_chain is not None
    first, second = report.goal_chain.rows
    assert (first.functions, first.acceptance) == (("周计划",), ("排产: 1 of 1 accepted",))
    assert (first.closing, first.after) == ("2 天", ("4 天, Decayed", "—"))
    assert (second.functions, second.closing) == ((), "—")
    html = render_html(report)
    assert "周计划" in html and "4 天, Decayed" in html and "+3 months" in html
