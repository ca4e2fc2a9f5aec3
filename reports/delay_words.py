"""The lines of the delay ledger in words, for its page and for the closing report; in the active language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onsite.core.templatetags.when import day as day_words
from reports.delay import share_words
from reports.figures.delay import DelayLine
from standups.models import Party, Problem

KINDS = {Party.VENDOR.value: "info", Party.CLIENT.value: "warn"}


@dataclass(frozen=True)
class Share:
    """Working days of one party, exactly, in words and as parts of the bar's whole."""

    label: str
    kind: str
    words: str
    days: float
    out_of: int


@dataclass(frozen=True)
class Cause:
    """What waited with a party that day: the problems the reader may see, and whether there is more that is not named."""

    label: str
    problems: tuple[Problem, ...]
    is_unnamed: bool


def shares_of(days: Mapping[str, Fraction], unattributed: int, whole: int) -> tuple[Share, ...]:
    """Return who has how many of the `whole` days, the parties in their order, what is unattributed last."""
    rows = [
        Share(
            str(party.label),
            KINDS.get(party.value, ""),
            share_words(days[party.value]),
            float(days[party.value]),
            whole,
        )
        for party in Party
        if days.get(party.value)
    ]
    if unattributed:
        rows.append(Share(_("Unattributed"), "", share_words(unattributed), unattributed, whole))
    return tuple(rows)


def return_words(line: DelayLine) -> tuple[str, ...]:
    """Say what was taken off a line since."""
    return tuple(
        (
            ngettext("%(days)s day was agreed anew on %(day)s", "%(days)s days were agreed anew on %(day)s", row.days)
            if row.is_agreed
            else ngettext("%(days)s day was regained on %(day)s", "%(days)s days were regained on %(day)s", row.days)
        )
        % {"days": row.days, "day": day_words(row.on)}
        for row in line.returns
    )


def causes_of(line: DelayLine, problems: Mapping[int, Problem]) -> Iterator[Cause]:
    """Return what waited with whom, in the order of the parties."""
    for party in Party:
        if ids := line.causes.get(party.value):
            named = tuple(problems[pk] for pk in ids if pk in problems)
            yield Cause(str(party.label), named, len(named) < len(ids))
