"""Problems outside the stand-up: noted, changed one by one or many at once, solved, opened again.

A concern is a problem too, but only its own doors (`services.concerns`) raise and solve it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Engagement, StandingRule
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Problem, Source
from standups.services.waiting import keep_wait, keep_waits

LINKS = ("functions", "objectives", "tasks")


@dataclass(frozen=True)
class Linking:
    """The rows of one kind that a person linked to a problem and took off it; what others linked stays."""

    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()


@transaction.atomic
def save_problem(
    *,
    actor: User,
    engagement: Engagement,
    problem: Problem | None = None,
    shown: Mapping[str, Any] | None = None,
    links: Mapping[str, Linking] | None = None,
    **fields: Any,
) -> Problem:
    """Create a problem, or change the given fields of one; what is not given stays as it is stored by now.

    `shown` is what the page showed of these fields: raises StaleError on a field that somebody else changed since to
    something else. Raises DomainError where it is solved before it was raised or on a day to come, where a key problem
    lacks its symptom, where a linked row, the owner or the rule is not this engagement's, and for what only a concern's own
    doors may do.
    """
    require(actor, Permission.EDIT_PROBLEM, engagement)
    row = _fresh(engagement, actor) if problem is None else _locked(problem, engagement)
    _refuse_stale(row, shown or {}, fields)
    was_solved_on = row.solved_on
    changed = _apply(row, fields)
    wanted = _links_that_differ(row, engagement, links or {})
    if problem is not None and not changed and not wanted:
        return row
    _check(row, changed, engagement)
    _refuse_foreign_owner(row.owner if "owner" in changed else None, engagement)
    _refuse_foreign_rule(row.recurs if "recurs" in changed else None, engagement)
    row.save()
    keep_wait(row, _turns_on(row, was_solved_on, engagement))
    changed |= _link(row, wanted)
    action = "problem.raised" if problem is None else "problem.changed"
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=changed)
    return row


@transaction.atomic
def solve_problem(*, actor: User, problem: Problem) -> None:
    """Mark a problem as solved today at the site; one that is solved already stays as it is. Raises DomainError for a
    concern."""
    engagement = problem.engagement
    require(actor, Permission.EDIT_PROBLEM, engagement)
    _solve(actor, engagement, problem, engagement.today())


def solve_in_visit(*, actor: User, engagement: Engagement, problems: Collection[Problem], on: date) -> None:
    """Mark these problems as solved on the day of a follow-up visit in which the client said so, also after the end of
    the engagement; what is solved already stays as it is. Raises DomainError for a concern. The caller says why the
    actor may."""
    for problem in sorted(problems, key=lambda one: one.pk):
        _solve(actor, engagement, problem, on)


def _solve(actor: User, engagement: Engagement, problem: Problem, on: date) -> None:
    _refuse_concern(problem)
    solved_on = max(on, problem.raised_on)
    rows = Problem.objects.open().filter(pk=problem.pk)
    if rows.update(solved_on=solved_on, changed_at=timezone.now()):
        keep_wait(_locked(problem, engagement), solved_on)
        data = {"solved_on": ["", str(solved_on)]}
        audit.record(chain=engagement.audit_chain, actor=actor, action="problem.solved", target=problem, data=data)


@transaction.atomic
def change_problems(
    *, actor: User, engagement: Engagement, problems: Collection[int], is_solved: bool = False, **fields: Any
) -> int:
    """Change the given fields of all these problems (ids), each with its own audit entry; return how many were changed.

    `is_solved` solves those that are still open, today. All or none: raises DomainError naming the problem that can't
    be changed so, or where one is not here.
    """
    require(actor, Permission.EDIT_PROBLEM, engagement)
    _refuse_foreign_owner(fields.get("owner"), engagement)
    found = engagement.problems.unscoped().filter(pk__in=problems)
    # In one order: two callers queue, none deadlocks.
    held = found.select_related("owner", "raised_by").select_for_update(of=("self",), no_key=True)
    rows = list(held.order_by("pk"))
    if len(rows) < len(set(problems)):
        raise DomainError(_("One of the chosen problems is not here any more. Nothing was changed."))
    differing = [(row, changed) for row in rows if (changed := _change_one(row, engagement, fields, is_solved))]
    for row, _changed in differing:
        row.changed_at = timezone.now()
    changed_rows = [row for row, _changed in differing]
    Problem.objects.bulk_update(changed_rows, [*fields, "solved_on", "changed_at"])
    keep_waits(changed_rows, engagement.today())
    for row, changed in differing:
        audit.record(chain=engagement.audit_chain, actor=actor, action="problem.changed", target=row, data={**changed})
    return len(differing)


def _change_one(row: Problem, engagement: Engagement, fields: Mapping[str, Any], is_solved: bool) -> dict[str, Any]:
    """Change one of many, not stored yet; a refusal says which one it was."""
    solving = {"solved_on": max(engagement.today(), row.raised_on)} if is_solved and row.is_open else {}
    changed = _apply(row, {**fields, **solving})
    try:
        _check(row, changed, engagement)
    except DomainError as error:
        words = {"title": row.title, "reason": error.message}
        raise DomainError(_("Nothing was changed, because of “%(title)s”: %(reason)s") % words) from error
    return changed


def _turns_on(row: Problem, was_solved_on: date | None, engagement: Engagement) -> date:
    """Return the day from which the problem waits otherwise than before: the day it was solved may be put right."""
    solved = [day for day in (was_solved_on, row.solved_on) if day is not None]
    return engagement.today() if row.solved_on is None else min(solved)


def _fresh(engagement: Engagement, actor: User) -> Problem:
    return Problem(engagement=engagement, raised_on=engagement.today(), raised_by=actor)


def _locked(problem: Problem, engagement: Engagement) -> Problem:
    # Rows that only point to the problem, such as a stand-up's answers, may still be added meanwhile (no_key).
    row = Problem.objects.unscoped().select_for_update(no_key=True).get(pk=problem.pk)
    row.engagement = engagement
    return row


def _refuse_stale(row: Problem, shown: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        stored = getattr(row, name)
        if name in shown and not _same(stored, shown[name]) and not _same(stored, value):
            words = {"now": in_words(row, name)}
            raise StaleError(
                _("Meanwhile a colleague changed this to: %(now)s. Save again to keep yours.") % words, field=name
            )


def _same(one: Any, other: Any) -> bool:
    """Compare texts by their words: a browser sends line breaks in its own way."""
    if isinstance(one, str) and isinstance(other, str):
        return one.split() == other.split()
    return bool(one == other)


def _apply(row: Problem, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Set the fields; return what differs now, by name, as [was, is] in the audit's words."""
    changed: dict[str, Any] = {}
    for name, value in fields.items():
        was, differs = audited(getattr(row, name)), getattr(row, name) != value
        setattr(row, name, value)
        if differs:
            changed[name] = [was, audited(value)]
    return changed


def audited(value: Any) -> str | bool:
    """Return a value as the audit keeps it: a person by name, a day as 2026-11-22, nothing as ""."""
    if isinstance(value, bool):
        return value
    return "" if value is None else str(value)


def in_words(row: Problem, name: str) -> str:
    """Return what stands in the field, as its reader reads it; "—" where nothing does."""
    value, choice = getattr(row, name), getattr(row, f"get_{name}_display", None)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value)
    return str(choice() if choice else value or "—")


def _check(row: Problem, changed: Collection[str], engagement: Engagement) -> None:
    if row.solved_on is not None and not row.raised_on <= row.solved_on <= max(engagement.today(), row.raised_on):
        raise DomainError(_("It was solved between the day it was raised and today."), field="solved_on")
    if row.is_key and not row.symptom:
        raise DomainError(_("Tell the symptom: the closing report begins a key problem with it."), field="symptom")
    _check_concern(row, changed)
    if row.pk and row.is_internal and "is_internal" in changed and _came_from_client(row):
        text = _("The client raised this problem or saw it come up in their test; it can't be kept from them.")
        raise DomainError(text, field="is_internal")


def _came_from_client(row: Problem) -> bool:
    """Also where somebody gave it another source: the test's case still points to it then."""
    return row.raised_by.is_client or row.source == Source.UAT or row.uat_cases.unscoped().exists()


def _check_concern(row: Problem, changed: Collection[str]) -> None:
    if "kind" in changed and (row.is_concern or row.concern_state):
        raise DomainError(_("A concern is raised as a concern, and stays one."), field="kind")
    if "solved_on" in changed:
        _refuse_concern(row)
    if "is_internal" in changed and row.is_concern and row.is_internal:
        if row.said_by_id == row.raised_by_id:
            text = _("The client raised this concern here; it can't be kept from them.")
            raise DomainError(text, field="is_internal")
        if row.first_answered_at is not None:
            text = _("The client was given an answer to this concern; it can't be kept from them.")
            raise DomainError(text, field="is_internal")


def _refuse_concern(row: Problem) -> None:
    if row.is_concern:
        raise DomainError(_("A concern is solved when the client confirms its answer."), field="solved_on")


def _refuse_foreign_owner(owner: User | None, engagement: Engagement) -> None:
    if owner is not None and not engagement.memberships.active().of_vendor().filter(user=owner).exists():
        raise DomainError(_("Choose somebody of the vendor's people in this engagement."), field="owner")


def _refuse_foreign_rule(rule: StandingRule | None, engagement: Engagement) -> None:
    if rule is not None and not engagement.rule_applications.standing().filter(rule=rule).exists():
        raise DomainError(_("Choose one of the rules that bind this engagement."), field="recurs")


def _links_that_differ(
    row: Problem, engagement: Engagement, links: Mapping[str, Linking]
) -> dict[str, tuple[list[models.Model], list[models.Model]]]:
    """Return by kind what was linked and what is to be, where these differ. Raises DomainError for foreign rows."""
    found = {}
    for name, linking in links.items():
        was = set(getattr(row, name).unscoped().values_list("pk", flat=True)) if row.pk else set()
        wanted = (was - linking.removed) | linking.added
        if was == wanted:
            continue
        rows = list(getattr(engagement, name).unscoped().filter(pk__in=was | wanted))
        if not wanted <= {one.pk for one in rows}:
            raise DomainError(_("What is linked must belong to this engagement."), field=name)
        found[name] = ([one for one in rows if one.pk in was], [one for one in rows if one.pk in wanted])
    return found


def _link(
    row: Problem, differing: Mapping[str, tuple[list[models.Model], list[models.Model]]]
) -> dict[str, list[list[str]]]:
    """Link and unlink; return by kind the names [before, after] for the audit."""
    for name, (was, wanted) in differing.items():
        getattr(row, name).add(*wanted)
        getattr(row, name).remove(*(one for one in was if one not in wanted))
    return {name: [[str(one) for one in side] for side in sides] for name, sides in differing.items()}
