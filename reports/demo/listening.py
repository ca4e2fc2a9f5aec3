"""What was said, through the services: doubts with their answers, ideas, remarks and notes."""

from __future__ import annotations

from datetime import datetime, time

from onsite.accounts.models import User
from reports.demo.people import BY_KEY
from reports.demo.telling import Telling
from reports.demo.voices import Doubt, Given, Impression, Remark, Thought
from standups.models import Idea, Problem, StandUp
from standups.services import concerns, evidence, ideas, relationships, replies, talk, verdicts
from standups.services.problems import save_problem
from standups.services.waiting import keep_wait
from standups.shown import shown_day


def go_on(telling: Telling, number: int) -> None:
    """What this day's people said, in the order in which it leads to something."""
    told = telling.story.voices
    for doubt in told.doubts:
        _doubt(telling, doubt, number)
    for thought in told.thoughts:
        _think(telling, thought, number)
    for impression in told.impressions:
        if impression.day == number:
            _note(telling, impression, number)
    for person, days in told.readers:
        if number in days:
            _read(telling, person, number)
    for remark in told.remarks:
        if remark.day == number:
            _remark(telling, remark, number)


def idea_of(telling: Telling, key: str) -> Idea:
    """Return the idea that was told under this key."""
    title = next(thought.title for thought in telling.story.voices.thoughts if thought.key == key)
    return Idea.objects.unscoped().select_related("engagement").get(engagement=telling.engagement, title=title)


def _doubt(telling: Telling, doubt: Doubt, number: int) -> None:
    if doubt.day == number:
        _raise(telling, doubt, _at(telling, number, doubt.hour))
    for given in doubt.answers:
        if given.day == number:
            _answer(telling, _concern(telling, doubt), given)
        if given.verdict_on == number:
            _judge(telling, _concern(telling, doubt), doubt, given, number)


def _raise(telling: Telling, doubt: Doubt, said_at: datetime) -> None:
    if doubt.heard:
        person, name = _who(telling, doubt.person)
        row = concerns.note_concern(
            actor=telling.people[doubt.heard], engagement=telling.engagement, words=doubt.words, said_by=person,
            said_by_name=name, said_at=said_at,
        )  # fmt: skip
    else:
        row = concerns.raise_concern(
            actor=telling.people[doubt.person], engagement=telling.engagement, words=doubt.words
        )
        Problem.objects.filter(pk=row.pk).update(said_at=said_at, raised_on=telling.days.on(doubt.day))
        _wait_anew(row, telling, doubt.day)
    save_problem(actor=telling.lead, engagement=telling.engagement, problem=row, owner=telling.lead)


def _concern(telling: Telling, doubt: Doubt) -> Problem:
    rows = Problem.objects.unscoped().select_related("engagement__client")
    return rows.get(engagement=telling.engagement, words=doubt.words)


def _answer(telling: Telling, problem: Problem, given: Given) -> None:
    """Gather the evidence, write the draft and give it, all on the afternoon of that day."""
    at = _at(telling, given.day, given.hour)
    for proof in given.proofs:
        evidence.add_query(
            actor=telling.lead, problem=problem, title=proof.title, environment=proof.environment, taken_at=at,
            is_internal=False, query=proof.query, result=proof.result, plan=proof.plan,
        )  # fmt: skip
    draft = problem.replies.unscoped().drafts().first()
    saved = replies.save_reply(
        actor=telling.lead,
        problem=problem,
        version=draft.version if draft else 0,
        acknowledgement=given.acknowledgement,
        facts=given.facts,
        measures=[replies.Measure(text, telling.days.on(due)) for text, due in given.measures],
    )
    replies.answer_concern(actor=telling.lead, problem=problem, version=saved.version)
    problem.replies.filter(pk=saved.pk).update(answered_at=at)
    Problem.objects.filter(pk=problem.pk, first_answered_at__gte=telling.began).update(first_answered_at=at)
    _wait_anew(problem, telling, given.day)


def _judge(telling: Telling, problem: Problem, doubt: Doubt, given: Given, number: int) -> None:
    """Whoever doubted says here whether it settles it; what was said elsewhere, the lead writes down."""
    newest = problem.replies.unscoped().given().latest("round")
    person, name = _who(telling, doubt.person)
    if doubt.heard:
        verdicts.record_verdict(
            actor=telling.lead, problem=problem, round_seen=newest.round,
            verdict="reopened" if given.verdict_note else "confirmed", verdict_by=person, verdict_by_name=name,
            note=given.verdict_note,
        )  # fmt: skip
    elif given.verdict_note:
        verdicts.reopen_concern(
            actor=telling.people[doubt.person], problem=problem, round_seen=newest.round, note=given.verdict_note
        )
    else:
        verdicts.confirm_answer(actor=telling.people[doubt.person], problem=problem, round_seen=newest.round)
    Problem.objects.solved().filter(pk=problem.pk).update(solved_on=telling.days.on(number))
    _wait_anew(problem, telling, number)


def _wait_anew(problem: Problem, telling: Telling, number: int) -> None:
    """Its turn went over on the day of the story, not today."""
    problem.refresh_from_db(fields=["raised_on", "solved_on", "next_step_with"])
    keep_wait(problem, telling.days.on(number))


def _think(telling: Telling, thought: Thought, number: int) -> None:
    if thought.day == number:
        _suggest(telling, thought, number)
    if thought.thanked_on == number:
        ideas.thank_for_idea(actor=telling.lead, idea=idea_of(telling, thought.key), thanks=thought.thanks)
    if thought.answered_on == number:
        ideas.answer_idea(actor=telling.lead, idea=idea_of(telling, thought.key), answer=thought.answer)


def _suggest(telling: Telling, thought: Thought, number: int) -> None:
    """Signed in, people suggest it themselves; of the others the lead notes it."""
    person, name = _who(telling, thought.person)
    if person is not None:
        row = ideas.suggest_idea(actor=person, engagement=telling.engagement, title=thought.title, words=thought.words)
        Idea.objects.filter(pk=row.pk).update(said_on=telling.days.on(number))
        return
    ideas.note_idea(
        actor=telling.lead, engagement=telling.engagement, title=thought.title, words=thought.words, said_by_name=name,
        said_on=telling.days.on(number),
    )  # fmt: skip


def _note(telling: Telling, impression: Impression, number: int) -> None:
    person, name = _who(telling, impression.person)
    relationships.save_note(
        actor=telling.lead, engagement=telling.engagement, person=person, person_name=name, mood=impression.mood,
        matters=impression.matters, text=impression.text, noted_on=telling.days.on(number),
    )  # fmt: skip


def _read(telling: Telling, person: str, number: int) -> None:
    reader, stand_up = telling.people[person], _stand_up(telling, number)
    seen = shown_day(user=reader, stand_up=stand_up, as_client=True).mark
    talk.acknowledge(actor=reader, stand_up=stand_up, seen=seen)


def _remark(telling: Telling, remark: Remark, number: int) -> None:
    stand_up = _stand_up(telling, number)
    talk.add_comment(actor=telling.people[remark.person], stand_up=stand_up, text=remark.text)


def _stand_up(telling: Telling, number: int) -> StandUp:
    return telling.engagement.stand_ups.unscoped().select_related("engagement").get(held_on=telling.days.on(number))


def _at(telling: Telling, number: int, hour: time) -> datetime:
    return telling.days.at(telling.engagement, number, hour)


def _who(telling: Telling, person: str) -> tuple[User | None, str]:
    """Return the account of somebody who has one, else the name."""
    return (telling.people[person], "") if person in BY_KEY else (None, person)
