"""What differs between two versions of the closing report, said in the active language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.documents import wording
from reports.documents.closing_report import ClosingReport, ObjectiveResult
from reports.documents.differences import rows_changed

# What a row is called; the whole row; and what of it means the same in either language.
Row = tuple[Hashable, object, object]


@dataclass(frozen=True, slots=True)
class _Part:
    """A list of the report.

    Versions in one language are compared row by row, whole. Of versions in two only what a person typed and what was
    counted is: every word of the documents' own languages would differ. Where rows are called by such words, not
    `is_typed`, they are known by their place then.
    """

    title: Promise
    rows: Callable[[ClosingReport], Iterable[Row]]
    is_typed: bool = True

    def by_name(self, report: ClosingReport, *, is_whole: bool) -> dict[Hashable, object]:
        """Return the rows to compare; of two of one name the second is a row of its own."""
        times: Counter[Hashable] = Counter()
        found: dict[Hashable, object] = {}
        for name, whole, plain in self.rows(report):
            called = name if is_whole or self.is_typed else ""
            times[called] += 1
            found[called, times[called]] = whole if is_whole else plain
        return found


def _reached(row: ObjectiveResult) -> object:
    agreed = row.objective
    return row.result, row.verdict, agreed.metric, agreed.unit, agreed.baseline, agreed.target, agreed.direction


def _cells(report: ClosingReport) -> Iterator[Row]:
    for stage in report.acceptance.stages if report.acceptance else ():
        for table in stage.tables:
            for row in table.rows:
                for role, cell in zip(table.roles, row.cells, strict=False):
                    yield (stage.name, row.module, role), cell, cell.tone


def _judgements(report: ClosingReport) -> Iterator[Row]:
    for row in report.acceptance.judgements if report.acceptance else ():
        yield (row.cell, row.version), row, (row.version, row.tone, row.signed_on, row.override)


def _data(report: ClosingReport) -> Iterator[Row]:
    for row in report.acceptance.data if report.acceptance else ():
        yield row.name, row, row


def _decision(report: ClosingReport) -> Iterator[Row]:
    if report.acceptance and (row := report.acceptance.decision):
        yield "", row, (row.go_live_on, row.signed_on, row.risks, row.note)


def _runs(report: ClosingReport) -> Iterator[Row]:
    for row in report.acceptance.runs if report.acceptance else ():
        yield row.label, row, (row.on, row.planned_minutes, row.real_minutes, row.rollbacks, row.note)


def _training(report: ClosingReport) -> Iterator[Row]:
    if report.training is not None:
        yield from ((("role", row.name), row, row) for row in report.training.roles)
        yield from ((("course", row.title), row, row) for row in report.training.courses)


def _goal_chain(report: ClosingReport) -> Iterator[Row]:
    for row in report.goal_chain.rows if report.goal_chain else ():
        yield row.objective, row, row.functions


def _emergencies(report: ClosingReport) -> Iterator[Row]:
    for row in report.emergencies.cases if report.emergencies else ():
        yield (row.title, row.on), row, row


def _delay(report: ClosingReport) -> Iterator[Row]:
    for row in report.delay.milestones if report.delay else ():
        for line in row.days:
            shares = [share.days for share in line.shares]
            yield (row.title, line.arose_on), line, (line.arose_on, line.days, line.left, shares, line.said)


def _questions(report: ClosingReport) -> Iterator[Row]:
    for row in report.satisfaction.questions if report.satisfaction else ():
        yield row.text, row, row


_PARTS = (
    _Part(gettext_lazy("Objectives"), lambda r: ((o.objective.title, o, _reached(o)) for o in r.objectives)),
    _Part(gettext_lazy("Goal chain"), _goal_chain),
    _Part(
        gettext_lazy("Plan"),
        lambda r: ((p.label, p, (p.start_on, p.finish_on, p.percent)) for p in r.plan.rows),
        is_typed=False,
    ),
    _Part(
        gettext_lazy("Milestones"),
        lambda r: ((m.title, m, (m.baseline_on, m.actual_on, m.slip_days, m.reason)) for m in r.milestones),
        is_typed=False,
    ),
    _Part(gettext_lazy("Plan against fact"), lambda r: ((p.on, p, p) for p in r.progress)),
    _Part(gettext_lazy("Delay ledger"), _delay, is_typed=False),
    _Part(gettext_lazy("Acceptance matrix"), _cells),
    _Part(gettext_lazy("Who accepted what"), _judgements, is_typed=False),
    _Part(gettext_lazy("Data checks"), _data),
    _Part(gettext_lazy("Go decision"), _decision, is_typed=False),
    _Part(gettext_lazy("Rehearsals and cutover"), _runs, is_typed=False),
    _Part(gettext_lazy("Training"), _training),
    _Part(gettext_lazy("Questions on satisfaction"), _questions),
    _Part(gettext_lazy("Key problems"), lambda r: ((p.title, p, p) for p in r.key_problems)),
    _Part(gettext_lazy("Problems raised and solved"), lambda r: ((p.on, p, p) for p in r.problem_flow)),
    _Part(gettext_lazy("Emergencies"), _emergencies),
    _Part(
        gettext_lazy("Remaining issues"),
        lambda r: ((i.title, i, (i.next_step, i.due_on)) for i in r.remaining_issues),
        is_typed=False,
    ),
    _Part(gettext_lazy("Lessons"), lambda r: ((lesson.title, lesson, lesson) for lesson in r.lessons)),
    _Part(gettext_lazy("Proposals"), lambda r: ((text, None, None) for text in r.proposals)),
    _Part(
        gettext_lazy("Follow-up visits"), lambda r: ((v.label, v, v.planned_on) for v in r.follow_ups), is_typed=False
    ),
)


def report_differences(before: ClosingReport, after: ClosingReport) -> tuple[str, ...]:
    """Return a sentence for each figure, text and list that changed, figures first: "Objectives met: 1 / 2 → 2 / 2".

    The reports may be in different languages. Pure; the active language is that of the sentences.
    """
    is_whole = before.language == after.language
    found = [*_figures(before, after), *_words(before, after)]
    for part in _PARTS:
        found += rows_changed(
            part.title, part.by_name(before, is_whole=is_whole), part.by_name(after, is_whole=is_whole)
        )
    return tuple(found)


def _figures(before: ClosingReport, after: ClosingReport) -> Iterator[str]:
    old, new = _figures_of(before), _figures_of(after)
    for label, value in old.items():
        if value != new[label]:
            yield _("%(label)s: %(before)s → %(after)s") % {"label": label, "before": value, "after": new[label]}


def _figures_of(report: ClosingReport) -> dict[Promise, str]:
    facts, score, training, standups = report.facts, report.satisfaction, report.training, report.standups
    return {
        gettext_lazy("Client"): report.client_name,
        gettext_lazy("Engagement"): report.engagement_name,
        gettext_lazy("Objectives met"): f"{facts.objectives_met} / {facts.objectives_total}",
        gettext_lazy("Working days against the baseline"): (
            wording.NOTHING if facts.slip_days is None else wording.signed(facts.slip_days)
        ),
        gettext_lazy("Satisfaction"): f"{wording.number(score.score)} / {score.out_of}" if score else wording.NOTHING,
        gettext_lazy("Answers on satisfaction"): str(score.answers if score else 0),
        gettext_lazy("Remaining issues"): str(facts.open_items),
        gettext_lazy("Problems raised"): str(report.problem_counts[0].count if report.problem_counts else 0),
        gettext_lazy("Stand-ups held"): str(standups.held_days if standups else 0),
        gettext_lazy("Minutes of a stand-up on average"): (
            wording.NOTHING
            if standups is None or standups.average_minutes is None
            else wording.number(standups.average_minutes)
        ),
        gettext_lazy("Training sessions held"): str(training.sessions if training else 0),
        gettext_lazy("On site"): f"{report.onsite_from_on} — {report.onsite_to_on}",
        gettext_lazy("Client project manager"): report.client_pm_name,
        gettext_lazy("On-site lead"): report.lead_name,
    }


def _words(before: ClosingReport, after: ClosingReport) -> Iterator[str]:
    if before.summary != after.summary:
        yield _("Conclusion: rewritten")
    old, new = ({words.chapter: words.text for words in report.narrative} for report in (before, after))
    changed = sum(old.get(chapter) != new.get(chapter) for chapter in old.keys() | new.keys())
    if changed:
        yield ngettext(
            "Words of the author: rewritten in %(count)s chapter",
            "Words of the author: rewritten in %(count)s chapters",
            changed,
        ) % {"count": changed}
