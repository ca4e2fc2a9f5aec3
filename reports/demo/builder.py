"""Tells a story day by day, through the services, as the people of the story would have done it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from django.db import transaction
from django.utils import timezone

from engagements.models import Client, Engagement, PlanSnapshot
from engagements.services import clients, goals, lifecycle, plan
from onsite.accounts.models import User
from onsite.accounts.roles import CLIENT_PARTS
from onsite.core import calendars
from onsite.notifications.models import Message
from reports.demo import (
    agreement,
    assigning,
    daily,
    ending,
    listening,
    preparing,
    proving,
    reviewing,
    switching,
    teaching,
)
from reports.demo.backdate import put_back, put_back_proof, put_back_review, put_back_signatures
from reports.demo.calendar import StoryDays
from reports.demo.moving import move_stages
from reports.demo.people import BY_KEY
from reports.demo.review import Review
from reports.demo.story import Story
from reports.demo.telling import Telling
from reports.demo.voices import Voices

CALENDAR = "CN"
MAILS_OF_THE_MOMENT = (
    "joined", "document_asked", "document_received", "contingency_invoked", "concern_raised", "concern_answered",
    "concern_reopened", "idea_thanked", "idea_outcome", "stand_up_commented", "survey_asked", "delay_objected", "new_need",
)  # fmt: skip


def is_told(story: Story) -> bool:
    """Say whether the story's engagement is there already."""
    told = Engagement.objects.unscoped().filter(client__name=story.company.name, name=story.name)
    return told.exists()


@transaction.atomic
def tell(story: Story, *, people: Mapping[str, User], today: date) -> Engagement:
    """Bring the whole story in, in one transaction: an interrupted seeding leaves whole stories or none."""
    telling = _open(story, dict(people), today)
    for number in range(story.known_from, telling.days.newest_number + 1):
        _live_through(telling, number)
    ending.write_papers(telling, None)
    _tidy_up(telling)
    return telling.engagement


def _open(story: Story, people: dict[str, User], today: date) -> Telling:
    days = StoryDays(story, calendars.load(CALENDAR), today)
    began = timezone.now()
    engagement = lifecycle.create_engagement(
        actor=people["wang"],
        client=_client(story, people["wang"]),
        name=story.name,
        core_task=story.core_task,
        purpose=story.purpose,
        site=story.site,
        calendar=CALENDAR,
        start_on=days.start,
        agreed_go_live_on=days.on(story.agreed_days),
        signs_on_paper=story.signs_on_paper,
        stand_up_in_writing=story.in_writing,
    )
    telling = Telling(story, engagement, days, people, began)
    _seat_everybody(telling)
    assigning.assign_seats(telling)
    agreement.write_goals(telling)
    preparing.begin(telling)
    return telling


def _client(story: Story, manager: User) -> Client:
    company = story.company
    return Client.objects.unscoped().filter(name=company.name).first() or clients.save_client(
        actor=manager,
        client=None,
        name=company.name,
        short_name=company.short_name,
        industry=company.industry,
    )


def _seat_everybody(telling: Telling) -> None:
    for seat in telling.story.seats:
        person, user = BY_KEY[seat.person], telling.people[seat.person]
        if seat.part in CLIENT_PARTS:
            membership = lifecycle.invite_client_person(
                actor=telling.manager,
                engagement=telling.engagement,
                email=person.email,
                name=person.name,
                part=seat.part,
                title=person.title,
                phone=seat.phone,
            )
        else:
            membership = lifecycle.add_colleague(
                actor=telling.manager, engagement=telling.engagement, user=user, part=seat.part, phone=seat.phone
            )
        telling.seats[seat.person] = membership


def _live_through(telling: Telling, number: int) -> None:
    """Everything that happened on one working day, in the order of a day."""
    day, hour = telling.days.on(number), telling.days.at(telling.engagement, number, _hour(number))
    preparing.go_on(telling, number)
    agreement.sign(telling, number)
    ending.write_papers(telling, number)
    agreement.begin(telling, number)
    if telling.story.training.courses:
        teaching.go_on(telling, number)
    proving.go_on(telling, number)
    switching.prepare(telling, number)
    reviewing.go_on(telling, number)
    ending.go_on(telling, number)
    switching.carry_out(telling, number)
    move_stages(telling, number)
    daily.hold_stand_up(telling, number)
    listening.go_on(telling, number)
    _measure(telling, number)
    plan.take_snapshot(telling.engagement, on=day)
    put_back_signatures(telling.engagement, since=telling.began, on=day)
    put_back(telling.engagement, since=telling.began, to=hour, has_voices=telling.story.voices != Voices())
    if number in telling.story.proof.days:
        put_back_proof(telling.engagement, since=telling.began, to=hour)
    if telling.story.review != Review():
        put_back_review(telling.engagement, since=telling.began, to=hour)
    telling.engagement.refresh_from_db()


def _hour(number: int) -> time:
    """When the day's entries were made: after the stand-up, never at quite the same minute."""
    return time(9, 12 + number * 7 % 17)


def _measure(telling: Telling, number: int) -> None:
    objectives = list(telling.engagement.objectives.unscoped().order_by("pk"))
    for reading in telling.story.readings:
        if reading.day == number:
            goals.record_reading(
                actor=telling.lead,
                objective=objectives[reading.goal],
                measured_on=telling.days.on(number),
                value=reading.value,
                evidence=reading.evidence,
            )


def _tidy_up(telling: Telling) -> None:
    """What the real clock added: pictures of a plan that had ended, and mails that nobody would send weeks later."""
    last_seen = telling.days.on(telling.story.closed_on) if telling.story.closed_on else telling.days.newest
    PlanSnapshot.objects.filter(stage__engagement=telling.engagement, taken_on__gt=last_seen).delete()
    passed = Message.objects.waiting().filter(kind__in=MAILS_OF_THE_MOMENT, created_at__gte=telling.began)
    passed.update(cancelled_at=timezone.now())
