"""From a solved problem or an answered concern to a draft that the next engagement can learn from (R4)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from standups.models import Answer, ConcernState, Problem, Reply
from training.models import Article
from training.services.articles import create_article
from training.wiki.kinds import Part, in_parts, story_headings

LONGEST_TITLE = 160


@transaction.atomic
def draft_from_problem(*, actor: User, problem: Problem) -> Article:
    """Return the article about this problem that the actor may read, else a new draft of theirs: its story, or what the
    client said and what was answered; for that client's readers only.

    Raises DomainError where it is neither solved nor answered, or a colleague is writing about it already;
    PermissionDenied for a client's people.
    """
    if not actor.is_vendor:
        raise PermissionDenied
    # Two presses queue here: the second finds what the first wrote.
    engagement = Engagement.objects.lock(problem.engagement_id)
    row = Problem.objects.visible_to(actor).filter(pk=problem.pk, engagement=engagement).first()
    if row is None:
        raise PermissionDenied
    known = Article.objects.filter(links__problem=row, archived_at=None)
    readable = known.visible_to(actor).first()
    if readable is not None:
        return readable
    writing = known.select_related("owner").first()
    if writing is not None:
        raise DomainError(_("%(name)s is writing an article about it already.") % {"name": writing.owner.name})
    if not can_be_told(row):
        raise DomainError(_("An article is written about what is solved or answered."))
    return create_article(
        actor=actor,
        kind=Article.Kind.SOLUTION,
        title=row.title[:LONGEST_TITLE],
        text=in_parts(_answered(row, actor) if row.is_concern else _solved(row, actor))[: Article.LONGEST],
        client=engagement.client,
        engagement=engagement,
        problem=row,
    )


def can_be_told(problem: Problem) -> bool:
    """Say whether there is something to learn from it already."""
    return not problem.is_open or problem.concern_state in {ConcernState.ANSWERED, ConcernState.CONFIRMED}


def _solved(problem: Problem, actor: User) -> list[Part]:
    """Where nobody wrote down the fix, what was said in the stand-up that solved it."""
    fix = problem.fix or _said_when_solved(problem, actor)
    told = [problem.symptom or problem.title, problem.cause, fix, problem.prevention]
    return list(zip(story_headings(), told, strict=True))


def _said_when_solved(problem: Problem, actor: User) -> str:
    answers = problem.answers.visible_to(actor).filter(answer=Answer.SOLVED).order_by("-stand_up__held_on")
    return answers.values_list("note", flat=True).first() or ""


def _answered(problem: Problem, actor: User) -> list[Part]:
    replies = problem.replies.visible_to(actor).given().order_by("round")
    parts = [(_("What the client doubted"), _quoted(problem.words))]
    parts += [(_("What we answered"), _answer(reply)) for reply in replies]
    titles = problem.evidence.visible_to(actor).values_list("title", flat=True)
    evidence = "\n".join(f"- {title}" for title in titles)
    return [*parts, (_("Evidence behind it"), evidence), *_solved(problem, actor)[1:]]


def _answer(reply: Reply) -> str:
    measures = "\n".join(f"- {remedy.text}" for remedy in reply.remedies.unscoped())
    return "\n\n".join(filter(None, [reply.acknowledgement, reply.facts, measures]))


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}" for line in words.splitlines())
