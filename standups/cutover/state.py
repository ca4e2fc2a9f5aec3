"""What of the cutover still stands against a Go (N11)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement
from onsite.core.errors import Obstacle
from standups.models import CutoverRun, RunSheet, RunStep, SheetStep, StepKind


def before_go(engagement: Engagement) -> list[Obstacle]:
    """Return what is missing of the cutover: its sheet, a rehearsal that went through each step, a last moment to roll
    back, a backup. The client may take each as a risk. None where the work doesn't end with a go-live. At most three queries."""
    if not engagement.ends_with_go_live:
        return []
    url = reverse("standups:cutover", args=[engagement.pk])
    sheet = RunSheet.objects.unscoped().filter(engagement=engagement).first()
    steps = list(SheetStep.objects.unscoped().filter(sheet=sheet)) if sheet else []
    if sheet is None or not steps:
        return [
            Obstacle("cutover.no_sheet", _("The cutover has no run sheet yet."), url),
            *_rehearsal(engagement, [], url),
        ]
    found = {step.kind for step in steps}
    missing = _rehearsal(engagement, steps, url)
    if sheet.planned_start_at is None or sheet.last_rollback_at is None:
        text = _("The run sheet doesn't say when the cutover begins and until when it can be rolled back.")
        missing.append(Obstacle("cutover.no_rollback_time", text, url))
    if StepKind.BACKUP not in found and not sheet.backup.strip():
        missing.append(Obstacle("cutover.no_backup", _("The run sheet has no backup."), url))
    return missing


def _rehearsal(engagement: Engagement, steps: list[SheetStep], url: str) -> list[Obstacle]:
    """A step was rehearsed once it was done, by its name, in a rehearsal that went through."""
    runs = CutoverRun.objects.filter(engagement=engagement).rehearsed()
    done = RunStep.objects.unscoped().filter(run__in=runs, state=RunStep.State.DONE)
    titles = set(done.values_list("title", flat=True))
    if not titles:
        return [Obstacle("cutover.not_rehearsed", _("No rehearsal of the cutover went through to its end."), url)]
    count = sum(step.title not in titles for step in steps)
    if not count:
        return []
    text = ngettext(
        "%(count)s step of the run sheet was never rehearsed.", "%(count)s steps of the run sheet were never rehearsed.",
        count,
    )  # fmt: skip
    return [Obstacle("cutover.steps_not_rehearsed", text % {"count": count}, url)]
