"""A case as people read it: what it saves in one sentence, a table, bars, and the steps of both ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from onsite.core.charts.comparison import ComparedBars, comparison_svg
from onsite.core.charts.figure import Figure
from training.courses.content import Content
from training.courses.saving import Saving, saving_of
from training.models import CaseStep

Risk = CaseStep.ErrorRisk


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a thing that is counted, both ways, and what is saved of it in words."""

    label: str
    manual: str
    system: str
    saved: str
    is_better: bool
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step in words: what is done, and what it takes."""

    text: str
    takes: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A case of a content with all that its page shows; without a step on each way there is no sentence and no chart."""

    case: Content
    saving: Saving
    sentence: str
    rows: tuple[Row, ...]
    chart: Figure
    manual: tuple[Step, ...]
    system: tuple[Step, ...]
    pk: int | None = None


def compared(case: Content, pk: int | None = None) -> Compared:
    """Return a case of `content.content_of` in the active language; `pk` is its row's, where it may be edited."""
    saving = saving_of(case["manual"], case["system"], case["times_per_month"])
    manual, system = _steps(case["manual"]), _steps(case["system"])
    if not saving.is_comparable:
        return Compared(case, saving, "", (), Figure("", SafeString("")), manual, system, pk)
    label = _("Comparison: %(case)s") % {"case": case["title"]}
    words = {"before_word": str(CaseStep.Way.MANUAL.label), "after_word": str(CaseStep.Way.SYSTEM.label)}
    # The table beside it says the same.
    chart = Figure(label, comparison_svg(_bars(saving), label=label, **words))
    return Compared(case, saving, sentence_of(saving), tuple(_rows(saving)), chart, manual, system, pk)


def sentence_of(saving: Saving) -> str:
    """Return what is saved in one plain sentence; where the system's way takes longer, it says so."""
    clauses = pgettext("between the clauses of a sentence", ", ").join(_clauses(saving))
    hours, times = saving.hours_per_month, saving.times_per_month
    if not hours:
        return _("%(clauses)s.") % {"clauses": clauses}
    words = {"clauses": clauses, "times": times, "hours": _number(abs(hours))}
    count = 1 if abs(hours) == 1 else 2
    if hours < 0:
        return (
            ngettext(
                "%(clauses)s; at %(times)s times a month that is %(hours)s hour more.",
                "%(clauses)s; at %(times)s times a month that is %(hours)s hours more.",
                count,
            )
            % words
        )
    return (
        ngettext(
            "%(clauses)s; at %(times)s times a month that is %(hours)s hour.",
            "%(clauses)s; at %(times)s times a month that is %(hours)s hours.",
            count,
        )
        % words
    )


def _clauses(saving: Saving) -> Iterator[str]:
    minutes = {"before": _number(saving.manual.person_minutes), "after": _number(saving.system.person_minutes)}
    if saving.person_minutes > 0:
        yield _("From %(before)s to %(after)s person-minutes") % minutes
    elif saving.person_minutes < 0:
        yield _("It takes longer with the system: from %(before)s to %(after)s person-minutes") % minutes
    else:
        yield _("%(after)s person-minutes either way") % minutes
    if saving.approvals:
        yield _fewer_approvals(saving.approvals)
    if saving.error_risk:
        words = {"before": _risk(saving.manual.error_risk), "after": _risk(saving.system.error_risk)}
        yield _("error risk from %(before)s to %(after)s") % words


def _fewer_approvals(saved: int) -> str:
    if saved > 0:
        return ngettext("%(count)s approval fewer", "%(count)s approvals fewer", saved) % {"count": saved}
    return ngettext("%(count)s approval more", "%(count)s approvals more", -saved) % {"count": -saved}


def _rows(saving: Saving) -> Iterator[Row]:
    manual, system = saving.manual, saving.system
    yield _row(_("Person-minutes"), manual.person_minutes, system.person_minutes, saving.percent)
    yield _row(_("Minutes from beginning to end"), manual.lead_minutes, system.lead_minutes)
    yield _row(pgettext("of a case", "Steps"), Decimal(manual.steps), Decimal(system.steps))
    yield _row(_("Approvals"), Decimal(manual.approvals), Decimal(system.approvals))
    grades = saving.error_risk
    said = _("lower") if grades > 0 else _("higher") if grades < 0 else "–"
    yield Row(
        _("Error risk"), _risk(manual.error_risk), _risk(system.error_risk), said, grades > 0, grades < 0
    )  # fmt: skip


def _row(label: str, manual: Decimal, system: Decimal, percent: int | None = None) -> Row:
    saved = manual - system
    said = _("%(number)s less") if saved > 0 else _("%(number)s more")
    said = said % {"number": _number(abs(saved))} if saved else "–"
    if saved and percent is not None:
        said = _("%(said)s (%(percent)s%%)") % {"said": said, "percent": abs(percent)}
    return Row(label, _number(manual), _number(system), said, saved > 0, saved < 0)


def _bars(saving: Saving) -> list[ComparedBars]:
    manual, system = saving.manual, saving.system
    grades = sorted(Risk.values)
    return [
        _bar(_("Person-minutes"), manual.person_minutes, system.person_minutes),
        _bar(_("Minutes from beginning to end"), manual.lead_minutes, system.lead_minutes),
        _bar(_("Approvals"), Decimal(manual.approvals), Decimal(system.approvals)),
        ComparedBars(
            _("Error risk"), Decimal(grades.index(manual.error_risk)), Decimal(grades.index(system.error_risk)),
            _risk(manual.error_risk), _risk(system.error_risk),
        ),
    ]  # fmt: skip


def _bar(label: str, before: Decimal, after: Decimal) -> ComparedBars:
    return ComparedBars(label, before, after, _number(before), _number(after))


def _steps(steps: Sequence[Content]) -> tuple[Step, ...]:
    return tuple(Step(step["text"], _takes(step)) for step in steps)


def _takes(step: Content) -> str:
    people = step["people"]
    parts = [_("%(minutes)s min") % {"minutes": _number(Decimal(step["minutes"]))}]
    parts.append(ngettext("%(count)s person", "%(count)s people", people) % {"count": people})
    if step["error_risk"] != Risk.NONE:
        parts.append(_("error risk %(risk)s") % {"risk": _risk(step["error_risk"])})
    if approvals := step["approvals"]:
        parts.append(ngettext("%(count)s approval", "%(count)s approvals", approvals) % {"count": approvals})
    return " · ".join(parts)


def _risk(value: str) -> str:
    return str(Risk(value).label)


def _number(value: Decimal) -> str:
    return number_format(format(value.normalize(), "f"), use_l10n=True)
