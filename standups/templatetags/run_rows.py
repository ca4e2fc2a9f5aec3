"""The steps of a run as rows. Written in Python: every watcher's phone asks for up to three hundred of them at each change,
and a template takes several times as long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from standups.cutover.course import Gone
from standups.models import RunStep

register = template.Library()

_KINDS = {"done": "ok", "running": "info", "rolled_back": "bad", "skipped": "warn", "todo": ""}
_ROW = (
    '<li id="step-{number}" class="{state}"><span class="at">{hours}<small>{minutes}</small></span><div class="what">'
    '<p><b>{number}.</b> <a href="{url}">{title}</a></p>{note}</div><span class="tags">{tags}</span></li>'
)


@register.simple_tag(takes_context=True)
def run_rows(context: dict[str, Any], rows: Sequence[Gone]) -> SafeString:
    """The list items of these steps. Context: engagement."""
    written = _Rows(context["engagement"].pk, is_over=context["run"].ended_at is not None)
    return mark_safe("".join(written.row(row) for row in rows))  # noqa: S308  every value goes through format_html


class _Rows:
    """Whatever is the same for every row, resolved once."""

    def __init__(self, engagement_id: int, *, is_over: bool) -> None:
        self.url = reverse("standups:run_step", args=[engagement_id, 0]).replace("/0/", "/{}/")
        self.states = {value: str(label) for value, label in RunStep.State.choices}
        if is_over:
            # Nothing goes on any more in a run that ended.
            self.states |= {"todo": pgettext("step", "Not reached"), "running": pgettext("step", "Not finished")}
        self.is_over = is_over
        self.took, self.planned, self.passed_over = (
            _("%(took)s of %(minutes)s min"),
            _("%(minutes)s min"),
            _("passed over"),
        )

    def row(self, row: Gone) -> SafeString:
        step = row.step
        words = {"took": row.took, "minutes": step.planned_minutes}
        return format_html(
            _ROW,
            number=step.position, state="" if self.is_over else step.state, title=step.title, url=self.url.format(step.pk),
            hours=self.hours(row), minutes=(self.took if row.took else self.planned) % words,
            note=self.note(step), tags=self.tags(row),
        )  # fmt: skip

    def hours(self, row: Gone) -> str:
        step = row.step
        if step.started_at is None:
            return format_html('<span class="hint">{}</span>', _hour(row.planned_at))
        return _hour(step.started_at) + (f"–{_hour(step.finished_at)}" if step.finished_at else "")

    def note(self, step: RunStep) -> str:
        said = " · ".join(filter(None, [step.done_by.name if step.done_by else "", step.note]))
        return format_html('<p class="hint">{}</p>', said) if said else ""

    def tags(self, row: Gone) -> SafeString:
        step = row.step
        tags = format_html('<span class="tag {}">{}</span>', _KINDS[step.state], self.states[step.state])
        if step.rollbacks and step.state != RunStep.State.ROLLED_BACK:
            # The same words as beside the large step (parts/run_step_tag.html).
            words = ngettext("rolled back once", "rolled back %(count)s times", step.rollbacks)
            tags += format_html('<span class="tag warn">{}</span>', words % {"count": step.rollbacks})
        if row.is_passed_over:
            tags += format_html('<span class="tag warn">{}</span>', self.passed_over)
        return tags


def _hour(at: Any) -> str:
    return timezone.localtime(at).strftime("%H:%M")
