"""What the standing rules demand of one engagement, as it stands now. Vendor only.

It is asked of the active rules themselves, not of what was made for them: a gate holds from the moment a rule is promoted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import (
    DocumentRequest,
    Engagement,
    Phase,
    RuleApplication,
    RuleVersion,
    StandingRule,
    Waiver,
)
from engagements.rules.matching import bound_of, conditions_of, is_bound, newest_versions
from onsite.accounts.models import User
from onsite.core.errors import Obstacle

Form = RuleVersion.Form
State = DocumentRequest.State
CODE = "rule"
PREFIX = f"{CODE}."


@dataclass(frozen=True)
class Requirement:
    """What one rule demands here. `version` is the one that reached the engagement; `application` is None for the moment
    between a rule's promotion and its arrival.

    `gate` is the phase it stands before: its own, the one it was waived at, or the next one ahead where its own has
    passed; None where none is ahead. `state` says in a sentence where it stands, `url` is the page that fulfils it.
    """

    rule: StandingRule
    version: RuleVersion
    application: RuleApplication | None
    waiver: Waiver | None
    gate: Phase | None
    state: str
    url: str

    @property
    def code(self) -> str:
        """The obstacle's code."""
        return f"{PREFIX}{self.rule.pk}"

    @property
    def is_fulfilled(self) -> bool:
        return self.application is not None and self.application.is_fulfilled

    @property
    def is_ticked_here(self) -> bool:
        """Whether it is a line of the checklist: ticked where the rules are listed, by
        `services.rule_applications.tick`, not on a page of its own."""
        return self.application is not None and self.version.form == Form.CHECKLIST

    @property
    def fulfilled_at(self) -> datetime | None:
        return self.application.satisfied_at if self.application is not None and self.is_fulfilled else None


def requirements_of(engagement: Engagement, user: User) -> list[Requirement]:
    """Return what the rules demand here, what is fulfilled included, by the rules' titles; nothing for a client. A
    constant number of queries."""
    if not Engagement.objects.visible_to(user).filter(pk=engagement.pk).exists() or user.is_client:
        return []
    return _requirements(engagement)


def demanded_before(phase: Phase) -> Callable[[Engagement], Sequence[Obstacle]]:
    """Return the demand of the standing rules before this phase: one obstacle for each that is not fulfilled."""

    def unfulfilled_rules(engagement: Engagement) -> Sequence[Obstacle]:
        return [
            Obstacle(
                row.code, _("Standing rule “%(rule)s”: %(state)s") % {"rule": row.rule, "state": row.state}, row.url
            )
            for row in _requirements(engagement)
            if row.gate == phase and not row.is_fulfilled
        ]

    return unfulfilled_rules


def _requirements(engagement: Engagement) -> list[Requirement]:
    bound, versions = bound_of(engagement), newest_versions()
    binding = [version for version in versions if is_bound(conditions_of(version), bound)]
    if not binding:
        return []
    known = {row.rule_id: row for row in engagement.rule_applications.unscoped().standing().with_made()}
    waivers = {row.obstacle: row for row in engagement.waivers.unscoped().filter(obstacle__startswith=PREFIX)}
    return [
        _requirement(engagement, version, known.get(version.rule_id), waivers.get(f"{PREFIX}{version.rule_id}"))
        for version in binding
    ]


def _requirement(
    engagement: Engagement, newest: RuleVersion, application: RuleApplication | None, waiver: Waiver | None
) -> Requirement:
    version = application.version if application is not None else newest
    state, url = _standing(engagement, application)
    gate = Phase(waiver.before_phase) if waiver is not None else _gate_ahead(engagement, newest)
    return Requirement(newest.rule, version, application, waiver, gate, state, url)


def _gate_ahead(engagement: Engagement, version: RuleVersion) -> Phase | None:
    """Return the rule's gate, or where the engagement has passed it the next one."""
    gates = RuleVersion.GATES
    behind = gates.index(Phase(engagement.phase)) + 1 if engagement.phase in gates else 0
    ahead = max(gates.index(Phase(version.before_phase)), behind)
    return gates[ahead] if engagement.is_running and ahead < len(gates) else None


def _standing(engagement: Engagement, application: RuleApplication | None) -> tuple[str, str]:
    """Return where it stands in a sentence, and the page that fulfils it."""
    if application is None:
        return _("it has just come; what it asks for is being prepared."), _list_of(engagement)
    match application.version.form:
        case Form.SIGN_OFF:
            return _letter(engagement, application)
        case Form.DOCUMENT:
            url = reverse("engagements:document_request_list", args=[engagement.pk])
            return _document(application.document_request), url
        case Form.CHECKLIST:
            line = application.version.content["text"]
            text = _("“%(line)s” is ticked.") if application.is_fulfilled else _("“%(line)s” is not ticked yet.")
            return text % {"line": line}, _list_of(engagement)
    return _plan(engagement, application)


def _letter(engagement: Engagement, application: RuleApplication) -> tuple[str, str]:
    title, letter = application.version.content["title"], application.sign_off
    url = reverse("engagements:sign_off", args=[engagement.pk, letter.pk]) if letter else _list_of(engagement)
    text = (
        _("the letter “%(title)s” is signed.")
        if application.is_fulfilled
        else _("the letter “%(title)s” is not signed yet.")
    )
    return text % {"title": title}, url


def _document(asked: DocumentRequest | None) -> str:
    text = {
        None: _("the document it asks for is not on the list."),
        State.PLANNED: _("the document “%(title)s” is not asked of the client yet."),
        State.ASKED: _("the document “%(title)s” did not come yet."),
        State.RECEIVED: _("the document “%(title)s” came and is not read yet."),
        State.REVIEWED: _("the document “%(title)s” is read."),
    }[State(asked.state) if asked else None]
    return text % {"title": asked.title if asked else ""}


def _plan(engagement: Engagement, application: RuleApplication) -> tuple[str, str]:
    plan = application.contingency_plan
    url = (
        reverse("engagements:contingency_edit", args=[engagement.pk, plan.pk])
        if plan
        else reverse("engagements:contingency_list", args=[engagement.pk])
    )
    text = (
        _("the contingency plan “%(title)s” is ready.")
        if application.is_fulfilled
        else _("the contingency plan “%(title)s” is not ready: it needs an owner, an escalation contact and steps.")
    )
    return text % {"title": plan or application.version.content["title"]}, url


def _list_of(engagement: Engagement) -> str:
    return reverse("lessons:requirements", args=[engagement.pk])
