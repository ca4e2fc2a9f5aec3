"""What the acceptance matrix says before the Go decision and before the review."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement
from onsite.core.errors import Obstacle
from onsite.core.wording import enumerated
from standups.models import Cell, CellState, RolloutRole
from standups.rollout import readiness

EMPTY = "rollout.empty"
NO_STAGE = "rollout.no_stage"
REJECTED = "rollout.rejected"
UNACCEPTED = "rollout.unaccepted"
OPEN = "rollout.open"
UNTRAINED = "rollout.untrained"
NAMED = 3


def before_go(engagement: Engagement, *, in_full: bool = False) -> list[Obstacle]:
    """Return what the matrix holds against the Go: no matrix, none of it needed for the Go, cells of the stages before
    the Go that are rejected or not accepted yet, and their roles that are not trained. The client may take each as a
    risk. `in_full` names every cell, as a text that is signed does. Four queries at most."""
    url = reverse("standups:rollout", args=[engagement.pk])
    cells = [cell for cell in _required(engagement) if cell.stage.is_before_go]
    named = len(cells) if in_full else NAMED
    if not cells and not engagement.cells.exists():
        return [Obstacle(EMPTY, _("There is no acceptance matrix yet."), url)]
    if not cells and not engagement.cells.filter(stage__is_before_go=True).exists():
        text = _("No stage with cells is needed for the Go decision: nothing of the matrix counts for it.")
        return [Obstacle(NO_STAGE, text, reverse("standups:rollout_setup", args=[engagement.pk]))]
    rejected = [cell for cell in cells if cell.state == CellState.REJECTED]
    waiting = [cell for cell in cells if not cell.is_settled and cell.state != CellState.REJECTED]
    found = []
    if rejected:
        text = ngettext("%(count)s cell is rejected: %(names)s", "%(count)s cells are rejected: %(names)s",
                        len(rejected))  # fmt: skip
        found.append(Obstacle(REJECTED, text % _told(rejected, named), f"{url}?state=rejected"))
    if waiting:
        text = ngettext("%(count)s cell is not accepted yet: %(names)s",
                        "%(count)s cells are not accepted yet: %(names)s", len(waiting))  # fmt: skip
        found.append(Obstacle(UNACCEPTED, text % _told(waiting, named), f"{url}?state=open"))
    needed = {cell.role_id for cell in cells}
    return found + [untrained_obstacle(role) for role in readiness.untrained(engagement) if role.pk in needed]


def before_review(engagement: Engagement) -> list[Obstacle]:
    """Return what the matrix holds against the review: cells that are neither accepted nor descoped. One query."""
    cells = [cell for cell in _required(engagement) if not cell.is_settled]
    if not cells:
        return []
    text = ngettext("%(count)s cell is neither accepted nor descoped: %(names)s",
                    "%(count)s cells are neither accepted nor descoped: %(names)s", len(cells))  # fmt: skip
    url = reverse("standups:rollout", args=[engagement.pk]) + "?state=open"
    return [Obstacle(OPEN, text % _told(cells), url)]


def untrained_obstacle(role: RolloutRole) -> Obstacle:
    """Say that a role is not trained yet, with the way to who is missing what."""
    text = _("The role “%(role)s” is not trained yet.") % {"role": role.name}
    url = reverse("training:role", args=[role.engagement_id, role.pk])
    return Obstacle(f"{UNTRAINED}.{role.pk}", text, url)


def _required(engagement: Engagement) -> Sequence[Cell]:
    return list(engagement.cells.unscoped().required().select_related("module", "role", "stage"))


def _told(cells: Sequence[Cell], named: int = NAMED) -> dict[str, object]:
    names = enumerated(cells[:named])
    return {"count": len(cells), "names": names + (" …" if len(cells) > named else "")}
