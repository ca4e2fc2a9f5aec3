"""The review as it went: the client was asked, lessons were written, one became a rule, delays were spoken of, visits held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engagements.models import FollowUpVisit, Lesson, Publication, RuleVersion, Survey
from engagements.services import lessons, publications, rules, survey_answers, surveys
from engagements.services.new_needs import Need
from engagements.services.visits import Value
from reports import voices
from reports.delay import MilestoneDelay, delay_of, mark_of
from reports.demo.review import Asked, Learned, Letter, Opinion, Visited, Word
from reports.demo.scan import draw_answer
from reports.demo.telling import Telling
from reports.figures.delay import DelayLine
from reports.models import DelayVoice
from reports.visits.recording import Issue, record_visit


def go_on(telling: Telling, number: int) -> None:
    """What this day brought of it."""
    review = telling.story.review
    for lesson in review.learned:
        _learn(telling, lesson, number)
    if review.asked is not None:
        _ask(telling, review.asked, number)
    if review.ledger is not None:
        if review.ledger.day == number:
            item = Publication.Item.DELAY
            publications.publish(actor=telling.manager, engagement=telling.engagement, item=item)
        for word in review.ledger.words:
            if word.day == number:
                _say(telling, word)
    for visited in review.visits:
        _visit(telling, visited, number)


def _learn(telling: Telling, learned: Learned, number: int) -> None:
    if learned.day == number:
        lessons.save_lesson(
            actor=telling.lead, engagement=telling.engagement, title=learned.title, what_happened=learned.what,
            why=learned.why, rule=learned.rule, is_internal=learned.is_internal,
        )  # fmt: skip
    if learned.letter is not None and learned.letter.day == number:
        _promote(telling, telling.engagement.lessons.unscoped().get(title=learned.title), learned.letter)


def _promote(telling: Telling, lesson: Lesson, letter: Letter) -> None:
    content = {"title": letter.heading, "paragraphs": list(letter.paragraphs), "points": list(letter.points)}
    rules.promote(
        actor=telling.manager, lesson=lesson, title=letter.title, text=letter.text, form=RuleVersion.Form.SIGN_OFF,
        content=content, before_phase="execution", binds_all=False, industries=[letter.industry.value], core_tasks=[],
        modules=[], clients=[],
    )  # fmt: skip


def _ask(telling: Telling, asked: Asked, number: int) -> None:
    engagement = telling.engagement
    if asked.day == number:
        survey = surveys.save_survey(
            actor=telling.lead, engagement=engagement, questions=asked.questions,
            closes_on=telling.days.today + timedelta(days=asked.closes_in),
        )  # fmt: skip
        surveys.ask_survey(actor=telling.lead, survey=survey, people=[telling.people[key] for key in asked.people])
    for opinion in asked.opinions:
        if opinion.day == number:
            _answer(telling, Survey.objects.unscoped().get(engagement=engagement), opinion)
    if asked.last_day == number:
        # A day that has passed can't be chosen, so it takes its place once the last answer is there.
        Survey.objects.filter(engagement=engagement).update(closes_on=telling.days.on(number))


def _answer(telling: Telling, survey: Survey, opinion: Opinion) -> None:
    person, on = telling.people[opinion.person], telling.days.on(opinion.day)
    keys = [question["key"] for question in survey.questions]
    values = {keys[number - 1]: value for number, value in opinion.own.items()}
    if not opinion.on_paper:
        answer = survey_answers.answer_on_screen(
            actor=person, survey=survey, overall=opinion.overall, values=values, text=opinion.text
        )
        # The service notes the day on which it is told.
        type(answer).objects.filter(pk=answer.pk).update(answered_on=on)
        return
    survey_answers.enter_paper(
        actor=telling.lead, survey=survey, name=person.name, person=person, answered_on=on, overall=opinion.overall,
        values=values, text=opinion.text, scan=draw_answer(telling.engagement, person, on, opinion.overall),
    )  # fmt: skip


def _say(telling: Telling, word: Word) -> None:
    milestone, line = list(_lines(telling))[word.line]
    voices.say(
        actor=telling.people[word.person], engagement=telling.engagement, stage=milestone.stage,
        arose_on=line.arose_on, comment=word.objection, mark=mark_of(line),
        stance=DelayVoice.Stance.OBJECTS if word.objection else DelayVoice.Stance.AGREES,
    )  # fmt: skip


def _lines(telling: Telling) -> Iterator[tuple[MilestoneDelay, DelayLine]]:
    for milestone in delay_of(telling.engagement, for_client=True).milestones:
        for line in milestone.ledger.lines:
            yield milestone, line


def _visit(telling: Telling, visited: Visited, number: int) -> None:
    day = telling.days.on(number)
    due = FollowUpVisit.objects.unscoped().filter(engagement=telling.engagement).open()
    visit = due.filter(kind=visited.kind, due_on=day).first()
    if visit is None:
        return
    objectives = list(telling.engagement.objectives.unscoped().order_by("pk"))
    record_visit(
        actor=telling.lead, visit=visit, held_on=day, channel=visited.channel, spoke_with=visited.spoke_with,
        condition=visited.condition, how_it_runs=visited.how_it_runs, satisfaction=visited.satisfaction,
        internal_note=visited.note,
        values=[Value(objectives[place].pk, value, evidence) for place, (value, evidence) in visited.found.items()],
        needs=[Need(text, telling.lead) for text in visited.needs],
        issues=[Issue(telling.problems[key], outcome, said) for key, (outcome, said) in visited.heard.items()],
    )  # fmt: skip
