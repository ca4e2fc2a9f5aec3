"""Standing rules: a lesson is promoted, its rule gets newer versions, and one day it is retired. For managers.

The rules have a chain of the audit of their own. Its head is the lock under which rules change and engagements are
created: neither can miss the other. It is taken before any engagement's lock, those in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Client, Engagement, Lesson, RuleApplication, RuleVersion, StandingRule
from engagements.rules.content import checked_content, refuse_other_clients, words_of
from engagements.rules.matching import conditions_from, conditions_of, running_bound_by
from engagements.services.rule_applications import CHAIN, apply_rules
from onsite.accounts.access import require_manager
from onsite.accounts.models import User
from onsite.core import audit, jobs
from onsite.core.errors import DomainError, StaleError

KIND = "rules"
# More take longer than a person waits for a page; the gates hold at once all the same.
MOST_AT_ONCE = 20
MOST_WORDS = 20


@transaction.atomic
def promote(*, actor: User, lesson: Lesson, title: str, **version_fields: Any) -> StandingRule:
    """Make a standing rule of a lesson; every running engagement it matches receives it at once. Managers only.

    `version_fields` are `text`, `form`, `content`, `before_phase`, `binds_all`, `industries`, `core_tasks`, `modules`
    (lists) and `clients` (Client rows). Raises DomainError where the lesson was promoted already; on "industries" where
    no condition names anything; on "content_<part>" (content_title, content_points, …) for a part of the template that
    is missing or too long; on that, "title", "text" or "note" where it names a client.
    """
    require_manager(actor)
    audit.hold(CHAIN)
    if not Lesson.objects.unscoped().filter(pk=lesson.pk).exists():
        raise DomainError(_("Somebody deleted this meanwhile."))
    if StandingRule.objects.filter(lesson=lesson).exists():
        raise DomainError(_("A standing rule came of this lesson already."))
    rule = StandingRule.objects.create(lesson=lesson, title=title, promoted_by=actor)
    version = _add_version(actor, rule, 1, version_fields)
    _audit(actor, rule, "rule.promoted", {"title": title, "lesson": lesson.pk} | _told(version))
    _reach(actor, rule)
    return rule


@transaction.atomic
def write_version(*, actor: User, rule: StandingRule, based_on: int, note: str, **version_fields: Any) -> RuleVersion:
    """Write the next version. What was fulfilled under an older one stays so; what was not is demanded anew.

    `based_on` is the number of the version the page showed: raises StaleError where a newer one exists; DomainError as
    `promote`, and where the rule is retired.
    """
    require_manager(actor)
    row = _held(rule)
    if row.version != based_on:
        raise StaleError(_("Somebody wrote version %(version)s meanwhile. Bring both texts together here, then save again.")
                         % {"version": row.version})  # fmt: skip
    row.version += 1
    row.save(update_fields=["version"])
    version = _add_version(actor, row, row.version, version_fields | {"note": note})
    _audit(actor, row, "rule.version_written", {"note": note} | _told(version))
    _reach(actor, row)
    return version


@transaction.atomic
def retire(*, actor: User, rule: StandingRule, reason: str) -> None:
    """Let the rule bind nobody any more. Raises DomainError where it is retired already."""
    require_manager(actor)
    row = _held(rule)
    row.retired_at, row.retired_by, row.retire_reason = timezone.now(), actor, reason
    row.save(update_fields=["retired_at", "retired_by", "retire_reason"])
    _audit(actor, row, "rule.retired", {"reason": reason})
    _reach(actor, row)


def reach_in_worker(rule_id: int, progress: Callable[[int], None]) -> None:
    """Bring the rule to all it binds, each engagement in a transaction of its own; run by the job."""
    rule = StandingRule.objects.select_related("retired_by", "promoted_by").get(pk=rule_id)
    actor = rule.retired_by or rule.versions.select_related("written_by").get(number=rule.version).written_by
    reached = _reached(rule)
    for done, pk in enumerate(reached, start=1):
        with transaction.atomic():
            apply_rules(actor=actor, engagement=Engagement.objects.lock(pk))
        progress(100 * done // len(reached))


def _reach(actor: User, rule: StandingRule) -> None:
    reached = _reached(rule)
    if len(reached) > MOST_AT_ONCE:
        jobs.start(kind=KIND, subject_id=rule.pk, actor=actor)
        return
    for pk in reached:
        apply_rules(actor=actor, engagement=Engagement.objects.lock(pk))


def _reached(rule: StandingRule) -> list[int]:
    """Return the running engagements that the rule bound until now, and those that it may bind, by their ids. Whether it
    does is looked at under the lock of each."""
    running = Engagement.objects.unscoped().running()
    bound = RuleApplication.objects.unscoped().standing().filter(rule=rule, engagement__in=running)
    reached = set(bound.values_list("engagement_id", flat=True))
    if rule.is_active:
        version = rule.versions.with_clients().get(number=rule.version)
        reached |= {engagement.pk for engagement in running_bound_by(conditions_of(version).under_the_rules_lock)}
    return sorted(reached)


def _add_version(actor: User, rule: StandingRule, number: int, fields: dict[str, Any]) -> RuleVersion:
    clients: list[Client] = list(fields.pop("clients", ()))
    conditions = conditions_from(**fields, clients=clients)
    if not conditions.names_something:
        raise DomainError(_("Say whom it binds: name at least one condition, or let it bind every engagement."),
                          field="industries")  # fmt: skip
    if len(conditions.modules) > MOST_WORDS:
        raise DomainError(_("At most %(most)s words.") % {"most": MOST_WORDS}, field="modules")
    form = fields.pop("form")
    content = checked_content(form, fields.pop("content"))
    said = {name: fields[name] for name in ("text", "note") if name in fields} | words_of(content)
    # The title was looked at when it was chosen: no version changes it.
    said |= {"title": rule.title} if number == 1 else {}
    refuse_other_clients(said, [] if conditions.binds_all else clients)
    fields["modules"] = list(conditions.modules)
    version = RuleVersion.objects.create(
        rule=rule, number=number, form=form, content=content, written_by=actor, **fields
    )
    version.clients.add(*clients)
    return version


def _held(rule: StandingRule) -> StandingRule:
    """Return the rule as it stands under the lock of all rules."""
    audit.hold(CHAIN)
    row = StandingRule.objects.get(pk=rule.pk)
    if not row.is_active:
        raise DomainError(_("This rule is retired."))
    return row


def _told(version: RuleVersion) -> dict[str, Any]:
    return {
        "version": version.number, "form": version.form, "content": version.content, "before": version.before_phase,
        "all": version.binds_all, "industries": version.industries, "core_tasks": version.core_tasks,
        "modules": version.modules, "clients": sorted(client.pk for client in version.clients.unscoped()),
    }  # fmt: skip


def _audit(actor: User, rule: StandingRule, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=CHAIN, actor=actor, action=action, target=rule, data=data)
