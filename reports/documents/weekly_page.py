"""The weekly report in the words of the active language, as blocks: the page, the PDF and the Word file show these same
ones, so that no two of them can say different things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from reports.documents import wording
from reports.documents.weekly_report import LateStage, OpenItem, PlannedWork, WeeklyReport

SEVERITIES = {
    "critical": gettext_lazy("Critical"),
    "major": gettext_lazy("Major"),
    "minor": gettext_lazy("Minor"),
}
# Whose step is next, as the client reads it: theirs is asked for, not blamed.
_OPEN: dict[str, str | Promise] = {
    "client": gettext_lazy("Needs your side"),
    "vendor": gettext_lazy("Open with us"),
    "third_party": gettext_lazy("Open with third parties"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What it is about, then a cell for each further column; `note` stands below the first, `tag` beside it."""

    text: str
    cells: tuple[str, ...]
    note: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and its rows, or the sentence `empty` where there are none. `percents` are the widths of all columns but
    the first, which takes what is left. `is_dated`: its last two columns are days, which say nothing without their names."""

    name: str
    title: str
    columns: tuple[str, ...] = ()
    percents: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()
    empty: str = ""
    is_dated: bool = False

    @property
    def entries(self) -> tuple[tuple[Row, str], ...]:
        """The rows for a page without columns: each with its further cells in one line."""
        return tuple((row, " · ".join(self._named(row))) for row in self.rows)

    def _named(self, row: Row) -> Iterator[str]:
        for place, (name, cell) in enumerate(zip(self.columns[1:], row.cells, strict=True)):
            if cell and cell != wording.NOTHING:
                yield f"{name} {cell}" if self.is_dated and place >= len(row.cells) - 2 else cell


def weekly_title(report: WeeklyReport) -> str:
    """Return "Week 47 of 2026"."""
    year, number = report.week.split("-W")
    return _("Week %(number)s of %(year)s") % {"number": int(number), "year": year}


def weekly_span(report: WeeklyReport) -> str:
    """Return its first and last day."""
    return f"{report.first_on} – {report.last_on}"


def weekly_lead(report: WeeklyReport) -> tuple[str, ...]:
    """Return what the report begins with: the author's own paragraphs."""
    return tuple(line.strip() for line in report.summary.splitlines() if line.strip())


def weekly_facts(report: WeeklyReport) -> tuple[str, ...]:
    """Return where the plan stands and what the week's numbers are, a sentence each."""
    return tuple(
        filter(None, (report.position, report.forecast, _problem_sentence(report), _concern_sentence(report)))
    )


def weekly_blocks(report: WeeklyReport) -> tuple[Block, ...]:
    """Return the report's tables in their order; those without rows and without anything to say about that are left out."""
    blocks = [
        _done(report),
        _next(report),
        _planned(report),
        *(_open(report, side) for side in _OPEN),
        _solved(report),
        _risks(report),
        _people(report),
    ]
    return tuple(block for block in blocks if block.rows or block.empty)


def day_words(days: Sequence[date]) -> str:
    """Return the days of one week by their names: "Mon – Wed, Fri"."""
    numbered = enumerate(days)
    runs = [[day for _at, day in run] for _key, run in groupby(numbered, lambda pair: pair[1].toordinal() - pair[0])]
    return pgettext("between days", ", ").join(_run_words(run) for run in runs)


def _run_words(run: Sequence[date]) -> str:
    """Two days in a row are named, more are a span."""
    names = [date_format(day, "D") for day in run]
    if len(names) > 2:
        return pgettext("days of a week", "%(first)s – %(last)s") % {"first": names[0], "last": names[-1]}
    return pgettext("between days", ", ").join(names)


def risk_words(report: WeeklyReport) -> Iterator[tuple[str, str]]:
    """Return what endangers the plan, and why: critical and overdue problems, then stages behind the agreed plan."""
    for item in report.open_items:
        reasons = [str(SEVERITIES["critical"])] if item.severity == "critical" else []
        if report.is_overdue(item):
            reasons.append(_("overdue since %(day)s") % {"day": item.due_on})
        if reasons:
            yield item.title, pgettext("between changes", ", ").join(reasons)
    for stage in report.late_stages:
        yield stage.stage, _late_words(stage)


def _late_words(stage: LateStage) -> str:
    words = {"late": wording.slip(stage.days), "finish": stage.finish_on, "agreed": stage.baseline_on}
    return _("%(late)s: planned for %(finish)s, agreed for %(agreed)s") % words


def _problem_sentence(report: WeeklyReport) -> str:
    words = {"raised": report.raised_count, "solved": len(report.solved), "open": len(report.open_items)}
    if not any(words.values()):
        return ""
    return _("Problems: %(raised)s raised this week, %(solved)s solved, %(open)s open at its end.") % words


def _concern_sentence(report: WeeklyReport) -> str:
    concerns = report.concerns
    if concerns is None:
        return ""
    said = (
        (concerns.waiting, lambda n: ngettext("%(count)s waits for our answer", "%(count)s wait for our answer", n)),
        (concerns.answered, lambda n: ngettext("%(count)s is answered", "%(count)s are answered", n)),
        (concerns.settled, lambda n: ngettext("%(count)s was settled", "%(count)s were settled", n)),
    )
    told = pgettext("between changes", ", ").join(_counted(words, count) for count, words in said if count)
    return _("Your concerns: %(told)s.") % {"told": told}


def _counted(words: Callable[[int], str], count: int) -> str:
    return words(count) % {"count": count}


def _done(report: WeeklyReport) -> Block:
    return Block(
        "done",
        _("Done this week"),
        (pgettext("weekly report", "What"), _("Told on")),
        (24,),
        tuple(Row(line.text, (day_words(line.days),)) for line in report.done),
        _("Nothing was reported as done."),
    )


def _next(report: WeeklyReport) -> Block:
    return Block(
        "next",
        pgettext("weekly report", "Next"),
        (pgettext("weekly report", "What"), _("Planned on")),
        (24,),
        tuple(Row(line.text, (day_words(line.days),)) for line in report.next),
        "" if report.planned else _("Nothing is planned yet."),
    )


def _planned(report: WeeklyReport) -> Block:
    return Block(
        "planned",
        _("In the plan until the end of next week"),
        (pgettext("weekly report", "What"), pgettext("plan", "When")),
        (28,),
        tuple(_planned_row(work) for work in report.planned),
    )


def _planned_row(work: PlannedWork) -> Row:
    if work.is_milestone or work.start_on == work.finish_on:
        return Row(work.name, (str(work.finish_on),), tag=_("Milestone") if work.is_milestone else "")
    return Row(work.name, (f"{work.start_on} – {work.finish_on}",))


def _open(report: WeeklyReport, side: str) -> Block:
    items = [item for item in report.open_items if item.side == side]
    return Block(
        f"open-{side}",
        str(_OPEN[side]),
        (_("Problem"), _("Role or department"), _("Raised"), _("Due")),
        (22, 14, 14),
        tuple(_open_row(report, item) for item in items),
        _("Nothing waits on your side.") if side == "client" else "",
        is_dated=True,
    )


def _open_row(report: WeeklyReport, item: OpenItem) -> Row:
    tags = [str(SEVERITIES[item.severity])] if item.severity != "major" else []
    if report.first_on <= item.raised_on <= report.last_on:
        tags.append(pgettext("problem", "new"))
    if report.is_overdue(item):
        tags.append(_("overdue"))
    note = _("Next step: %(step)s") % {"step": item.next_step} if item.next_step else ""
    due = str(item.due_on) if item.due_on else wording.NOTHING
    cells = (item.owner or wording.NOTHING, str(item.raised_on), due)
    return Row(item.title, cells, note=note, tag=" · ".join(tags))


def _solved(report: WeeklyReport) -> Block:
    return Block(
        "solved",
        _("Solved this week"),
        (_("Problem"), _("Raised"), _("Solved")),
        (16, 16),
        tuple(Row(item.title, (str(item.raised_on), str(item.solved_on))) for item in report.solved),
        is_dated=True,
    )


def _risks(report: WeeklyReport) -> Block:
    return Block(
        "risks",
        _("Risks"),
        (pgettext("weekly report", "What"), _("Why")),
        (46,),
        tuple(Row(text, (why,)) for text, why in risk_words(report)),
        _("No critical or overdue problem, and no stage behind the agreed plan."),
    )


def _people(report: WeeklyReport) -> Block:
    return Block(
        "people",
        _("At the stand-ups"),
        (_("Name"), _("Side"), _("Days")),
        (24, 30),
        tuple(Row(person.name, (str(wording.SIDES[person.side]), day_words(person.days))) for person in report.people),
    )
