"""Contacts and escalation: whom to turn to, and who decides when something is stuck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import ContingencyPlan, Membership
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.building.cover import Team, side_of
from reports.documents.field_manual import Contact, EscalationStep
from reports.documents.manual_parts import Person


def contacts_of(team: Team) -> Iterator[Contact]:
    """Each person once, with all of their parts."""
    people: dict[int, list[Membership]] = {}
    for member in team.present():
        people.setdefault(member.user_id, []).append(member)
    for members in people.values():
        user = members[0].user
        roles = [str(member.get_part_display()) for member in members]
        yield Contact(
            name=user.name,
            side=side_of(members[0].part),
            role=" · ".join([*roles, user.title] if user.title else roles),
            phone=next((member.phone for member in members if member.phone), ""),
            email=user.email,
        )


def person_of(team: Team, user: User | None) -> Person | None:
    """The person with the phone number that the team knows of them."""
    if user is None:
        return None
    phones = [member.phone for member in team.present() if member.user_id == user.pk and member.phone]
    return Person(name=user.name, phone=phones[0] if phones else "")


def escalation_of(team: Team, plans: Sequence[ContingencyPlan]) -> Iterator[EscalationStep]:
    """From the question of a day to what endangers the agreed day, then each emergency with its own contact."""
    day = _names(team.name_of(Part.LEAD) or team.manager_name, team.name_of(Part.CLIENT_PM))
    yield EscalationStep(trigger=_("A question of the day's work"), who=day, within=_("the same working day"))
    above = _names(team.manager_name, team.name_of(Part.BUSINESS_OWNER))
    yield EscalationStep(trigger=_("The agreed day or the scope is in danger"), who=above, within=_("one working day"))
    for plan in plans:
        if plan.escalation.strip():
            yield EscalationStep(trigger=plan.title, who=plan.escalation, within=_minutes(plan.respond_within_minutes))


def _names(*names: str) -> str:
    return " · ".join(dict.fromkeys(name for name in names if name))


def _minutes(count: int) -> str:
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", count) % {"minutes": count}
