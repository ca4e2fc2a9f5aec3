"""What the tests of surveys share, and their rows in the world."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from engagements.models import Attachment, Engagement, MailedLink, Survey
from engagements.services import survey_answers, surveys
from engagements.services.links import find_link
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.notifications.models import Message
from tests.engagements.conftest import a_scan
from tests.factories import SurveyAnswerFactory, SurveyFactory

QUESTIONS = [("培训是否够用？", "mark"), ("还缺什么？", "text")]


def plan_survey(engagement: Engagement, actor: User, **fields: Any) -> Survey:
    """The survey at the end with two questions of its own, not asked yet."""
    given: dict[str, Any] = {"closes_on": engagement.today() + timedelta(days=14), "questions": QUESTIONS} | fields
    return surveys.save_survey(actor=actor, engagement=engagement, **given)


def ask(engagement: Engagement, actor: User, *people: User, **fields: Any) -> Survey:
    """A survey that these people were mailed."""
    row = plan_survey(engagement, actor, **fields)
    surveys.ask_survey(actor=actor, survey=row, people=people)
    return fresh(row)


def fresh(row: Survey) -> Survey:
    return Survey.objects.unscoped().select_related("engagement__client", "stage").get(pk=row.pk)


def link_of(survey: Survey, user: User) -> MailedLink:
    """The usable link that was mailed to this person."""
    token = token_of(survey, user)
    link = find_link(token, MailedLink.Purpose.ANSWER_SURVEY)
    assert link is not None
    return link


def token_of(survey: Survey, user: User) -> str:
    messages = Message.objects.filter(
        kind="survey_asked", recipient=user, dedupe_key__startswith=f"survey:{survey.pk}:"
    )
    return str(messages.latest("pk").payload["token"])


def waiting(survey: Survey) -> list[Message]:
    """The reminders that are still to come, the next first."""
    rows = Message.objects.waiting().filter(kind="survey_reminder", dedupe_key__startswith=f"survey:{survey.pk}:")
    return list(rows.order_by("due_at"))


def enter(survey: Survey, actor: User, **fields: Any) -> Any:
    """Enter a sheet that came back today."""
    given: dict[str, Any] = {
        "name": "王伟",
        "answered_on": survey.engagement.today(),
        "overall": 3,
        "scan": a_scan(),
    } | fields
    return survey_answers.enter_paper(actor=actor, survey=survey, **given)


def surveys_of_the_world(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """A survey that was asked, with what somebody said on screen and on paper (the vendor's alone), and one planned."""
    asked = SurveyFactory(
        engagement=engagement, created_by=lead, questions=[{"key": "q1", "text": word, "kind": "text"}]
    )
    said = {"values": {"q1": internal}, "text": internal, "role": internal, "name": internal}
    SurveyAnswerFactory(survey=asked, user__role=Role.CLIENT, **said)
    scan = Attachment(
        engagement=engagement, name=f"{internal}.png", media_type="image/png", size_bytes=1, sha256="3" * 64,
        is_internal=True, uploaded_by=lead,
    )  # fmt: skip
    scan.file.save("sheet.png", ContentFile(internal.encode()))
    SurveyAnswerFactory(survey=asked, user=None, method="paper", scan=scan, entered_by=lead, **said)
    stage = engagement.stages.unscoped()[0]
    planned = SurveyFactory(
        engagement=engagement, created_by=lead, occasion="milestone", stage=stage, asked_at=None, asked_by=None,
        questions=[{"key": "q1", "text": internal, "kind": "mark"}],
    )  # fmt: skip
    return {"survey": asked.pk, "planned_survey": planned.pk}
