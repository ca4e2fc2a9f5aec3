"""What one copies into the project's chat group (WeChat, WeCom): plain text, at most 500 characters, for the client too.

Made of the client's projection only: a report's snapshot, or a day as its client reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from onsite.core.charts.text import ELLIPSIS, printable
from onsite.core.templatetags.when import day as day_name
from reports.documents.weekly_page import risk_words, weekly_lead, weekly_span, weekly_title
from reports.documents.weekly_report import WeeklyReport
from standups.models import Answer, Party
from standups.shown import ShownDay

MOST_CHARACTERS = 500
# A sentence longer than this is cut, lest it push out all the others; every other line stands whole or not at all.
LONGEST_LINE = 140
LONGEST_TITLE = 60
BULLET = "· "


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines under a heading; without one they are sentences of the text's own, and come before any list."""

    title: str
    lines: tuple[str, ...]


def week_text(report: WeeklyReport, *, name: str, link: str, language: str) -> str:
    """Return a week; `name` says whose, `link` leads to more."""
    with override(language):
        span = pgettext("chat", " (%(words)s)") % {"words": weekly_span(report)}
        title = f"{_('Weekly report')} · {name}\n{weekly_title(report)}{span}"
        return fitted(title, list(_week_parts(report)), link)


def day_text(day: ShownDay, *, name: str, link: str, language: str) -> str:
    """Return a day. Internal lines are left out, whoever made the view of it."""
    with override(language):
        title = f"{_('Stand-up')} · {name}\n{day_name(day.held_on)} {date_format(day.held_on, 'D')}"
        return fitted(title, list(_day_parts(day)), link)


def fitted(title: str, parts: Sequence[Part], link: str) -> str:
    """Return the title's lines, as many whole lines of the parts as fit, and the link if it fits. Pure.

    The parts take turns, so that none crowds out another; what is left out is counted.
    """
    head = [_short(printable(line), LONGEST_TITLE) for line in title.split("\n")]
    parts = [_cleaned(part) for part in parts]
    parts = [part for part in parts if part.lines]
    foot = [link] if link else []
    while not _fits(_rendered(head, parts, [0] * len(parts), foot)):
        if foot:
            foot = []
        elif parts:
            parts.pop()
        else:
            return _short("\n".join(head), MOST_CHARACTERS)
    shown = _filled(head, parts, foot, [0] * len(parts), [at for at, part in enumerate(parts) if not part.title])
    shown = _filled(head, parts, foot, shown, [at for at, part in enumerate(parts) if part.title])
    return _rendered(head, parts, shown, foot)


def _filled(
    head: Sequence[str], parts: Sequence[Part], foot: Sequence[str], shown: Sequence[int], growing: Sequence[int]
) -> list[int]:
    """Return how many lines each part shows when these parts take one more in turn, as long as it fits."""
    found, still = list(shown), list(growing)
    while still:
        for place in tuple(still):
            found[place] += 1
            if not _fits(_rendered(head, parts, found, foot)):
                found[place] -= 1
                still.remove(place)
            elif found[place] == len(parts[place].lines):
                still.remove(place)
    return found


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS


def _short(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - 1].rstrip() + ELLIPSIS


def _cleaned(part: Part) -> Part:
    lines = (_short(printable(line), LONGEST_LINE) for line in part.lines)
    return Part(_short(printable(part.title), LONGEST_TITLE), tuple(line for line in lines if line))


def _rendered(head: Sequence[str], parts: Sequence[Part], shown: Sequence[int], foot: Sequence[str]) -> str:
    blocks = ["\n".join(head)]
    for part, count in zip(parts, shown, strict=True):
        if lines := _part_lines(part, count):
            blocks.append("\n".join(lines))
    return "\n".join([*blocks, *foot])


def _part_lines(part: Part, count: int) -> list[str]:
    left = len(part.lines) - count
    if not part.title:
        return [*part.lines[:count], *([ELLIPSIS] if count and left else [])]
    heading = pgettext("chat heading", "%(title)s:") % {"title": part.title}
    if not count:
        return [heading + pgettext("chat", " %(count)s in all") % {"count": left}]
    more = [ngettext("…and %(count)s more", "…and %(count)s more", left) % {"count": left}] if left else []
    return [heading, *(BULLET + line for line in part.lines[:count]), *more]


# --- A week --------------------------------------------------------------------------------------------------------------


def _week_parts(report: WeeklyReport) -> Iterator[Part]:
    yield Part("", weekly_lead(report))
    yield Part("", (report.position,))
    yield Part(_("Done this week"), tuple(line.text for line in report.done))
    yield Part(
        pgettext("weekly report", "Next"),
        tuple(line.text for line in report.next) or tuple(row.name for row in report.planned),
    )
    wanted = [item for item in report.open_items if item.side == "client"]
    yield Part(
        _("Needs your side"),
        tuple(_with(item.title, item.owner, str(item.due_on) if item.due_on else "") for item in wanted),
    )
    told = {item.title for item in wanted}
    yield Part(_("Risks"), tuple(_with(text, why) for text, why in risk_words(report) if text not in told))
    yield Part(_("Solved this week"), tuple(item.title for item in report.solved))


def _with(text: str, *about: str) -> str:
    """Return the words with what belongs to them in brackets; a long text gives way, its brackets stay."""
    words = " · ".join(_short(printable(word), LONGEST_LINE // 3) for word in about if word)
    if not words:
        return text
    bracketed = pgettext("chat", " (%(words)s)") % {"words": words}
    return _short(printable(text), LONGEST_LINE - len(bracketed)) + bracketed


# --- A day ---------------------------------------------------------------------------------------------------------------


def _day_parts(day: ShownDay) -> Iterator[Part]:
    yield Part(
        pgettext("stand-up", "Done"),
        tuple(line.text for line in day.done if line.is_done and not line.is_internal),
    )
    yield Part(pgettext("stand-up", "Today"), tuple(line.text for line in day.plan if not line.is_internal))
    yield Part(
        _("Problems"), tuple(_with(line.text, line.party_label) for line in day.problems if not line.is_internal)
    )
    told = [row for row in day.answers if not row.is_internal]
    changed = (row for row in told if row.answer != Answer.STILL)
    yield Part(pgettext("chat", "Earlier problems"), tuple(_with(row.title, row.label) for row in changed))
    waiting = (row for row in told if row.answer == Answer.STILL and row.party == Party.CLIENT)
    yield Part(_("Needs your side"), tuple(row.title for row in waiting))
