"""What is found of the days on site: problems and concerns with what was said of them, and published stand-ups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from engagements.models import Attachment
from onsite.core.search import Passage, leads_to, register
from standups.models import Evidence, Line, Problem, ProblemAnswer, Remedy, Reply, StandUp


def register_all() -> None:
    """Let them be found; called once by the app's config."""
    for name, label, reader in (
        ("problem", pgettext_lazy("search", "Problems"), read_problem),
        ("concern", pgettext_lazy("search", "Concerns"), read_concern),
    ):
        register(Problem, name=name, label=label, reader=reader, rows=_with_what_was_said)
    register(
        StandUp,
        name="stand_up",
        label=pgettext_lazy("search", "Stand-ups"),
        reader=read_stand_up,
        rows=lambda rows: rows.prefetch_related(Prefetch("lines", Line.objects.unscoped())),
        heading=lambda row: _("Stand-up of %(day)s") % {"day": formats.date_format(row.held_on)},
    )
    register(
        Evidence,
        name="evidence",
        label=pgettext_lazy("search", "Evidence"),
        reader=read_evidence,
        rows=lambda rows: rows.select_related("problem", "attachment__kept_text"),
    )
    leads_to(StandUp, _problems_of)
    leads_to(Reply, lambda row: [row.problem])
    leads_to(Problem, lambda row: Evidence.objects.unscoped().filter(problem=row).only("pk"))
    leads_to(Attachment, lambda row: Evidence.objects.unscoped().filter(attachment=row).only("pk"))


def read_problem(row: Problem) -> Iterable[Passage]:
    return () if row.is_concern else _said(row)


def read_concern(row: Problem) -> Iterable[Passage]:
    return _said(row) if row.is_concern else ()


def read_stand_up(row: StandUp) -> Iterator[Passage]:
    """A published day: the lines the client sees, and beside them those that stay with the vendor."""
    if not row.is_published:
        return
    day = row.held_on
    lines = list(row.lines.all())
    for is_internal in (False, True):
        text = "\n".join(line.text for line in lines if line.is_internal == is_internal)
        if text or not is_internal:
            yield Passage(day.isoformat(), text, day, is_shared=not is_internal, engagement_id=row.engagement_id)


def read_evidence(row: Evidence) -> Iterator[Passage]:
    """A fact behind an answer, with what stands in its file; shared as its page is."""
    file = row.attachment
    told = (
        row.environment,
        row.query,
        row.result,
        row.place,
        file.name if file else "",
        file.full_text if file else "",
    )
    is_shared = row.is_for_client and not row.problem.is_internal
    yield Passage(
        row.title,
        "\n".join(text for text in told if text),
        row.taken_at,
        is_shared=is_shared,
        engagement_id=row.problem.engagement_id,
    )


def _said(row: Problem) -> Iterator[Passage]:
    """What both sides read of it, and what is only the vendor's: drafts of answers and what was said in confidence."""
    shared = [row.words, *(getattr(row, part) for part in row.STORY), row.next_step, row.owner_role]
    internal: list[str] = []
    for reply in row.replies.all():
        remedies = [remedy.text for remedy in reply.remedies.all()]
        place = shared if reply.is_given else internal
        place += [reply.acknowledgement, reply.facts, *remedies, reply.verdict_note]
    for answer in row.answers.all():
        if answer.stand_up.is_published:
            (internal if answer.is_internal else shared).append(answer.note)
    whose = row.engagement_id
    told = "\n".join(text for text in shared if text)
    yield Passage(row.title, told, row.raised_on, is_shared=not row.is_internal, engagement_id=whose)
    if any(internal):
        told = "\n".join(text for text in internal if text)
        yield Passage(row.title, told, row.raised_on, engagement_id=whose)


def _with_what_was_said(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    replies = Reply.objects.unscoped().prefetch_related(Prefetch("remedies", Remedy.objects.unscoped()))
    answers = ProblemAnswer.objects.unscoped().exclude(note="").select_related("stand_up").order_by("pk")
    said: list[Any] = [Prefetch("replies", replies), Prefetch("answers", answers)]
    return rows.prefetch_related(*said)


def _problems_of(row: StandUp) -> Iterable[Model]:
    """The problems that a published day raised, followed or spoke of; a draft changes none."""
    if not row.is_published:
        return ()
    spoken: Any = Q(raised_in=row) | Q(lines__stand_up=row) | Q(answers__stand_up=row)
    return Problem.objects.unscoped().filter(spoken).distinct().only("pk")
