"""Making in an engagement what a rule's version demands, and taking back what nobody has touched.

What people began stays theirs: a signed letter, a document that was asked for, a plan that was fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engagements.models import ContingencyPlan, DocumentRequest, RuleApplication, RuleVersion, SignOff
from engagements.models.site import ChecklistItem
from engagements.rules.content import letter_of
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import audit

Form = RuleVersion.Form
Fields = dict[str, Any]
DAYS_FOR_A_DOCUMENT = 7


def make(actor: User, application: RuleApplication, version: RuleVersion) -> None:
    """Let the application demand this version: bring what was made for the one before up to it, or make it. The caller
    holds the engagement's lock, and saves the application."""
    before = application.version
    if before.form != version.form:
        take_back(actor, application)
    application.version = version
    _MAKE[Form(version.form)](actor, application, before.content)


def take_back(actor: User, application: RuleApplication) -> None:
    """Take back what was made and nobody has touched. The caller holds the engagement's lock."""
    content = application.version.content
    letter = application.sign_off
    if letter is not None and not letter.is_signed:
        signing.supersede(letter)
    asked = application.document_request
    if asked is not None and asked.state == DocumentRequest.State.PLANNED and _says(asked, _of_document(content)):
        _delete(actor, asked, "document.deleted")
        application.document_request = None
    line = application.checklist_item
    if line is not None and application.ticked_at is None and _says(line, _of_line(content)):
        _delete(actor, line, "checklist.deleted")
        application.checklist_item = None
    plan = application.contingency_plan
    if plan is not None and _is_untouched(plan, content):
        _delete(actor, plan, "contingency.deleted")
        application.contingency_plan = None


def _letter(actor: User, application: RuleApplication, before: Fields) -> None:
    engagement, content = application.engagement, application.version.content
    text, letter = letter_of(engagement, content), application.sign_off
    if letter is not None and letter.superseded_at is None and letter.text == text:
        return
    application.sign_off = signing.freeze(
        actor=actor, engagement=engagement, kind=SignOff.Kind.RULE, topic=str(application.rule_id), text=text,
        about=content["title"],
    )  # fmt: skip


def _document(actor: User, application: RuleApplication, before: Fields) -> None:
    engagement, fields = application.engagement, _of_document(application.version.content)
    row = application.document_request
    if row is not None:
        if row.state == DocumentRequest.State.PLANNED:
            _change(actor, row, _of_document(before), fields, "document.changed")
        return
    today = engagement.today()
    in_a_week = today + timedelta(days=DAYS_FOR_A_DOCUMENT)
    pm = engagement.memberships.unscoped().active().with_part(Part.CLIENT_PM).first()
    application.document_request = row = DocumentRequest.objects.create(
        engagement=engagement, asked_of_id=pm.user_id if pm else None,
        due_on=engagement.start_on if engagement.start_on > today else in_a_week, **fields,
    )  # fmt: skip
    _record(actor, row, "document.planned", fields)


def _line(actor: User, application: RuleApplication, before: Fields) -> None:
    fields, row = _of_line(application.version.content), application.checklist_item
    if row is not None:
        _change(actor, row, _of_line(before), fields, "checklist.changed")
        return
    application.checklist_item = row = ChecklistItem.objects.create(engagement=application.engagement, **fields)
    _record(actor, row, "checklist.created", fields)


def _plan(actor: User, application: RuleApplication, before: Fields) -> None:
    engagement, fields = application.engagement, _of_plan(application.version.content)
    row = application.contingency_plan
    if row is not None:
        is_free = not engagement.contingency_plans.exclude(pk=row.pk).filter(title=fields["title"]).exists()
        if is_free and _is_untouched(row, before):
            _change(actor, row, _of_plan(before), fields, "contingency.changed")
        return
    # A plan of this title answers it already: a second one could not stand beside it.
    row = engagement.contingency_plans.unscoped().filter(title=fields["title"]).first()
    if row is None:
        row = ContingencyPlan.objects.create(engagement=engagement, **fields)
        _record(actor, row, "contingency.created", fields)
    application.contingency_plan = row


_MAKE: dict[RuleVersion.Form, Callable[[User, RuleApplication, Fields], None]] = {
    Form.SIGN_OFF: _letter,
    Form.DOCUMENT: _document,
    Form.CHECKLIST: _line,
    Form.CONTINGENCY: _plan,
}


def _of_document(content: Fields) -> Fields:
    return {name: content.get(name) for name in ("title", "purpose", "kind")}


def _of_line(content: Fields) -> Fields:
    return {name: content.get(name) for name in ("text", "moment")}


def _of_plan(content: Fields) -> Fields:
    same = {name: content.get(name) for name in ("title", "emergency", "trigger", "steps", "fallback")}
    return same | {"respond_within_minutes": content.get("minutes")}


def _says(row: Any, fields: Fields) -> bool:
    return all(getattr(row, name) == value for name, value in fields.items())


def _is_untouched(plan: ContingencyPlan, content: Fields) -> bool:
    is_fitted = plan.owner_id or plan.deputy_id or plan.escalation or plan.rehearsed_on
    return not is_fitted and _says(plan, _of_plan(content)) and not plan.invocations.exists()


def _change(actor: User, row: Any, before: Fields, after: Fields, action: str) -> None:
    """Bring the row from one version's words to the next one's; words that a person changed stay."""
    if before == after or not _says(row, before):
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    _record(actor, row, action, after)


def _delete(actor: User, row: Any, action: str) -> None:
    _record(actor, row, action, {"title": str(row)})
    row.delete()


def _record(actor: User, row: Any, action: str, data: Fields) -> None:
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
