"""Run sheets of the company's to start from: managers keep them (N11)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require_manager
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError
from onsite.core.unique import unless_taken
from standups.models import RunSheetTemplate, SheetStep
from standups.services.run_sheet import SAID, texts_of


@transaction.atomic
def keep_template(*, actor: User, engagement: Engagement, name: str) -> RunSheetTemplate:
    """Keep an engagement's steps for others, without their owners: those are people of this client.

    Raises DomainError on "name" where another template has it, where there are no steps, and where one holds a
    password, a key or a token.
    """
    require_manager(actor)
    rows = list(SheetStep.objects.visible_to(actor).filter(sheet__engagement=engagement))
    if not rows:
        raise DomainError(_("This run sheet holds no steps that a template could keep."))
    steps = [{said: getattr(row, said) for said in SAID} | {"owner": ""} for row in rows]
    for step in steps:
        refuse_access_data(texts_of(step))
    with unless_taken(_("Another template has this name.")):
        template = RunSheetTemplate.objects.create(name=name, steps=steps, created_by=actor)
    _audit(actor, "run_sheet_template.created", template)
    return template


@transaction.atomic
def rename_template(*, actor: User, template: RunSheetTemplate, name: str) -> RunSheetTemplate:
    """Raises DomainError on "name" where another template has it, or somebody deleted this one."""
    require_manager(actor)
    with unless_taken(_("Another template has this name.")):
        found = RunSheetTemplate.objects.filter(pk=template.pk).update(name=name)
    if not found:
        raise DomainError(_("Somebody deleted this meanwhile."))
    template.name = name
    _audit(actor, "run_sheet_template.renamed", template)
    return template


@transaction.atomic
def delete_template(*, actor: User, template: RunSheetTemplate) -> None:
    """Sheets that began from it stay as they are. Raises DomainError where somebody else deleted it."""
    require_manager(actor)
    _audit(actor, "run_sheet_template.deleted", template)
    if not RunSheetTemplate.objects.filter(pk=template.pk).delete()[0]:
        raise DomainError(_("Somebody deleted this meanwhile."))


def _audit(actor: User, action: str, template: RunSheetTemplate) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=template, data={"name": template.name})
