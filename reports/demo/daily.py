"""The stand-ups: prefilled as on the page, answered, published, and their new problems described."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from onsite.accounts.roles import VENDOR_PARTS
from reports.demo.story import Day, Internal, Reply, Trouble
from reports.demo.telling import Telling
from standups.models import Answer, Problem, Section, StandUp
from standups.services.entry import AnswerEntry, Entry, LineEntry, first_entry, problems_to_answer
from standups.services.problems import Linking, save_problem
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up


def hold_stand_up(telling: Telling, number: int) -> None:
    """Write and publish the day's stand-up, if it had one: today's may be left for the engineer to write."""
    told = next((day for day in telling.story.days if day.number == number), None)
    held_on = telling.days.on(number)
    if told is None or (telling.story.today_is_open and held_on == telling.days.today):
        return
    stand_up, _conflicts = save_stand_up(
        actor=telling.lead, engagement=telling.engagement, day=held_on, entry=_entry(telling, told)
    )
    publish_stand_up(actor=telling.lead, stand_up=stand_up)
    _describe_new_problems(telling, told, stand_up)
    _tell_key_problems(telling, told)


def _entry(telling: Telling, told: Day) -> Entry:
    held_on = telling.days.on(told.number)
    first = first_entry(user=telling.lead, engagement=telling.engagement, day=held_on)
    prefilled = [
        LineEntry(line.id, line.section, line.text, line.is_internal, is_done=place not in told.left)
        for place, line in enumerate(first.lines)
    ]
    lines = [
        *prefilled,
        *_lines(Section.DONE, told.done, is_done=True),
        *_lines(Section.PLAN, told.plan),
        *map(_problem_line, told.troubles),
    ]
    in_writing = telling.story.in_writing
    return Entry(
        lines=lines,
        answers=_answers(telling, told),
        present=[] if in_writing else _present(telling, told),
        minutes=None if in_writing else told.minutes,
        in_writing=in_writing,
    )


def _lines(section: Section, texts: Iterable[str | Internal], *, is_done: bool = False) -> list[LineEntry]:
    return [
        LineEntry(uuid.uuid4(), section, _text(line), is_internal=isinstance(line, Internal), is_done=is_done)
        for line in texts
    ]


def _problem_line(trouble: Trouble) -> LineEntry:
    return LineEntry(
        uuid.uuid4(),
        Section.PROBLEM,
        _text(trouble.text),
        is_internal=isinstance(trouble.text, Internal),
        severity=trouble.severity,
        next_step_with=trouble.party,
    )


def _text(line: str | Internal) -> str:
    return line.text if isinstance(line, Internal) else line


def _answers(telling: Telling, told: Day) -> list[AnswerEntry]:
    """An answer to every open problem: the story's own, else that it is still there."""
    replies: dict[int, Reply] = {telling.problems[reply.key].pk: reply for reply in told.replies}
    held_on = telling.days.on(told.number)
    asked = problems_to_answer(telling.engagement.problems.visible_to(telling.lead), day=held_on)
    return [
        AnswerEntry(problem.pk, replies[problem.pk].answer, replies[problem.pk].note)
        if problem.pk in replies
        else AnswerEntry(problem.pk)
        for problem in asked
    ]


def _present(telling: Telling, told: Day) -> list[int]:
    """The vendor's people, and of the client those who came."""
    guests: Sequence[str] = told.guests or telling.story.regulars
    vendor = [seat.person for seat in telling.story.seats if seat.part in VENDOR_PARTS]
    return [telling.seats[key].pk for key in [*vendor, *guests]]


def _describe_new_problems(telling: Telling, told: Day, stand_up: StandUp) -> None:
    """Say with which role or department the next step is, and until when: a stand-up's line has no room for it."""
    for trouble in told.troubles:
        due_on = None if trouble.due_in is None else telling.days.on(told.number + trouble.due_in)
        telling.problems[trouble.key] = save_problem(
            actor=telling.lead,
            engagement=telling.engagement,
            problem=stand_up.raised_problems.unscoped().get(title=_text(trouble.text)),
            owner_role=trouble.role,
            due_on=due_on,
            kind=trouble.kind,
            owner=telling.people[trouble.owner] if trouble.owner else telling.lead,
            next_step=trouble.next_step,
            links=_links(telling, trouble),
        )


def _links(telling: Telling, trouble: Trouble) -> dict[str, Linking]:
    """What the problem belongs to, by the names of the story."""
    engagement = telling.engagement
    goals = list(engagement.objectives.unscoped().order_by("pk").values_list("pk", flat=True))
    found = {
        "functions": engagement.functions.unscoped().filter(name__in=trouble.functions).values_list("pk", flat=True),
        "tasks": engagement.tasks.unscoped().filter(name__in=trouble.tasks).values_list("pk", flat=True),
        "objectives": [goals[place] for place in trouble.goals],
    }
    return {name: Linking(added=frozenset(rows)) for name, rows in found.items()}


def _tell_key_problems(telling: Telling, told: Day) -> None:
    """Once a key problem is solved, it is told from symptom to prevention."""
    stories = {trouble.key: trouble.told for day in telling.story.days for trouble in day.troubles}
    for reply in told.replies:
        ending = stories[reply.key]
        if reply.answer != Answer.SOLVED or ending is None:
            continue
        save_problem(
            actor=telling.lead,
            engagement=telling.engagement,
            problem=Problem.objects.unscoped().get(pk=telling.problems[reply.key].pk),
            is_key=True,
            symptom=ending.symptom,
            cause=ending.cause,
            fix=ending.fix,
            prevention=ending.prevention,
        )
