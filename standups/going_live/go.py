"""What stands against going live, gathered from everything that proves it, and whether a decision still fits it (N11).

A problem that the client can't see never stands in a text that the client signs, and never refuses their signature: the
refusal would tell of it. It stands in the vendor's way instead (`kept_back`): nobody writes down a Go for a client from
whom a critical problem is kept back; share it or solve it first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import reduce

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from engagements import go_decision
from engagements.go_decision import Decision
from engagements.models import Engagement, Phase, SignOff
from onsite.core.errors import Obstacle, RefusedError, StaleError
from standups.cutover import state as cutover_state
from standups.data import state as data_state
from standups.models import CellState
from standups.rollout import state as rollout_state
from standups.uat import state as uat_state

_GATHERING = frozenset({rollout_state.REJECTED, rollout_state.UNACCEPTED})
DECIDED_IN = frozenset({Phase.EXECUTION, Phase.REVIEW})


@dataclass(frozen=True)
class Standing:
    """What stands against it. `marks` name each single thing where an obstacle gathers several: two lists with equal
    marks are the same to somebody who decides."""

    obstacles: tuple[Obstacle, ...]
    marks: frozenset[str]

    @property
    def risks(self) -> list[Obstacle]:
        """What the client may take as a risk."""
        return [obstacle for obstacle in self.obstacles if obstacle.waivable]

    @property
    def hard(self) -> list[Obstacle]:
        """What has to be mended: no client can judge what nobody knows."""
        return [obstacle for obstacle in self.obstacles if not obstacle.waivable]

    @property
    def fingerprint(self) -> str:
        """Return what a page keeps of it, to tell later whether it is still so."""
        return hashlib.sha256("\n".join(sorted(self.marks)).encode()).hexdigest()


def standing_against(engagement: Engagement, *, in_full: bool = False) -> Standing:
    """Return everything that stands against going live and that both sides see, in the active language; `in_full` with
    the name of each cell. The queries do not grow with the rows."""
    found = [
        *data_state.before_go(engagement),
        *rollout_state.before_go(engagement, in_full=in_full),
        *uat_state.before_go(engagement),
        *cutover_state.before_go(engagement),
        *_critical_problems(engagement),
    ]
    return Standing(tuple(found), frozenset({obstacle.code for obstacle in found} | _cells(engagement)))


def against(engagement: Engagement) -> list[Obstacle]:
    """As `standing_against`, the obstacles alone."""
    return list(standing_against(engagement).obstacles)


def kept_back(engagement: Engagement) -> list[Obstacle]:
    """Return what keeps the vendor from writing down a Go: critical problems that the client can't see. Never for the
    client's eyes."""
    count = engagement.problems.open().critical().filter(is_internal=True).count()
    if not count:
        return []
    text = ngettext(
        "%(count)s internal critical problem is open: share it with the client or solve it before a Go is written down.",
        "%(count)s internal critical problems are open: share them with the client or solve them before a Go is written "
        "down.",
        count,
    ) % {"count": count}
    url = reverse("standups:problems", args=[engagement.pk]) + "?severity=critical"
    return [Obstacle("problems.kept_back", text, url, waivable=False)]


def refuse_kept_back(sign_off: SignOff) -> None:
    """Raise RefusedError, for the vendor only, where something is kept back from the client who has not signed this yet."""
    found = kept_back(sign_off.engagement)
    if found:
        raise RefusedError(_as_sentences([obstacle.text for obstacle in found]), found)


def refuse_outdated(sign_off: SignOff) -> None:
    """Raise StaleError where a decision to go does not fit what stands against it now: something came that its text does
    not name. What was mended meanwhile does no harm. Once it is live the decision was carried out: what comes after that
    day is no reason against a signature that was under way."""
    engagement = sign_off.engagement
    if engagement.phase == Phase.CANCELLED:
        raise StaleError(_("The engagement is cancelled: nothing goes live any more."))
    if not go_decision.is_to_go(sign_off):
        return
    if engagement.is_live():
        _refuse_to_move(sign_off)
        return
    standing = standing_against(engagement)
    new = standing.marks - set(sign_off.text["facts"]["marks"])
    if not new and not standing.hard:
        return
    named = [obstacle.text for obstacle in standing.obstacles if obstacle.code in new or not obstacle.waivable]
    # What gathers several may hold one more although it was there before.
    named = named or [obstacle.text for obstacle in standing.obstacles if obstacle.code in _GATHERING]
    raise StaleError(
        _("Since this was written down something new stands against it: %(what)s Decide anew with the present list.")
        % {"what": _as_sentences(named)}
    )


def _refuse_to_move(sign_off: SignOff) -> None:
    """What is live goes live on no other day; one recorded by hand since the freezing stays as it is."""
    engagement = sign_off.engagement
    is_same = engagement.go_live_on == go_decision.day_of(sign_off)
    if not is_same and engagement.go_live_revision == sign_off.text["facts"]["revision"]:
        raise StaleError(_("It is live already. This text names another day; decide anew with the day it went live."))


def risks_of(sign_off: SignOff) -> list[str]:
    """Return the risks that the client takes with this decision, in the words of its text."""
    facts = sign_off.text["facts"]
    return list(facts["risks"]) if facts["decision"] == Decision.WITH_RISKS else []


def in_documents_language(engagement: Engagement) -> Standing:
    """As `standing_against`, in the words of the text that is signed: nobody signs a list that ends in “…”."""
    with override(engagement.language):
        return standing_against(engagement, in_full=True)


def _critical_problems(engagement: Engagement) -> list[Obstacle]:
    rows = engagement.problems.unscoped().open().critical().filter(is_internal=False).oldest_first()
    return [
        Obstacle(
            f"problem.{problem.pk}",
            _("The critical problem “%(title)s” is open.") % {"title": problem.title},
            problem.get_absolute_url(),
        )
        for problem in rows
    ]


def _cells(engagement: Engagement) -> set[str]:
    """One mark for each cell that is not accepted: the matrix gathers them in one sentence."""
    rows = (
        engagement.cells.unscoped().required().filter(stage__is_before_go=True).order_by().values_list("pk", "state")
    )
    return {
        f"cell.{pk}.{'rejected' if state == CellState.REJECTED else 'open'}"
        for pk, state in rows
        if state not in {CellState.ACCEPTED, CellState.CONDITIONAL}
    }


def _as_sentences(texts: list[str]) -> str:
    said = [text if text[-1:] in ".。！!…" else _("%(text)s.") % {"text": text} for text in texts]
    return reduce(_after, said) if said else ""


def _after(one: str, two: str) -> str:
    return pgettext("two sentences", "%(one)s %(two)s") % {"one": one, "two": two}
