"""What the pages of the data checks show: rounds with their state, versions of a mapping with what changed."""

from __future__ import annotations

from dataclasses import dataclass

from engagements.models import SignOff
from onsite.accounts.models import User
from standups.data.amount import grouped
from standups.data.mapping import Change, Field, changes
from standups.data.state import RoundState
from standups.models import CountLine, DataObject, LoadRound, Mapping, MappingLine, Problem


@dataclass(frozen=True)
class ShownLine:
    """A line with its numbers as they are read; `problem` only where the reader may see it."""

    line: CountLine
    source: str
    target: str
    difference: str
    problem: Problem | None


@dataclass(frozen=True)
class ShownMapping:
    """A version with what changed against the one before it."""

    mapping: Mapping
    lines: list[Field]
    changes: tuple[Change, ...]


def rounds_of(data_object: DataObject, user: User) -> list[RoundState]:
    """Return the rounds of an object with their lines, newest first. Two queries."""
    rows = data_object.rounds.visible_to(user).newest_first().select_related("sign_off", "mapping", "opened_by")
    rounds = list(rows)
    lines: dict[int, list[CountLine]] = {row.pk: [] for row in rounds}
    for line in CountLine.objects.visible_to(user).filter(round__data_object=data_object).order_by("position", "pk"):
        lines[line.round_id].append(line)
    for row in rounds:
        row.data_object = data_object
    return [RoundState(row, tuple(lines[row.pk])) for row in rounds]


def versions_of(data_object: DataObject, user: User) -> list[ShownMapping]:
    """Return the versions of an object's mapping, newest first. Two queries."""
    mappings = list(data_object.mappings.visible_to(user).select_related("made_by").order_by("version"))
    fields: dict[int, list[Field]] = {mapping.pk: [] for mapping in mappings}
    for line in (
        MappingLine.objects.visible_to(user).filter(mapping__data_object=data_object).order_by("position", "pk")
    ):
        fields[line.mapping_id].append(Field(line.source_field, line.target_field, line.rule))
    shown: list[ShownMapping] = []
    for mapping in mappings:
        before = shown[-1].lines if shown else []
        shown.append(ShownMapping(mapping, fields[mapping.pk], changes(before, fields[mapping.pk]) if shown else ()))
    return shown[::-1]


def lines_of(state: RoundState, user: User) -> list[ShownLine]:
    """Return a round's lines for reading. One query."""
    visible = Problem.objects.visible_to(user).filter(pk__in=[line.problem_id for line in state.lines])
    problems = {problem.pk: problem for problem in visible}
    return [
        ShownLine(
            line,
            grouped(line.source_value),
            grouped(line.target_value),
            _signed(line),
            problems.get(line.problem_id or 0),
        )
        for line in state.lines
    ]


def frozen_before(load_round: LoadRound, user: User) -> list[SignOff]:
    """Return the texts of this round that were frozen and superseded, newest first: what was about to be signed."""
    topic = str(load_round.data_object_id)
    texts = SignOff.objects.visible_to(user).filter(
        engagement_id=load_round.data_object.engagement_id, kind=SignOff.Kind.DATA, topic=topic
    )
    return [
        text
        for text in texts.order_by("-version")
        if text.text["facts"]["round"] == load_round.pk and text.pk != load_round.sign_off_id
    ]


def _signed(line: CountLine) -> str:
    """Return the difference with its sign: more in the target is +."""
    text = grouped(line.difference)
    return f"+{text}" if (line.difference or 0) > 0 else text
