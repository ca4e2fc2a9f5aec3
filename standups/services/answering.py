"""What stands between the draft of an answer and the client: the same list for the page and for the door."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from onsite.core.errors import Obstacle
from onsite.core.wording import enumerated
from standups.looked_through import Found, look_through
from standups.models import Evidence, Problem, Reply


def what_is_missing(problem: Problem, reply: Reply) -> list[Obstacle]:
    """Return all that keeps this answer from being given, [] where nothing does. Of a code's two parts the first names
    the field it belongs to: "facts.missing". Secrets appear as masked samples only."""
    return [*_kept_from_the_client(problem), *_unwritten(reply), *_unmasked(problem, reply), *_unproved(problem)]


def _kept_from_the_client(problem: Problem) -> Iterator[Obstacle]:
    if problem.is_internal:
        yield _obstacle("concern.internal", _("The concern is internal: share it with the client first."), problem)


def _unwritten(reply: Reply) -> Iterator[Obstacle]:
    if not reply.acknowledgement:
        text = _("Say first that the doubt is taken seriously.")
        yield Obstacle("acknowledgement.missing", text, "#id_acknowledgement", waivable=False)
    if not reply.facts:
        text = _("Tell the facts that the evidence shows.")
        yield Obstacle("facts.missing", text, "#id_facts", waivable=False)
    today = reply.problem.engagement.today()
    for late in reply.remedies.unscoped().filter(done_on=None, due_on__lt=today):
        text = _("The day of “%(measure)s” has passed: give a new one, or leave it out.") % {"measure": late.text}
        yield Obstacle("measures.past", text, "#measures", waivable=False)


def _unmasked(problem: Problem, reply: Reply) -> Iterator[Obstacle]:
    """What the client would read is looked through first, as every file is."""
    measures = "\n".join(remedy.text for remedy in reply.remedies.unscoped())
    places = {
        "acknowledgement": (reply.acknowledgement, "#id_acknowledgement"),
        "facts": (reply.facts, "#id_facts"),
        "measures": (measures, "#measures"),
        "concern": (problem.title, reverse("standups:problem_edit", args=[problem.engagement_id, problem.pk])),
    }
    for place, (text, url) in places.items():
        if found := look_through({place: text}):
            yield Obstacle(f"{place}.secret", _told(place, found), url, waivable=False)


def _told(place: str, found: list[Found]) -> str:
    samples = enumerated(f"{one.label} {one.sample}" for one in found)
    if place == "concern":
        return _("The concern's title holds what must not be passed on: %(found)s.") % {"found": samples}
    return _("This holds what must not be passed on: %(found)s. Mask it first.") % {"found": samples}


def _unproved(problem: Problem) -> Iterator[Obstacle]:
    """At least one piece of evidence must be before the client's eyes at this moment; say what keeps the others."""
    evidence = problem.evidence.unscoped()
    if evidence.shared().exists() or problem.is_internal:
        return
    for_client = list(evidence.filter(is_internal=False).select_related("attachment"))
    if not evidence.exists():
        text = _("No evidence stands behind this answer yet: add a file, or a query with its result.")
        if problem.engagement.data_stays_on_site:
            text = _("No evidence stands behind this answer yet: say where on site it lies.")
        yield _obstacle("evidence.none", text, problem)
    elif not for_client:
        text = _("All evidence is internal: let the client see at least one piece.")
        yield _obstacle("evidence.internal", text, problem)
    elif any(one.is_being_checked for one in for_client):
        text = _("The evidence is still being checked for secrets. Please wait a moment and try again.")
        yield _obstacle("evidence.waiting", text, problem)
    else:
        yield _obstacle("evidence.held", _held(for_client[0]), problem)


def _held(evidence: Evidence) -> str:
    text = _("“%(evidence)s” is held back: mask what was found in it, or let the lead release it.")
    return text % {"evidence": evidence.title}


def _obstacle(code: str, text: str, problem: Problem) -> Obstacle:
    return Obstacle(code, text, f"{problem.get_absolute_url()}#evidence", waivable=False)
