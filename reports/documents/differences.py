"""What differs between two versions of the field manual, said in the active language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from reports.documents.field_manual import FieldManual, StandupRules

Rows = Mapping[Hashable, object]


@dataclass(frozen=True, slots=True)
class _Part:
    """A list of the manual: `rows` gives what each line is known by, and what may change about it.

    Only what people typed is compared: words of the document's own language would all differ from one in the other.
    """

    title: Promise
    rows: Callable[[FieldManual], Rows]


_PARTS = (
    _Part(gettext_lazy("Contacts"), lambda m: {(c.name, c.side): (c.phone, c.email) for c in m.contacts}),
    _Part(gettext_lazy("Objectives"), lambda m: {o.title: o for o in m.objectives}),
    _Part(gettext_lazy("Scope"), lambda m: {(s.text, s.is_included): s.reason for s in m.scope}),
    _Part(gettext_lazy("Functions"), lambda m: {(p.name, f.name): f for p in m.modules for f in p.functions}),
    _Part(gettext_lazy("Contingency plans"), lambda m: {card.title: card for card in m.contingency}),
    _Part(gettext_lazy("Environments"), lambda m: {row.name: row for row in m.environments}),
    _Part(gettext_lazy("Checklists"), lambda m: {(c.moment, line): None for c in m.checklists for line in c.lines}),
)


def differences(before: FieldManual, after: FieldManual) -> tuple[str, ...]:
    """Return a sentence for each chapter that changed, in printing order: "Functions: 2 added, 1 changed".

    The manuals may be in different languages. Pure; the active language is that of the sentences.
    """
    return tuple(_all(before, after))


def _all(before: FieldManual, after: FieldManual) -> Iterator[str]:
    if before.introduction != after.introduction:
        yield _("About this engagement: rewritten")
    for part in _PARTS[:3]:
        yield from _in_part(part, before, after)
    yield from _in_plan(before, after)
    for part in _PARTS[3:]:
        yield from _in_part(part, before, after)
    if _rhythm(before.standup) != _rhythm(after.standup):
        yield _("Daily stand-up: new hour or form")


def _in_part(part: _Part, before: FieldManual, after: FieldManual) -> Iterator[str]:
    yield from rows_changed(part.title, part.rows(before), part.rows(after))


def rows_changed(title: str | Promise, old: Rows, new: Rows) -> Iterator[str]:
    """Say how many of the rows, by what they are known by, were added, changed and removed: one sentence or none."""
    said = [
        _said("added", len(new.keys() - old.keys())),
        _said("changed", sum(old[key] != new[key] for key in old.keys() & new.keys())),
        _said("removed", len(old.keys() - new.keys())),
    ]
    if any(said):
        yield _("%(part)s: %(changes)s") % {
            "part": title,
            "changes": pgettext("between changes", ", ").join(filter(None, said)),
        }


def _said(what: str, count: int) -> str:
    if not count:
        return ""
    words = {
        "added": ngettext("%(count)s added", "%(count)s added", count),
        "changed": ngettext("%(count)s changed", "%(count)s changed", count),
        "removed": ngettext("%(count)s removed", "%(count)s removed", count),
    }
    return words[what] % {"count": count}


def _in_plan(before: FieldManual, after: FieldManual) -> Iterator[str]:
    """The last day of the plan, then how many of its rows moved, came or went; rows are known by their place."""
    if (move := _move(_last_on(before), _last_on(after))) is not None:
        yield _("Plan: last day %(move)s") % {"move": move}
    if (move := _move(before.go_live_on, after.go_live_on)) is not None:
        yield _("Agreed day: %(move)s") % {"move": move}
    spans = [[(row.start_on, row.finish_on) for row in manual.plan.rows] for manual in (before, after)]
    if len(spans[0]) != len(spans[1]):
        yield _("Plan: %(before)s → %(after)s rows") % {"before": len(spans[0]), "after": len(spans[1])}
    elif moved := sum(old != new for old, new in zip(*spans, strict=True)):
        yield ngettext("Plan: %(count)s row moved", "Plan: %(count)s rows moved", moved) % {"count": moved}


def _move(old: date | None, new: date | None) -> str | None:
    return None if old is None or new is None or old == new else f"{old} → {new}"


def _last_on(manual: FieldManual) -> date | None:
    return max((stage.finish_on for stage in manual.stages), default=None)


def _rhythm(rules: StandupRules | None) -> object:
    return rules and (len(rules.weekdays), rules.hour, rules.is_in_writing)
