"""The rows of a plan's tasks. Written here and not as a template: sixty rows of ten cells through the template engine took
thirty times as long as the rest of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from engagements.models import Task
from engagements.planned_work import PlannedTask
from engagements.troubles import Trouble
from onsite.core.templatetags.when import day

register = template.Library()


@register.simple_tag(takes_context=True)
def task_rows(context: dict[str, Any], tasks: tuple[PlannedTask, ...]) -> SafeString:
    """The table rows of these tasks. Context: engagement, plan, troubles (by task), can."""
    rows = _Rows(
        context["engagement"].pk,
        bool(context["plan"].baseline),
        bool(context["can"].get("edit_plan")),
        context["troubles"],
    )
    return mark_safe("".join(rows.row(planned) for planned in tasks))  # noqa: S308  every value goes through format_html


class _Rows:
    def __init__(
        self, engagement_id: int, with_baseline: bool, can_edit: bool, troubles: Mapping[int, Sequence[Trouble]]
    ) -> None:
        self.with_baseline, self.can_edit, self.troubles = with_baseline, can_edit, troubles
        # Resolved once: only the task's id differs from row to row.
        self.edit_url = reverse("engagements:task_edit", args=[engagement_id, 0]).replace("/0/", "/{}/")
        self.sides = {value: str(label) for value, label in Task.Side.choices}
        self.tags = {
            name: format_html(' <span class="tag">{}</span>', word)
            for name, word in (("milestone", _("milestone")), ("critical", _("critical")), ("fixed", _("fixed")))
        }
        # On a phone a row is a card, and these stand in for the head of the table.
        self.labels = {
            name: format_html('<span class="label">{}</span> ', word)
            for name, word in (
                ("number", _("No.")), ("start", _("Start")), ("finish", _("Finish")), ("days", _("Working days")),
                ("done", _("Done")), ("work", _("Whose work")), ("before", _("Predecessors")), ("agreed", _("Agreed finish")),
            )
        }  # fmt: skip
        self.new, self.person_days = _("new"), _("%(days)s person-days")
        self.earlier, self.later = _("“%(task)s” one working day earlier"), _("“%(task)s” one working day later")

    def row(self, planned: PlannedTask) -> str:
        task = planned.task
        label = self.labels
        cells = [
            f'<td class="num">{label["number"]}{task.number}</td>',
            f'<td class="what">{self.name(planned)}</td>',
            f"<td>{label['start']}{day(task.start_on)}</td><td>{label['finish']}{day(task.finish_on)}</td>",
            f'<td class="num">{label["days"]}{task.days}</td><td class="num">{label["done"]}{task.percent}%</td>',
            f"<td>{label['work']}{self.side(planned)}</td>",
            format_html("<td>{}{}</td>", label["before"], planned.waits_for) if planned.waits_for else "<td></td>",
        ]
        if self.with_baseline:
            cells.append(f"<td>{label['agreed']}{self.agreed(planned)}</td>")
        if self.can_edit:
            cells.append(self.mover(task))
        row = f'<tr id="task-{task.number}">{"".join(cells)}</tr>'
        if self.can_edit:
            row += f'<tr class="opens"><td colspan="10"><div id="task-form-{task.pk}"></div></td></tr>'
        return row

    def name(self, planned: PlannedTask) -> str:
        task = planned.task
        if self.can_edit:
            url = self.edit_url.format(task.pk)
            name = format_html(
                '<a href="{}" data-hx-get="{}" data-hx-target="#task-form-{}" data-hx-swap="outerHTML">{}</a>',
                url,
                url,
                task.pk,
                task.name,
            )
        else:
            name = conditional_escape(task.name)
        diamond = '<span aria-hidden="true">◆</span> ' if task.is_milestone else ""
        return diamond + name + "".join(self.marks(planned))

    def marks(self, planned: PlannedTask) -> Iterator[str]:
        if planned.task.is_milestone:
            yield self.tags["milestone"]
        if planned.is_critical:
            yield self.tags["critical"]
        if planned.task.fixed_on:
            yield self.tags["fixed"]
        for trouble in self.troubles.get(planned.task.pk, ()):
            yield format_html(' <a class="tag warn" href="{}">{}</a>', trouble.url, trouble.text)

    def side(self, planned: PlannedTask) -> str:
        task, side = planned.task, conditional_escape(self.sides[planned.task.side])
        told = [task.assignee.name] if task.assignee and planned.names_assignee else []
        # Whoever may edit the plan is the vendor's; nobody else reads person-days.
        if self.can_edit and task.effort_days is not None:
            told.append(self.person_days % {"days": task.effort_days})
        return side + format_html('<br><span class="hint">{}</span>', " · ".join(told)) if told else side

    def agreed(self, planned: PlannedTask) -> str:
        if planned.agreed is None or planned.shift is None:
            return conditional_escape(self.new)
        kind = "warn" if planned.shift > 0 else "ok"
        agreed_on = day(planned.agreed.finish_on)
        return format_html('{}<br><span class="tag {}">{}</span>', agreed_on, kind, planned.shift_text)

    def mover(self, task: Task) -> str:
        url = f"{self.edit_url.format(task.pk)}move/"
        button = (
            '<button class="btn s" type="submit" form="mover" formaction="{}" name="step" value="{}" data-key="{}" '
            'aria-label="{}">{}</button>'
        )
        earlier = format_html(button, url, -1, "ArrowLeft", self.earlier % {"task": task.name}, "←")
        later = format_html(button, url, 1, "ArrowRight", self.later % {"task": task.name}, "→")
        return f'<td class="mover" data-move>{earlier} {later}</td>'
