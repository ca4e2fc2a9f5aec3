"""What changed between two frozen texts of goals and scope, as lines a person can read: pure, without the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements import measures
from engagements.models import CoreTask, Direction, SignOff
from engagements.templatetags.engagement_values import measured

How = Literal["added", "removed", "changed"]
Text = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One line: `what` names the place, `was` is "" for what is new, `now` for what is gone. In the reader's language."""

    how: How
    what: str
    was: str
    now: str

    @property
    def sentence(self) -> str:
        """Return the line as one sentence for paper."""
        said = {"what": self.what, "was": self.was or _("nothing"), "now": self.now or _("nothing")}
        if self.how == "added":
            return _("New: %(what)s: %(now)s") % said
        if self.how == "removed":
            return _("Gone: %(what)s: %(was)s") % said
        return _("Changed: %(what)s: %(was)s → %(now)s") % said


def differences_between(before: SignOff | None, after: SignOff) -> tuple[Difference, ...]:
    """Return what changed from one version to the next; nothing for a first version and for kinds that are no goals."""
    if before is None or after.kind != SignOff.Kind.GOALS:
        return ()
    return differences(before.text, after.text)


def differences(before: Text, after: Text) -> tuple[Difference, ...]:
    """Return every difference between two texts of `services.goals.text_of_goals`: the facts first, then the
    objectives, then the scope. Texts that say the same differ in nothing, whatever the order of their lines."""
    return (
        *_values(before, after),
        *_objectives(before["objectives"], after["objectives"]),
        *_lines(_("In scope"), before["in_scope"], after["in_scope"]),
        *_lines(_("Out of scope"), before["out_of_scope"], after["out_of_scope"]),
    )


def _values(before: Text, after: Text) -> Iterator[Difference]:
    rows: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("client", _("Client"), str),
        ("engagement", _("Engagement"), str),
        ("core_task", _("Core task"), lambda value: str(CoreTask(value).label)),
        ("purpose", _("Purpose"), str),
        ("start_on", _("First day on site"), _day),
        ("agreed_go_live_on", _("Agreed go-live or hand-over day"), _day),
    )
    for name, label, write in rows:
        if before[name] != after[name]:
            yield Difference("changed", label, write(before[name]), write(after[name]))


def _objectives(before: Sequence[Text], after: Sequence[Text]) -> Iterator[Difference]:
    """An objective that reads the same is the same one; else the one of the same title, else the one that counts the same.
    Then its values are compared."""
    pairs, gone, new = _paired(before, after)
    for was, now in pairs:
        yield from _objective(was, now)
    for row in new:
        yield Difference("added", _("Objective"), "", _whole(row))
    for row in gone:
        yield Difference("removed", _("Objective"), _whole(row), "")


def _paired(before: Sequence[Text], after: Sequence[Text]) -> tuple[list[tuple[Text, Text]], list[Text], list[Text]]:
    gone, new = list(before), list(after)
    pairs: list[tuple[Text, Text]] = []
    for keys in (frozenset[str]().union(*before, *after), {"title"}, {"metric"}):
        for was in list(gone):
            now = next((row for row in new if all(row.get(key) == was.get(key) for key in keys)), None)
            if now is not None:
                pairs.append((was, now))
                gone.remove(was)
                new.remove(now)
    pairs.sort(key=lambda pair: after.index(pair[1]))
    return pairs, gone, new


def _objective(was: Text, now: Text) -> Iterator[Difference]:
    rows: tuple[tuple[str, str, Callable[[Text], str]], ...] = (
        ("title", _("name"), lambda row: str(row["title"])),
        ("metric", _("what is counted"), lambda row: str(row["metric"])),
        ("baseline", _("baseline value"), lambda row: _number(row, "baseline")),
        ("target", _("target"), lambda row: _number(row, "target")),
        ("direction", _("reached when it is"), lambda row: str(Direction(row["direction"]).label)),
        ("due_on", _("due"), lambda row: _day(row["due_on"])),
        ("how_measured", _("how it is measured"), lambda row: str(row["how_measured"])),
        ("measure", _("measured from"), _measured_from),
    )
    for _name, label, write in rows:
        if write(was) != write(now):
            what = _("objective “%(title)s”, %(value)s") % {"title": now["title"], "value": label}
            yield Difference("changed", what, write(was), write(now))


def _lines(what: str, before: Sequence[Text], after: Sequence[Text]) -> Iterator[Difference]:
    was, now = Counter(map(_line, before)), Counter(map(_line, after))
    # A counter's difference keeps the order in which the lines stand.
    for line in (now - was).elements():
        yield Difference("added", what, "", line)
    for line in (was - now).elements():
        yield Difference("removed", what, line, "")


def _line(line: Text) -> str:
    return _("%(text)s (because: %(reason)s)") % line if line["reason"] else str(line["text"])


def _whole(row: Text) -> str:
    words = {"title": row["title"], "target": _number(row, "target"), "day": _day(row["due_on"])}
    return _("%(title)s: target %(target)s by %(day)s") % words


def _number(row: Text, name: str) -> str:
    return "" if row[name] is None else measured(row[name], row["unit"])


def _measured_from(row: Text) -> str:
    return measures.label_of(row.get("measure", ""), row.get("measure_of", "")) or _("by hand")


def _day(value: str) -> str:
    return date_format(date.fromisoformat(value))
