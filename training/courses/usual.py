"""Two courses of the product's own to start from, each with a case that compares both ways (E4): the purchase request of a
factory, and the registration of a patient. Minutes are usual ones; the engagement measures its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from training.courses.library import PreparedCourse
from training.models import LANGUAGES, CaseStep, QuizQuestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

_NONE, _LOW, _MEDIUM, _HIGH = (risk.value for risk in CaseStep.ErrorRisk)
_SINGLE, _MULTIPLE = QuizQuestion.Kind.SINGLE.value, QuizQuestion.Kind.MULTIPLE.value


class _Step(NamedTuple):
    text: _StrPromise
    minutes: int
    people: int
    error_risk: str
    approvals: int = 0


class _Question(NamedTuple):
    text: _StrPromise
    kind: str
    right: Sequence[_StrPromise]
    wrong: Sequence[_StrPromise]
    explanation: _StrPromise


class _Usual(NamedTuple):
    """Texts are told in the language that is active when they are asked for."""

    key: str
    title: _StrPromise
    module: _StrPromise
    aim: _StrPromise
    prerequisites: _StrPromise
    duration_minutes: int
    why: _StrPromise
    case: _StrPromise
    situation: _StrPromise
    times_per_month: int
    lesson: _StrPromise
    manual: Sequence[_Step]
    system: Sequence[_Step]
    guide: _StrPromise
    questions: Sequence[_Question]


_PURCHASE = _Usual(
    key="purchase-request",
    title=_("Raising a purchase request"),
    module=_("Purchasing"),
    aim=_("Everybody who needs something raises a purchase request without help and sees at any time where it stands."),
    prerequisites=_("An account in the system; the item is in the master data, or the purchaser knows that it is missing."),
    duration_minutes=90,
    why=_(
        "The system checks the budget when a request is raised, not when the invoice comes: a request without budget "
        "goes back in a minute, not after two weeks.\nItems come from the master data, so the same cutter has one number "
        "and one price, and the purchaser can put requests together.\nOne approval by whoever answers for the budget "
        "replaces four signatures that nobody could check."
    ),
    case=_("The workshop needs new cutters"),
    situation=_("Three cutters of the milling shop are worn. New ones must be there on Monday, or the line stands still."),
    times_per_month=40,
    lesson=_(
        "Nobody is slow here: the paper is. Four minutes of thinking took a day of walking, because budget, item number "
        "and state each lay with somebody else."
    ),
    manual=(
        _Step(_("Fill in the paper form, look up item number and last price in the binder"), 20, 1, _MEDIUM),
        _Step(_("Walk to the workshop manager and get the signature"), 15, 1, _LOW, 1),
        _Step(_("Ask accounting whether there is budget left; both look through the list"), 10, 2, _HIGH, 1),
        _Step(_("Purchasing manager and plant manager sign the form in the signature folder"), 10, 1, _NONE, 2),
        _Step(_("The purchaser types the form into the order list"), 15, 1, _HIGH),
        _Step(_("Ask by telephone where the request is"), 15, 1, _LOW),
    ),
    system=(
        _Step(_("Choose the item, enter quantity and day; the system shows price and remaining budget"), 6, 1, _LOW),
        _Step(_("The workshop manager approves on the phone"), 3, 1, _LOW, 1),
        _Step(_("The purchaser makes the order of the approved request"), 3, 1, _NONE),
    ),
    guide=_(
        "# Raising a purchase request\n\n"
        "**Why so?** The budget is checked at once, so nobody waits for a request that can't be approved.\n\n"
        "1. Open *Purchasing*, then *New request*.\n"
        "2. Choose the item by number or name. It is missing? Tell the purchaser; never write it as free text.\n"
        "3. Enter the quantity and the day you need it. Look at the remaining budget beside it.\n"
        "4. Send it. Under *My requests* you see with whom it is.\n\n"
        "| You see | It means |\n|---|---|\n"
        "| Budget is exceeded | Ask who answers for the budget before you send it |\n"
        "| Waits for approval | The approver has a message on the phone |\n"
        "| Ordered | The supplier's day stands beside it |\n"
    ),
    questions=(
        _Question(
            _("When does the system check the budget?"), _SINGLE,
            (_("When the request is raised"),),
            (_("When the invoice comes"), _("When the goods are received"), _("At the end of the month")),
            _("So a request without budget goes back at once."),
        ),
        _Question(
            _("The item you need is not in the system. What do you do?"), _SINGLE,
            (_("Tell the purchaser, who has it added to the master data"),),
            (_("Choose a similar item and write the right one into the remark"), _("Order it by telephone")),
            _("Otherwise it is ordered under a wrong number, and stock and price are wrong, too."),
        ),
        _Question(
            _("What do you see under “My requests”?"), _MULTIPLE,
            (_("With whom the request is"), _("The supplier's day once it is ordered")),
            (_("Other people's salaries"),),
            _("So nobody has to telephone."),
        ),
    ),
)  # fmt: skip

_REGISTRATION = _Usual(
    key="patient-registration",
    title=_("Registering a patient"),
    module=_("Registration"),
    aim=_("Every clerk registers a new or known patient in three minutes, and no patient has two records."),
    prerequisites=_("An account with the role of the desk; the card reader is connected."),
    duration_minutes=60,
    why=_(
        "The identity card is read, not typed: one wrong digit made a second record, and the findings lay in the first."
        "\nThe system shows similar patients before it makes a new record, because merging two records afterwards takes a "
        "doctor's decision.\nEach role sees only what its work needs; who opened a record is written down. That protects "
        "the patient, and the clerk as well."
    ),
    case=_("A patient who was here three years ago"),
    situation=_("Monday morning, a queue of twenty. A patient does not know whether she has a record card."),
    times_per_month=900,
    lesson=_("The minute of looking for a known patient saves the hour of merging two records, and perhaps a wrong dose."),
    manual=(
        _Step(_("The patient fills in the paper form"), 5, 1, _MEDIUM),
        _Step(_("The clerk types name and number of the identity card"), 6, 1, _HIGH),
        _Step(_("Look through the card index whether the patient is known"), 8, 1, _HIGH),
        _Step(_("Have the supervisor decide which of two cards counts"), 5, 2, _MEDIUM, 1),
        _Step(_("Write the new card and file it"), 3, 1, _LOW),
    ),
    system=(
        _Step(_("Put the identity card on the reader"), 1, 1, _NONE),
        _Step(_("Compare the similar patients that are shown, choose the known one"), 1, 1, _LOW),
        _Step(_("Choose the department and print the slip"), 1, 1, _LOW),
    ),
    guide=_(
        "# Registering a patient\n\n"
        "**Why so?** One patient, one record: the doctor must see everything.\n\n"
        "1. Put the identity card on the reader.\n"
        "2. Look at the list of similar patients. The same person is there? Choose that record.\n"
        "3. Only if nobody matches: *New patient*.\n"
        "4. Choose the department, print the slip.\n\n"
        "The reader does not work? Type the number and compare it aloud with the patient.\n"
    ),
    questions=(
        _Question(
            _("The list shows a patient of the same name and birthday. What do you do?"), _SINGLE,
            (_("Compare the number of the identity card and choose the known record"),),
            (_("Make a new record to be on the safe side"), _("Delete the old record")),
            _("Two records part the findings of one patient."),
        ),
        _Question(
            _("A colleague asks you to sign in for her because she forgot her password. What do you do?"), _SINGLE,
            (_("Refuse, and have her account reset"),),
            (_("Sign in, for once"), _("Write the password on a note")),
            _("What is done under your account was done by you."),
        ),
    ),
)  # fmt: skip


def usual_courses() -> list[PreparedCourse]:
    """Return the product's own courses in the active language; the guides are there in every language."""
    return [_prepared(usual) for usual in (_PURCHASE, _REGISTRATION)]


def _prepared(usual: _Usual) -> PreparedCourse:
    guides = {}
    for language, _name in LANGUAGES:
        with override(language):
            guides[language] = str(usual.guide)
    case = {
        "title": str(usual.case), "situation": str(usual.situation), "times_per_month": usual.times_per_month,
        "lesson": str(usual.lesson), "manual": [_step(step) for step in usual.manual],
        "system": [_step(step) for step in usual.system],
    }  # fmt: skip
    content = {
        "title": str(usual.title), "module": str(usual.module), "roles": [], "aim": str(usual.aim),
        "prerequisites": str(usual.prerequisites), "duration_minutes": usual.duration_minutes, "why": str(usual.why),
        "functions": [], "cells": [], "cases": [case],
    }  # fmt: skip
    quiz = {"pass_percent": 80, "most_attempts": None, "questions": [_question(one) for one in usual.questions]}
    return PreparedCourse(f"usual:{usual.key}", content, guides, quiz)


def _step(step: _Step) -> dict[str, Any]:
    return {**step._asdict(), "text": str(step.text), "minutes": str(step.minutes)}


def _question(question: _Question) -> dict[str, Any]:
    right = [{"text": str(text), "is_right": True} for text in question.right]
    wrong = [{"text": str(text), "is_right": False} for text in question.wrong]
    return {
        "kind": question.kind, "text": str(question.text), "options": wrong[:1] + right + wrong[1:],
        "explanation": str(question.explanation),
    }  # fmt: skip
