"""The lifecycle and its preparation."""

from engagements.models.attachment import Attachment
from engagements.models.client import Client
from engagements.models.engagement import CoreTask, Engagement, Membership, Phase
from engagements.models.followup import FollowUpVisit
from engagements.models.gate import Waiver
from engagements.models.goals import Direction, Objective, Reading, ScopeItem
from engagements.models.plan import Baseline, BaselineStage, PlanSnapshot, Stage, StageKind
from engagements.models.signoff import Signature, SignOff

__all__ = [
    "Attachment",
    "Baseline",
    "BaselineStage",
    "Client",
    "CoreTask",
    "Direction",
    "Engagement",
    "FollowUpVisit",
    "Membership",
    "Objective",
    "Phase",
    "PlanSnapshot",
    "Reading",
    "ScopeItem",
    "SignOff",
    "Signature",
    "Stage",
    "StageKind",
    "Waiver",
]
