"""Answering a survey: signed in, behind a mailed link, or on paper through the vendor. One answer per person and occasion;
what was sent does not change any more, so nothing here changes one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement, MailedLink, Survey, SurveyAnswer
from engagements.services import files, links, surveys
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError, StaleError
from onsite.core.failpoints import failpoint

Values = dict[str, int | str]


@transaction.atomic
def answer_on_screen(
    *, actor: User, survey: Survey, overall: int, values: Values | None = None, text: str = ""
) -> SurveyAnswer:
    """Keep the answer of a signed-in person of the client, asked by mail or not; their link ends with it.

    Raises DomainError where it is closed, its last day has passed, or they have answered before.
    """
    require(actor, Permission.ANSWER_SURVEY, survey.engagement)
    row = surveys.locked(Engagement.objects.lock(survey.engagement_id), survey.pk)
    return _answer(row, actor, SurveyAnswer.Method.SCREEN, overall, values, text)


@transaction.atomic
def answer_by_link(*, link: MailedLink, overall: int, values: Values | None = None, text: str = "") -> SurveyAnswer:
    """As `answer_on_screen`, by whoever the link was mailed to; it is used up. Raises DomainError also where it was."""
    engagement = Engagement.objects.lock(link.engagement_id)
    links.use_link(link)
    row = surveys.locked(engagement, link.subject_id)
    return _answer(row, link.user, SurveyAnswer.Method.LINK, overall, values, text)


@files.storing_atomically()
def enter_paper(
    *, actor: User, survey: Survey, name: str, answered_on: date, overall: int, scan: UploadedFile[Any],
    person: User | None = None, role: str = "", values: Values | None = None, text: str = "", was: str = "",
) -> SurveyAnswer:  # fmt: skip
    """Enter what somebody of the client filled in on paper, with its scan; it is marked so and says who entered it. A
    survey that nobody was mailed counts as asked with its first sheet. `name` is not read where `person` is named.

    Raises DomainError on "person" or "name" where they have answered, on "name" for the name of somebody with an account, on "answered_on" for a day that can't be, on "scan"
    where it can't be stored; without a field where the survey is closed; StaleError where nobody was asked yet and its
    questions are not those that the page `was` showed.
    """
    require(actor, Permission.HANDLE_PAPER, survey.engagement)
    row = surveys.locked(Engagement.objects.lock(survey.engagement_id), survey.pk)
    if row.closed_at is not None:
        raise DomainError(_("This survey is closed."))
    if row.asked_at is None and was and was != row.fingerprint:
        raise StaleError(
            _("Somebody changed the questions meanwhile. Compare them with the sheet, then enter it again.")
        )
    if not row.engagement.start_on <= answered_on <= min(row.engagement.today(), row.closes_on):
        raise DomainError(_("This day can't be right: before the first day on site, still to come, or after the last day for answers."),
                          field="answered_on")  # fmt: skip
    name = person.name if person else name.strip()
    _refuse_second(row, person, name)
    surveys.freeze(actor, row)
    # A filled-in sheet of ours, as a signed one: it may be kept where data stays on site.
    stored = files.store(
        actor=actor, engagement=row.engagement, upload=scan, field="scan", is_internal=True, holds_client_data=False
    )
    answer = SurveyAnswer(
        survey=row, user=person, name=name, role=role or (person.title if person else ""), overall=overall, text=text,
        values=_known(row, values), method=SurveyAnswer.Method.PAPER, answered_on=answered_on, scan=stored,
        entered_by=actor,
    )  # fmt: skip
    return _keep(actor, answer)


def _answer(
    row: Survey, user: User, method: SurveyAnswer.Method, overall: int, values: Values | None, text: str
) -> SurveyAnswer:
    if not row.takes_answers:
        raise DomainError(_("This survey takes no more answers."))
    if row.answers.unscoped().filter(user=user).exists():
        raise DomainError(_("You have answered already. What was sent does not change any more."))
    answer = SurveyAnswer(
        survey=row, user=user, name=user.name, role=user.title, overall=overall, values=_known(row, values), text=text,
        method=method, answered_on=row.engagement.today(),
    )  # fmt: skip
    return _keep(user, answer)


def _keep(actor: User, answer: SurveyAnswer) -> SurveyAnswer:
    _refuse_no_mark(answer.overall)
    answer.save()
    if answer.user is not None:
        surveys.end_asking(answer.survey_id, answer.user)
    data = {"method": str(answer.method), "overall": answer.overall}
    surveys.record(actor, answer.survey, "survey.answered", data)
    failpoint("survey.answered")
    return answer


def _refuse_second(row: Survey, person: User | None, name: str) -> None:
    given = row.answers.unscoped()
    if person is not None:
        _refuse_stranger(row, person)
        if given.filter(user=person).exists():
            raise DomainError(_("%(name)s has answered already.") % {"name": name}, field="person")
    elif not name:
        raise DomainError(_("Say who filled it in."), field="name")
    elif given.filter(name=name).exists():
        text = _("Somebody of this name has answered already. If it is another person, add their department.")
        raise DomainError(text, field="name")
    elif row.engagement.memberships.unscoped().active().of_client().filter(user__name=name).exists():
        # By a name alone they could answer a second time on screen.
        text = _(
            "Somebody of this name has an account here: choose them above. If it is another person, add their department."
        )
        raise DomainError(text, field="name")


def _refuse_stranger(row: Survey, person: User) -> None:
    try:
        surveys.refuse_strangers(row.engagement, [person])
    except DomainError as error:
        raise DomainError(error.message, field="person") from error


def _known(row: Survey, values: Values | None) -> Values:
    """Return what was answered to the survey's own questions, and nothing else. Raises DomainError for a mark that is
    none."""
    found: Values = {}
    for question in row.questions:
        value = (values or {}).get(question["key"])
        if value in {None, ""}:
            continue
        if question["kind"] == Survey.Ask.MARK:
            _refuse_no_mark(value)
        found[question["key"]] = value
    return found


def _refuse_no_mark(value: object) -> None:
    if value not in range(1, Survey.BEST + 1):
        raise DomainError(_("Please choose a number from 1 to 5."))
