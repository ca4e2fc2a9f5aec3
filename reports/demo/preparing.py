"""The preparation of a story through its services: functions, documents, contingency plans, the site, wishes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from engagements.models import ChangeRequest, DocumentRequest, Invocation, InvocationStep, Module
from engagements.services import (
    changes,
    contingency,
    documents,
    emergencies,
    functions,
    plan_templates,
    receipts,
    signing,
    site,
)
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.spreadsheet import Sheet, write
from reports.demo.listening import idea_of
from reports.demo.people import BY_KEY, PASSWORDS
from reports.demo.preparation import Asked, Fitted, Happened, Preparation, Wish
from reports.demo.telling import Telling
from standups.services import ideas


def begin(telling: Telling) -> None:
    """The plan of the stages and its tasks, before anybody agrees on it."""
    if telling.story.preparation.has_tasks:
        plan_templates.apply_template(actor=telling.lead, engagement=telling.engagement, template=None)


def go_on(telling: Telling, number: int) -> None:
    """What this day brought."""
    told = telling.story.preparation
    if told.on == number:
        _prepare(telling, told)
    for asked in told.asked:
        _receive(telling, asked, number)
    for wish in told.wishes:
        _wish(telling, wish, number)
    for happened in told.happened:
        if happened.day == number:
            _live_through(telling, happened)


def _prepare(telling: Telling, told: Preparation) -> None:
    _analyse(telling, told)
    contingency.take_over_usual_plans(actor=telling.lead, engagement=telling.engagement)
    for fitted in told.fitted:
        _fit(telling, fitted)
    for place in told.places:
        site.save_environment(
            actor=telling.lead, engagement=telling.engagement, name=place.name, purpose=place.purpose,
            address=place.address, access_kept=place.access_kept, contact=place.contact,
        )  # fmt: skip
    site.start_checklist(actor=telling.lead, engagement=telling.engagement)
    for check in told.checks:
        site.save_checklist_item(
            actor=telling.lead, engagement=telling.engagement, moment=check.moment, text=check.text
        )
    _ask(telling, told)


def _analyse(telling: Telling, told: Preparation) -> None:
    modules: dict[str, Module] = {}
    goals = list(telling.engagement.objectives.unscoped().order_by("pk"))
    for area in told.areas:
        modules[area.name] = functions.save_module(
            actor=telling.lead, engagement=telling.engagement, name=area.name, parent=modules.get(area.inside)
        )
        for does in area.functions:
            fields = vars(does) | {"objectives": [goals[place] for place in does.serves]}
            del fields["serves"]
            functions.save_function(
                actor=telling.lead, engagement=telling.engagement, module=modules[area.name], **fields
            )


def _fit(telling: Telling, fitted: Fitted) -> None:
    plan = telling.engagement.contingency_plans.unscoped().get(emergency=fitted.emergency)
    contingency.save_plan(
        actor=telling.lead,
        engagement=telling.engagement,
        plan=plan,
        owner=telling.people[fitted.owner],
        deputy=None if fitted.deputy is None else telling.people[fitted.deputy],
        escalation=fitted.escalation,
        rehearsed_on=None if fitted.rehearsed is None else telling.days.on(fitted.rehearsed),
        rehearsal_result=fitted.result,
    )


def _ask(telling: Telling, told: Preparation) -> None:
    """Ask for all of them; the days they are needed by are put back, because nobody may ask for a day that has passed."""
    if not told.asked:
        return
    for asked in told.asked:
        documents.save_request(
            actor=telling.lead, engagement=telling.engagement, kind=asked.kind, title=asked.title,
            purpose=asked.purpose, asked_of=_client_pm(telling), due_on=telling.days.today + timedelta(days=1),
        )  # fmt: skip
    documents.ask_for(actor=telling.lead, engagement=telling.engagement)
    for asked in told.asked:
        row = DocumentRequest.objects.filter(engagement=telling.engagement, title=asked.title)
        row.update(due_on=telling.days.on(asked.due))


def _receive(telling: Telling, asked: Asked, number: int) -> None:
    rows = telling.engagement.document_requests.unscoped()
    if asked.came_on == number:
        row = rows.get(title=asked.title)
        receipts.give_documents(actor=_client_pm(telling), request=row, uploads=[_file(asked.title)])
    if asked.read_on == number:
        receipts.review_document(
            actor=telling.lead,
            request=rows.get(title=asked.title),
            findings=asked.findings,
            is_enough=True,
            files_seen=1,
        )


def _client_pm(telling: Telling) -> User:
    return telling.people[next(key for key, seat in telling.seats.items() if seat.part == Part.CLIENT_PM)]


def _file(title: str) -> SimpleUploadedFile:
    """A small workbook, as the client would send it."""
    content = write([Sheet(title="资料", columns=("资料", "版本"), rows=[(title, "2026")])])
    return SimpleUploadedFile(f"{title}.xlsx", content)


def _wish(telling: Telling, wish: Wish, number: int) -> None:
    if wish.day == number:
        fields: dict[str, Any] = {
            "title": wish.title, "reason": wish.reason, "origin": wish.origin, "origin_note": wish.origin_note,
            "stage": telling.engagement.stages.unscoped().get(kind=wish.stage), "impact_days": wish.impact_days,
            "impact_note": wish.impact_note, "into_scope": wish.into_scope, "price": wish.price,
        }  # fmt: skip
        if wish.idea:
            ideas.turn_into_change(actor=telling.lead, idea=idea_of(telling, wish.idea), **fields)
        else:
            changes.save_change(actor=telling.lead, engagement=telling.engagement, **fields)
    if wish.decided_on == number:
        change = telling.engagement.changes.unscoped().get(title=wish.title)
        decided = changes.decide_change(
            actor=telling.manager, change=change, decision=ChangeRequest.Decision.DO, note=wish.decision_note
        )
        for key in wish.signers:
            text = telling.engagement.sign_offs.unscoped().get(change=decided)
            proof = PASSWORDS[BY_KEY[key].role]
            signing.sign_on_screen(actor=telling.people[key], sign_off=text, text_hash=text.text_hash, proof=proof)
        telling.engagement.refresh_from_db()


def _live_through(telling: Telling, happened: Happened) -> None:
    """Invoke, respond, tick, end; then each moment is put where it was."""
    plan = telling.engagement.contingency_plans.unscoped().get(emergency=happened.emergency)
    invocation = emergencies.invoke(actor=telling.lead, plan=plan)
    emergencies.respond(actor=telling.lead, invocation=invocation)
    steps = list(invocation.steps.unscoped().order_by("position"))
    done = list(zip(steps, happened.steps_after, strict=False))
    for step, _after in done:
        emergencies.tick_step(actor=telling.lead, step=step)
    emergencies.end(actor=telling.lead, invocation=invocation, cause=happened.cause)
    began = telling.engagement.local(telling.days.on(happened.day), happened.hour)
    for step, after in done:
        InvocationStep.objects.filter(pk=step.pk).update(done_at=began + timedelta(minutes=after))
    Invocation.objects.filter(pk=invocation.pk).update(
        invoked_at=began,
        responded_at=began + timedelta(minutes=happened.responded_after),
        ended_at=began + timedelta(minutes=happened.ended_after),
    )
