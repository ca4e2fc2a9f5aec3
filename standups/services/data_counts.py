"""What was counted in a round, why it differs, and what the owner's sample showed (N11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from standups.data.amount import grouped, plain
from standups.models import CountLine, LoadRound, Problem, Source
from standups.models.data_check import explains
from standups.services.data_checks import held_round, touch
from standups.services.problems import save_problem

MOST_LINES = 100
LONGEST_TITLE = 200


@dataclass(frozen=True)
class CountEntry:
    """One line as it was typed. `pk` is the stored line's, None for a new one; without a name the line is taken out.

    `field` is the form's field of the name, for what is wrong with it.
    """

    name: str
    kind: str = CountLine.Kind.COUNT
    unit: str = ""
    source_value: Decimal | None = None
    target_value: Decimal | None = None
    explanation: str = ""
    pk: int | None = None
    field: str = ""


WRITTEN = ("name", "kind", "unit", "source_value", "target_value", "explanation")


@transaction.atomic
def save_counts(
    *, actor: User, load_round: LoadRound, version: int, lines: Sequence[CountEntry], **fields: Any
) -> LoadRound:
    """Write the lines and the given `fields` of the round; lines that are not named stay as they are.

    Raises StaleError where somebody changed the round since this version. Raises DomainError on the entry's field where
    a name is there twice, on "loaded_on" for a day to come, and where the round is signed or not the newest.
    """
    require(actor, Permission.EDIT_ROLLOUT, load_round.data_object.engagement)
    engagement = Engagement.objects.lock(load_round.data_object.engagement_id)
    row = held_round(load_round, version)
    _refuse_day_to_come(engagement, fields.get("loaded_on"), "loaded_on")
    for name, value in fields.items():
        setattr(row, name, value)
    write_lines(row, lines)
    touch(row)
    _audit(actor, "load_round.counted", row, {"lines": [_told(line) for line in row.lines.unscoped()]})
    return row


@transaction.atomic
def explain(*, actor: User, line: CountLine, version: int, explanation: str) -> LoadRound:
    """Say why a line differs, or take that back with "". Raises StaleError where the round changed since this version,
    DomainError where the line is equal or not counted, or the explanation has no word in it."""
    require(actor, Permission.EDIT_ROLLOUT, line.round.data_object.engagement)
    Engagement.objects.lock(line.round.data_object.engagement_id)
    row = held_round(line.round, version)
    found = _line(row, line)
    if not found.difference:
        raise DomainError(_("There is no difference to explain."), field="explanation")
    _refuse_wordless(explanation, "explanation")
    found.explanation = explanation
    found.save(update_fields=["explanation"])
    touch(row)
    _audit(actor, "load_round.explained", row, _told(found))
    return row


@transaction.atomic
def record_sample(
    *,
    actor: User,
    load_round: LoadRound,
    version: int,
    sample_size: int,
    sample_wrong: int,
    sample_checked_by: str,
    sample_checked_on: date,
    sample_explanation: str = "",
) -> LoadRound:
    """Note which sample the owner's person checked, and what it showed.

    Raises StaleError where the round changed since this version; DomainError beside the field for an empty sample, more
    wrong records than the sample has, nobody who checked, a day to come, or an explanation without a word.
    """
    require(actor, Permission.EDIT_ROLLOUT, load_round.data_object.engagement)
    engagement = Engagement.objects.lock(load_round.data_object.engagement_id)
    row = held_round(load_round, version)
    if sample_size < 1:
        raise DomainError(_("A sample has at least one record."), field="sample_size")
    if not 0 <= sample_wrong <= sample_size:
        raise DomainError(_("The sample has fewer records than that."), field="sample_wrong")
    if not sample_checked_by.strip():
        raise DomainError(_("Say who of the owner's people checked it."), field="sample_checked_by")
    _refuse_day_to_come(engagement, sample_checked_on, "sample_checked_on")
    _refuse_wordless(sample_explanation, "sample_explanation")
    row.sample_size, row.sample_wrong = sample_size, sample_wrong
    row.sample_checked_by, row.sample_checked_on = sample_checked_by, sample_checked_on
    row.sample_explanation = sample_explanation
    touch(row)
    data = {"size": sample_size, "wrong": sample_wrong, "by": sample_checked_by, "on": str(sample_checked_on)}
    _audit(actor, "load_round.sampled", row, data)
    return row


@transaction.atomic
def raise_problem(*, actor: User, line: CountLine) -> Problem:
    """Make a problem of a difference, or return the one that was made of it already.

    Raises DomainError where the line is equal or not counted, or its round is not the newest or signed.
    """
    engagement = line.round.data_object.engagement
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    Engagement.objects.lock(engagement.pk)
    row = held_round(line.round)
    found = _line(row, line)
    if found.problem is not None:
        return found.problem
    if not found.difference:
        raise DomainError(_("There is no difference to raise as a problem."))
    with override(engagement.language):
        title, symptom = _words(row, found)
    problem = save_problem(actor=actor, engagement=engagement, title=title, symptom=symptom, source=Source.DATA_CHECK)
    # The signed text says nothing of problems, so it may stand.
    CountLine.objects.filter(pk=found.pk).update(problem=problem)
    return problem


def write_lines(row: LoadRound, entries: Sequence[CountEntry]) -> None:
    """Create, change and take out lines of a held round; in the caller's transaction."""
    stored = {line.pk: line for line in row.lines.unscoped()}
    gone = [entry.pk for entry in entries if not entry.name and entry.pk in stored]
    row.lines.unscoped().filter(pk__in=gone).delete()
    kept = {pk: line for pk, line in stored.items() if pk not in gone}
    named = [entry for entry in entries if entry.name]
    _refuse_twice(kept, named)
    if len(kept) + sum(entry.pk not in kept for entry in named) > MOST_LINES:
        raise DomainError(too_many_lines())
    position = max((line.position for line in stored.values()), default=-1)
    changed = [kept[entry.pk] for entry in named if entry.pk in kept]
    # Two lines may swap their names: they pass through names that nobody can type.
    for one in changed:
        CountLine.objects.filter(pk=one.pk).update(name=f"\x01{one.pk}")
    for entry in named:
        line = kept.get(entry.pk or 0)
        if line is None:
            position += 1
            line = CountLine(round=row, position=position)
        differed, said = line.difference, line.explanation
        for name in WRITTEN:
            setattr(line, name, getattr(entry, name))
        if said and line.explanation == said and line.difference not in {0, differed}:
            text = _("“%(name)s” differs by another amount now: say anew why, or empty the explanation.")
            raise DomainError(text % {"name": line.name}, field=entry.field)
        if line.difference == 0:
            # Kept, it would explain whatever difference comes later.
            line.explanation = ""
        line.save()


def too_many_lines() -> str:
    return _("A round has at most %(most)s lines.") % {"most": MOST_LINES}


def _refuse_twice(kept: dict[int, CountLine], named: Sequence[CountEntry]) -> None:
    typed = {entry.pk for entry in named}
    seen = {line.name for pk, line in kept.items() if pk not in typed}
    for entry in named:
        if entry.name in seen:
            text = _("“%(name)s” is counted in another line already.") % {"name": entry.name}
            raise DomainError(text, field=entry.field)
        seen.add(entry.name)


def _line(row: LoadRound, line: CountLine) -> CountLine:
    found = row.lines.unscoped().select_related("problem").filter(pk=line.pk).first()
    if found is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return found


def _words(row: LoadRound, line: CountLine) -> tuple[str, str]:
    words = {
        "object": row.data_object.name, "line": line.name, "number": row.number,
        "source": grouped(line.source_value), "target": grouped(line.target_value),
        "difference": grouped(line.difference),
    }  # fmt: skip
    title = _("%(object)s, %(line)s: the target differs by %(difference)s") % words
    symptom = _("Load round %(number)s: %(source)s in the source, %(target)s in the target.") % words
    return title[:LONGEST_TITLE], symptom


def _refuse_day_to_come(engagement: Engagement, day: date | None, field: str) -> None:
    if day is not None and day > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field=field)


def _refuse_wordless(explanation: str, field: str) -> None:
    if explanation and not explains(explanation):
        raise DomainError(_("Say it in words: a mark alone explains nothing."), field=field)


def _told(line: CountLine) -> dict[str, str]:
    return {
        "name": line.name, "source": plain(line.source_value), "target": plain(line.target_value),
        "explanation": line.explanation,
    }  # fmt: skip


def _audit(actor: User, action: str, row: LoadRound, data: dict[str, Any]) -> None:
    about = {"object": row.data_object.name, "round": row.number, "version": row.version}
    chain = row.data_object.engagement.audit_chain
    audit.record(chain=chain, actor=actor, action=action, target=row, data=about | data)
