"""How satisfied clients are: of one engagement for its documents, and across the company. Means alone; who said what stays
on the engagement's own pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engagements.marks import BEST, Mean, mean_of
from engagements.models import Client, Engagement, Membership, Survey, SurveyAnswer
from onsite.accounts.models import User


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The mean of every overall mark that was given in an engagement, at milestones and at the end; None where nobody
    answered. `on_paper` of the answers were entered by the vendor; `questions` are the own ones that ask for a mark."""

    mean: Decimal | None
    answers: int
    on_paper: int
    questions: tuple[tuple[str, Mean], ...]
    out_of: int = BEST


@dataclass(frozen=True)
class Named:
    """Somebody or something with the mean of its marks; the lowest first is how a manager reads them."""

    of: Client | Engagement | User
    mean: Mean


@dataclass(frozen=True)
class Overview:
    """The means across the company, the lowest first. `engineers` are for managers alone: the marks of the engagements an
    engineer was in on the day of the answer."""

    clients: list[Named]
    engagements: list[Named]
    engineers: list[Named]
    all: Mean


@dataclass(frozen=True, slots=True)
class _Given:
    engagement_id: int
    mark: int
    on: date


def satisfaction_of(engagement: Engagement) -> Satisfaction:
    """Return what both sides may read of an engagement. Two queries."""
    answers = SurveyAnswer.objects.unscoped().filter(survey__engagement=engagement)
    rows = list(answers.values_list("survey_id", "overall", "values", "method"))
    asked = dict(Survey.objects.unscoped().filter(engagement=engagement).values_list("pk", "questions"))
    marks: dict[str, list[int]] = {}
    for questions in asked.values():
        marks |= {row["text"]: [] for row in questions if row["kind"] == Survey.Ask.MARK}
    for pk, _overall, values, _method in rows:
        for question in asked[pk]:
            if question["text"] in marks and question["key"] in values and question["kind"] == Survey.Ask.MARK:
                marks[question["text"]].append(values[question["key"]])
    overall = mean_of(row[1] for row in rows)
    return Satisfaction(
        mean=overall.value,
        answers=overall.answers,
        on_paper=sum(row[3] == SurveyAnswer.Method.PAPER for row in rows),
        questions=tuple((text, mean_of(given)) for text, given in marks.items() if given),
    )


def means_of(engagements: Collection[Engagement]) -> dict[int, Mean]:
    """Return the overall mean of each engagement that has an answer, by its id. One query."""
    return _means((row.engagement_id, row.mark) for row in _given(engagements))


def overview(viewer: User) -> Overview:
    """Return the means of the engagements this person may see; those of engineers for a manager only. A fixed number of
    queries."""
    engagements = {row.pk: row for row in Engagement.objects.visible_to(viewer).select_related("client")}
    given = _given(engagements.values())
    clients = {row.client_id: row.client for row in engagements.values()}
    return Overview(
        clients=_named(clients, ((engagements[row.engagement_id].client_id, row.mark) for row in given)),
        engagements=_named(engagements, ((row.engagement_id, row.mark) for row in given)),
        engineers=_engineers(viewer, engagements, given) if viewer.is_manager else [],
        all=mean_of(row.mark for row in given),
    )


def _engineers(viewer: User, engagements: dict[int, Engagement], given: Collection[_Given]) -> list[Named]:
    """The marks of each engineer: once an answer, in however many parts they were there that day."""
    marks: dict[int, list[_Given]] = defaultdict(list)
    for row in given:
        marks[row.engagement_id].append(row)
    people: dict[int, User] = {}
    earned: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    seats = Membership.objects.visible_to(viewer).of_vendor().filter(engagement__in=marks).select_related("user")
    for seat in seats:
        zone = engagements[seat.engagement_id].zone
        since = seat.joined_at.astimezone(zone).date()
        until = seat.ended_at.astimezone(zone).date() if seat.ended_at else date.max
        people[seat.user_id] = seat.user
        for number, row in enumerate(marks[seat.engagement_id]):
            if since <= row.on <= until:
                earned[seat.user_id][seat.engagement_id, number] = row.mark
    return _named(people, ((pk, mark) for pk, found in earned.items() for mark in found.values()))


def _given(engagements: Iterable[Engagement]) -> list[_Given]:
    rows = SurveyAnswer.objects.unscoped().filter(survey__engagement__in=list(engagements))
    return [_Given(*row) for row in rows.values_list("survey__engagement", "overall", "answered_on")]


def _means(marks: Iterable[tuple[int, int]]) -> dict[int, Mean]:
    found: dict[int, list[int]] = defaultdict(list)
    for pk, mark in marks:
        found[pk].append(mark)
    return {pk: mean_of(given) for pk, given in found.items()}


def _named(
    rows: dict[int, Client] | dict[int, Engagement] | dict[int, User], marks: Iterable[tuple[int, int]]
) -> list[Named]:
    found = [Named(rows[pk], mean) for pk, mean in _means(marks).items()]
    return sorted(found, key=lambda one: (one.mean.value or 0, str(one.of)))
