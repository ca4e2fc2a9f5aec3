"""The lifecycle and its preparation."""

from engagements.models.assignment import Absence, Assignment
from engagements.models.attachment import Attachment, AttachmentText, Preview
from engagements.models.change import ChangeRequest
from engagements.models.client import Client
from engagements.models.contingency import (
    ContingencyModel,
    ContingencyPlan,
    Emergency,
    Invocation,
    InvocationStep,
)
from engagements.models.document_request import DocumentRequest, ReceivedFile
from engagements.models.engagement import CoreTask, Engagement, Membership, Phase
from engagements.models.followup import FollowUpVisit, NewNeed, VisitAttempt
from engagements.models.forecast import Forecast
from engagements.models.function import Function, Module, Question
from engagements.models.gate import Waiver
from engagements.models.goals import Direction, Objective, Reading, ScopeItem
from engagements.models.interview import Interview, InterviewNote
from engagements.models.lesson import Lesson, NoLesson, RuleApplication, RuleVersion, StandingRule
from engagements.models.mailed_link import MailedLink
from engagements.models.plan import Baseline, BaselineStage, PlanSnapshot, Stage, StageKind
from engagements.models.publication import Publication
from engagements.models.scanned import CLEARED, HELD, Scan, Scanned
from engagements.models.signoff import Signature, SignOff
from engagements.models.site import ChecklistItem, Environment
from engagements.models.survey import Survey, SurveyAnswer, SurveyInvitation
from engagements.models.task import BaselineTask, Dependency, PlanTemplate, Task

__all__ = [
    "CLEARED",
    "HELD",
    "Absence",
    "Assignment",
    "Attachment",
    "AttachmentText",
    "Baseline",
    "BaselineStage",
    "BaselineTask",
    "ChangeRequest",
    "ChecklistItem",
    "Client",
    "ContingencyModel",
    "ContingencyPlan",
    "CoreTask",
    "Dependency",
    "Direction",
    "DocumentRequest",
    "Emergency",
    "Engagement",
    "Environment",
    "FollowUpVisit",
    "Forecast",
    "Function",
    "Interview",
    "InterviewNote",
    "Invocation",
    "InvocationStep",
    "Lesson",
    "MailedLink",
    "Membership",
    "Module",
    "NewNeed",
    "NoLesson",
    "Objective",
    "Phase",
    "PlanSnapshot",
    "PlanTemplate",
    "Preview",
    "Publication",
    "Question",
    "Reading",
    "ReceivedFile",
    "RuleApplication",
    "RuleVersion",
    "Scan",
    "Scanned",
    "ScopeItem",
    "SignOff",
    "Signature",
    "Stage",
    "StageKind",
    "StandingRule",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "Task",
    "VisitAttempt",
    "Waiver",
]
