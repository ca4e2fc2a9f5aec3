"""Starting a plan from a template, and keeping a plan as one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Dependency, Engagement, PlanTemplate, Stage, Task
from engagements.plan_templates import TemplateTask, content_of, kept_tasks, usual_tasks
from engagements.services.plan import lay_out_plan
from engagements.services.tasks import links_of, reschedule
from onsite.accounts.access import require, require_manager
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.unique import unless_taken


@transaction.atomic
def apply_template(*, actor: User, engagement: Engagement, template: PlanTemplate | None) -> None:
    """Lay the stages out and replace all tasks by those of the template; None is what the core task usually needs.

    Raises DomainError once a baseline was agreed: from then on tasks are moved.
    """
    require(actor, Permission.EDIT_PLAN, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    if engagement.baselines.exists():
        raise DomainError(
            _("The plan was agreed already. Its tasks are moved one by one, or by a change both sides sign.")
        )
    engagement.tasks.unscoped().delete()
    stages = {stage.kind: stage for stage in lay_out_plan(actor=actor, engagement=engagement)}
    # Names stand in a plan that the client reads: they are written in the language of the documents.
    with override(engagement.language):
        tasks = usual_tasks(engagement) if template is None else kept_tasks(template.content)
    _create(engagement, stages, tasks)
    reschedule(engagement)
    audit.record(
        chain=engagement.audit_chain, actor=actor, action="plan.template_applied", target=engagement,
        data={"template": template.name if template else "usual", "tasks": len(tasks)},
    )  # fmt: skip


@transaction.atomic
def save_template(*, actor: User, engagement: Engagement, name: str) -> PlanTemplate:
    """Keep an engagement's plan for others. Raises DomainError on "name" where another template has it."""
    require_manager(actor)
    tasks = list(engagement.tasks.visible_to(actor).select_related("stage"))
    if not tasks:
        raise DomainError(_("This plan holds no tasks that a template could keep."))
    content = content_of(tasks, links_of(tasks))
    with unless_taken(_("Another template has this name.")):
        template = PlanTemplate.objects.create(
            name=name, core_task=engagement.core_task, content=content, created_by=actor
        )
    _audit(actor, "plan_template.created", template)
    return template


@transaction.atomic
def rename_template(*, actor: User, template: PlanTemplate, name: str) -> PlanTemplate:
    """Raises DomainError on "name" where another template has it, or somebody deleted this one."""
    require_manager(actor)
    with unless_taken(_("Another template has this name.")):
        found = PlanTemplate.objects.filter(pk=template.pk).update(name=name)
    if not found:
        raise DomainError(_("Somebody deleted this meanwhile."))
    template.name = name
    _audit(actor, "plan_template.renamed", template)
    return template


@transaction.atomic
def delete_template(*, actor: User, template: PlanTemplate) -> None:
    """Plans that began from it stay as they are. Raises DomainError where somebody else deleted it."""
    require_manager(actor)
    _audit(actor, "plan_template.deleted", template)
    if not PlanTemplate.objects.filter(pk=template.pk).delete()[0]:
        raise DomainError(_("Somebody deleted this meanwhile."))


def _create(engagement: Engagement, stages: dict[str, Stage], tasks: Sequence[TemplateTask]) -> None:
    rows = {
        row.number: Task(
            engagement=engagement, stage=stages[row.stage], number=row.number, position=position, name=row.name,
            days=row.days, side=row.side, start_on=stages[row.stage].start_on, finish_on=stages[row.stage].start_on,
        )
        for position, row in enumerate(tasks, start=1)
    }  # fmt: skip
    Task.objects.bulk_create(rows.values())
    Dependency.objects.bulk_create(
        Dependency(task=rows[row.number], after=rows[link.number], lag_days=link.lag_days)
        for row in tasks
        for link in row.waits_for
    )


def _audit(actor: User, action: str, template: PlanTemplate) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=template, data={"name": template.name})
