"""What was done with the evidence of a problem, for the vendor's time line; in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from onsite.core import audit
from onsite.core.models import AuditEntry
from standups.models import Evidence, Problem
from standups.steps import Step, who_did

_TITLES = {
    "evidence.added": (_("Evidence added"), "info"),
    "evidence.removed": (_("Evidence removed"), "warn"),
    "evidence.shared": (_("Evidence shared with the client"), ""),
    "evidence.made_internal": (_("Evidence made internal"), ""),
    "evidence.masked": (_("Evidence masked"), ""),
}
_RELEASED, _FILE_RELEASED = _("Evidence released"), _("File of the evidence released")
_FILE_MASKED = _("File of the evidence masked")


def evidence_steps(problem: Problem) -> Iterator[Step]:
    """Yield what was done with each piece, those removed since included: of these the audit knows the problem.

    Two queries, and one more where there is evidence or was.
    """
    names = _names(problem)
    own = list(_of_the_problem(problem))
    for entry in own:
        names.setdefault(entry.target, _kind_in(entry))
        title, kind = _TITLES[entry.action]
        yield Step(entry.at, str(title), who=who_did(entry), note=names[entry.target], kind=kind)
    if not names:
        return
    cleared = AuditEntry.objects.filter(chain=problem.engagement.audit_chain, target__in=names)
    for entry in cleared.filter(action__in=["file.released", "file.masked"]).select_related("actor"):
        note = " · ".join(part for part in (names[entry.target], str(entry.data.get("reason", ""))) if part)
        yield Step(entry.at, _cleared(entry), who=who_did(entry), note=note)


def _names(problem: Problem) -> dict[str, str]:
    """Return what the pieces are called, by what the audit calls them, their files and these files' originals."""
    names: dict[str, str] = {}
    for piece in problem.evidence.unscoped().select_related("attachment__masked_from"):
        file = piece.attachment
        rows: list[Model | None] = [piece, file, file.masked_from if file else None]
        names |= {audit.target_of(row): piece.title for row in rows if row is not None}
    return names


def _of_the_problem(problem: Problem) -> Iterator[AuditEntry]:
    entries = AuditEntry.objects.filter(
        chain=problem.engagement.audit_chain, target__startswith=f"{Evidence._meta.label_lower}:",
        action__in=list(_TITLES), data__problem=problem.pk,
    )  # fmt: skip
    yield from entries.select_related("actor").order_by("number")


def _kind_in(entry: AuditEntry) -> str:
    """Return what kind of piece it was, where it is not there any more: the audit keeps none of its words."""
    kind = entry.data.get("kind")
    return str(Evidence.Kind(kind).label) if kind in Evidence.Kind else ""


def _cleared(entry: AuditEntry) -> str:
    if entry.action == "file.masked":
        return str(_FILE_MASKED)
    return str(_RELEASED if entry.target.startswith(Evidence._meta.label_lower) else _FILE_RELEASED)
