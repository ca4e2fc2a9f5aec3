"""What came of a survey, as far as a reader may see it: the vendor reads who said what, a client the means alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from engagements.marks import Mean, Share, distribution_of, mean_of
from engagements.models import Engagement, Survey, SurveyAnswer
from onsite.accounts.models import User


@dataclass(frozen=True)
class Asked:
    """One question with what was answered: a mean with its distribution, or (None) sentences, which are the vendor's."""

    text: str
    mean: Mean | None
    distribution: tuple[Share, ...]


@dataclass(frozen=True)
class Results:
    """The overall mark, then the own questions in their order; `on_paper` is how many answers came so."""

    mean: Mean
    distribution: tuple[Share, ...]
    questions: list[Asked]
    on_paper: int


@dataclass(frozen=True)
class Told:
    """One answer for the vendor's eyes: `said` are (question, answer)."""

    answer: SurveyAnswer
    said: list[tuple[str, int | str]]


@dataclass(frozen=True)
class Line:
    """One survey in the list; `asked` is how many were mailed, `is_mine` whether the reader has answered."""

    survey: Survey
    mean: Mean
    asked: int
    is_mine: bool


def results_of(survey: Survey) -> Results:
    """Return the numbers, which both sides read. One query."""
    rows = list(survey.answers.unscoped().values_list("overall", "values", "method"))
    marks = [overall for overall, _values, _method in rows]
    given = [values for _overall, values, _method in rows]
    on_paper = sum(method == SurveyAnswer.Method.PAPER for _overall, _values, method in rows)
    questions = [_asked(question, given) for question in survey.questions]
    return Results(mean_of(marks), distribution_of(marks), questions, on_paper)


def told_of(survey: Survey, reader: User) -> list[Told]:
    """Return who said what, as far as this person may read it: nothing for a client."""
    answers = survey.answers.visible_to(reader).select_related("user", "scan", "entered_by")
    return [Told(answer, said_in(survey, answer)) for answer in answers]


def said_in(survey: Survey, answer: SurveyAnswer) -> list[tuple[str, int | str]]:
    """Return the own questions that this answer says something to."""
    return [
        (question["text"], answer.values[question["key"]])
        for question in survey.questions
        if question["key"] in answer.values
    ]


def lines_of(engagement: Engagement, reader: User) -> list[Line]:
    """Return the surveys this person may see, the newest first. Three queries, however many there are."""
    rows = engagement.surveys.visible_to(reader).select_related("stage").order_by("-pk")
    surveys = list(rows)
    asked = dict(rows.order_by().values_list("pk").annotate(Count("invitations")))
    marks: dict[int, list[int]] = defaultdict(list)
    mine = set()
    given = SurveyAnswer.objects.unscoped().filter(survey__in=surveys)
    for pk, overall, user_id in given.values_list("survey_id", "overall", "user_id"):
        marks[pk].append(overall)
        if user_id == reader.pk:
            mine.add(pk)
    for survey in surveys:
        survey.engagement = engagement
    return [Line(row, mean_of(marks[row.pk]), asked[row.pk], row.pk in mine) for row in surveys]


def _asked(question: dict[str, str], given: Sequence[dict[str, int | str]]) -> Asked:
    if question["kind"] != Survey.Ask.MARK:
        return Asked(question["text"], None, ())
    marks = [int(values[question["key"]]) for values in given if question["key"] in values]
    return Asked(question["text"], mean_of(marks), distribution_of(marks))
