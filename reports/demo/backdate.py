"""Puts what was just written back to the day it is told of.

The services stamp rows with the real clock, as they should. A story from the past would then have happened all at once, so
its rows (never the audit, whose entries can't change) are set back to the hour of their own day.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from engagements.models import (
    Attachment,
    Baseline,
    ChangeRequest,
    DocumentRequest,
    Engagement,
    Lesson,
    Membership,
    Publication,
    Reading,
    RuleApplication,
    RuleVersion,
    Signature,
    SignOff,
    StandingRule,
    Survey,
    SurveyAnswer,
    SurveyInvitation,
    Waiver,
)
from reports.models import DelayVoice, Document
from standups.models import (
    Acknowledgement,
    Cell,
    Comment,
    Evidence,
    Idea,
    LoadRound,
    Mapping,
    Problem,
    Reply,
    RoleTraining,
    StandUp,
    UatCase,
    UatRound,
)
from training.models import (
    Course,
    CourseVersion,
    Enrolment,
    Feedback,
    Guide,
    Learner,
    PracticalCheck,
    QuizAttempt,
    TrainingSession,
    Video,
)


def put_back(engagement: Engagement, *, since: datetime, to: datetime, has_voices: bool) -> None:
    """Set every stamp that the engagement's rows got since a moment to another one."""
    for rows, field in [*_stamps(engagement), *(_stamps_of_voices(engagement) if has_voices else ())]:
        rows.filter(**{f"{field}__gte": since}).update(**{field: to})


def put_back_signatures(engagement: Engagement, *, since: datetime, on: date) -> None:
    """Signatures made on screen since a moment were made on that day; a paper one says its own day."""
    made = Signature.objects.filter(sign_off__engagement=engagement, method=Signature.Method.SCREEN)
    made.filter(created_at__gte=since).update(signed_on=on)


def put_back_proof(engagement: Engagement, *, since: datetime, to: datetime) -> None:
    """The same for what was loaded, made live and tested; a day at the site is put back as a moment is."""
    for rows, field in _stamps_of_proof(engagement):
        rows.filter(**{f"{field}__gte": since}).update(**{field: to})
    today, on = since.astimezone(engagement.zone).date(), to.astimezone(engagement.zone).date()
    for field in ("live_on", "decided_on"):
        Cell.objects.filter(engagement=engagement, **{f"{field}__gte": today}).update(**{field: on})


def _stamps(engagement: Engagement) -> list[tuple[QuerySet[Any], str]]:
    own = {"engagement": engagement}
    return [
        (Engagement.objects.filter(pk=engagement.pk), "created_at"),
        (Membership.objects.filter(**own), "joined_at"),
        (SignOff.objects.filter(**own), "frozen_at"),
        (SignOff.objects.filter(**own), "signed_at"),
        (SignOff.objects.filter(**own), "superseded_at"),
        (Signature.objects.filter(sign_off__engagement=engagement), "created_at"),
        (Signature.objects.filter(sign_off__engagement=engagement), "checked_at"),
        (Attachment.objects.filter(**own), "uploaded_at"),
        (Baseline.objects.filter(**own), "taken_at"),
        (ChangeRequest.objects.filter(**own), "raised_at"),
        (ChangeRequest.objects.filter(**own), "decided_at"),
        (ChangeRequest.objects.filter(**own), "applied_at"),
        (DocumentRequest.objects.filter(**own), "asked_at"),
        (DocumentRequest.objects.filter(**own), "received_at"),
        (DocumentRequest.objects.filter(**own), "reviewed_at"),
        (Document.objects.filter(**own), "issued_at"),
        (Waiver.objects.filter(**own), "granted_at"),
        (Reading.objects.filter(objective__engagement=engagement), "recorded_at"),
        (StandUp.objects.filter(**own), "created_at"),
        (StandUp.objects.filter(**own), "published_at"),
        (Problem.objects.filter(**own), "changed_at"),
    ]


def _stamps_of_proof(engagement: Engagement) -> list[tuple[QuerySet[Any], str]]:
    return [
        (Mapping.objects.filter(data_object__engagement=engagement), "made_at"),
        (LoadRound.objects.filter(data_object__engagement=engagement), "opened_at"),
        (RoleTraining.objects.filter(role__engagement=engagement), "recorded_at"),
        (UatRound.objects.filter(cell__engagement=engagement), "opened_at"),
        (UatCase.objects.filter(round__cell__engagement=engagement), "tested_at"),
    ]


def _stamps_of_voices(engagement: Engagement) -> list[tuple[QuerySet[Any], str]]:
    own = {"engagement": engagement}
    return [
        (Acknowledgement.objects.filter(stand_up__engagement=engagement), "at"),
        (Comment.objects.filter(stand_up__engagement=engagement), "at"),
        (Reply.objects.filter(problem__engagement=engagement), "verdict_at"),
        (Evidence.objects.filter(problem__engagement=engagement), "added_at"),
        (Evidence.objects.filter(problem__engagement=engagement), "scanned_at"),
        (Idea.objects.filter(**own), "noted_at"),
        (Idea.objects.filter(**own), "thanked_at"),
        (Idea.objects.filter(**own), "decided_at"),
        (Idea.objects.filter(**own), "told_at"),
    ]


def put_back_training(engagement: Engagement, *, since: datetime, to: datetime) -> None:
    """The same for what was taught, learned and judged."""
    for rows, field in _stamps_of_training(engagement):
        rows.filter(**{f"{field}__gte": since}).update(**{field: to})


def _stamps_of_training(engagement: Engagement) -> list[tuple[QuerySet[Any], str]]:
    of_course = {"course__engagement": engagement}
    return [
        (Course.objects.filter(engagement=engagement), "created_at"),
        (CourseVersion.objects.filter(**of_course), "accepted_at"),
        (Guide.objects.filter(**of_course), "edited_at"),
        (Video.objects.filter(**of_course), "created_at"),
        (Learner.objects.filter(role__engagement=engagement), "named_at"),
        (TrainingSession.objects.filter(engagement=engagement), "created_at"),
        (Enrolment.objects.filter(session__engagement=engagement), "enrolled_at"),
        (Feedback.objects.filter(enrolment__session__engagement=engagement), "given_at"),
        (QuizAttempt.objects.filter(**of_course), "started_at"),
        (QuizAttempt.objects.filter(**of_course), "finished_at"),
        (PracticalCheck.objects.filter(**of_course), "recorded_at"),
    ]


def put_back_review(engagement: Engagement, *, since: datetime, to: datetime) -> None:
    """The same for what was asked, learned, said of delays and became a rule of it."""
    for rows, field in _stamps_of_review(engagement):
        rows.filter(**{f"{field}__gte": since}).update(**{field: to})


def _stamps_of_review(engagement: Engagement) -> list[tuple[QuerySet[Any], str]]:
    own, of_lesson = {"engagement": engagement}, {"rule__lesson__engagement": engagement}
    return [
        (Survey.objects.filter(**own), "asked_at"),
        (Survey.objects.filter(**own), "closed_at"),
        (SurveyInvitation.objects.filter(survey__engagement=engagement), "asked_at"),
        (SurveyAnswer.objects.filter(survey__engagement=engagement), "created_at"),
        (Lesson.objects.filter(**own), "written_at"),
        (StandingRule.objects.filter(lesson__engagement=engagement), "promoted_at"),
        (RuleVersion.objects.filter(**of_lesson), "written_at"),
        (RuleApplication.objects.filter(**of_lesson), "applied_at"),
        (Publication.objects.filter(**own), "published_at"),
        (DelayVoice.objects.filter(**own), "said_at"),
    ]
