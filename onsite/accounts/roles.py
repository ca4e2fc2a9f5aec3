"""Roles as data: a role is a frozen set of permissions. Services check permissions, never role names."""

from __future__ import annotations

from enum import Enum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person is in the company."""

    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Delivery manager")
    ENGINEER = "engineer", _("Engineer")
    CLIENT = "client", _("Client")


class Part(TextChoices):
    """What a person is in one engagement."""

    LEAD = "lead", _("Lead engineer")
    ENGINEER = "engineer", _("On-site engineer")
    TRAINER = "trainer", _("Trainer")
    CLIENT_PM = "client_pm", _("Client PM")
    BUSINESS_OWNER = "business_owner", _("Business owner")
    KEY_USER = "key_user", _("Key user")


VENDOR_PARTS = frozenset({Part.LEAD, Part.ENGINEER, Part.TRAINER})
CLIENT_PARTS = frozenset({Part.CLIENT_PM, Part.BUSINESS_OWNER, Part.KEY_USER})


class Permission(Enum):
    """What can be allowed in an engagement."""

    EDIT_ENGAGEMENT = auto()
    EDIT_TEAM = auto()
    VIEW_AS_CLIENT = auto()
    EDIT_GOALS = auto()
    EDIT_PLAN = auto()
    EDIT_PREPARATION = auto()
    DECIDE_CHANGE = auto()
    PUBLISH_ITEM = auto()
    GIVE_DOCUMENT = auto()
    INVOKE_CONTINGENCY = auto()
    FREEZE_GOALS = auto()
    SIGN = auto()
    HANDLE_PAPER = auto()
    CHANGE_PHASE = auto()
    WAIVE = auto()
    RECORD_GO_LIVE = auto()
    WRITE_STAND_UP = auto()
    EDIT_PROBLEM = auto()
    RELEASE_FILE = auto()
    COMMENT = auto()
    ACKNOWLEDGE = auto()
    RAISE_CONCERN = auto()
    CONFIRM_ANSWER = auto()
    EDIT_ROLLOUT = auto()
    LEAD_ROLLOUT = auto()
    TEST = auto()
    DECIDE_GO = auto()
    EDIT_TRAINING = auto()
    ACCEPT_COURSE = auto()
    NAME_LEARNERS = auto()
    HOLD_VISIT = auto()
    ASK_SURVEY = auto()
    ANSWER_SURVEY = auto()
    ANSWER_DELAY = auto()
    WRITE_LESSON = auto()
    DRAFT_DOCUMENT = auto()
    REVIEW_DOCUMENT = auto()
    ISSUE_DOCUMENT = auto()


_ENGINEER = frozenset(
    {
        Permission.EDIT_GOALS,
        Permission.EDIT_PLAN,
        Permission.EDIT_PREPARATION,
        Permission.INVOKE_CONTINGENCY,
        Permission.HANDLE_PAPER,
        Permission.WRITE_STAND_UP,
        Permission.EDIT_PROBLEM,
        Permission.EDIT_ROLLOUT,
        Permission.EDIT_TRAINING,
        Permission.NAME_LEARNERS,
        Permission.COMMENT,
        Permission.HOLD_VISIT,
        Permission.WRITE_LESSON,
        Permission.DRAFT_DOCUMENT,
    }
)
_LEAD = _ENGINEER | {
    Permission.ASK_SURVEY,
    Permission.FREEZE_GOALS,
    Permission.DECIDE_CHANGE,
    Permission.EDIT_TEAM,
    Permission.ISSUE_DOCUMENT,
    Permission.RELEASE_FILE,
    Permission.LEAD_ROLLOUT,
    Permission.ACCEPT_COURSE,
}
# Whether a key user's signature is asked for at all, each kind of text says itself.
_KEY_USER = frozenset(
    {
        Permission.GIVE_DOCUMENT,
        Permission.COMMENT,
        Permission.RAISE_CONCERN,
        Permission.CONFIRM_ANSWER,
        Permission.TEST,
        Permission.SIGN,
        Permission.ANSWER_SURVEY,
    }
)
_SIGNER = _KEY_USER | {Permission.ACKNOWLEDGE, Permission.NAME_LEARNERS, Permission.ANSWER_DELAY}
_CLIENT_PM = _SIGNER | {Permission.DECIDE_GO}
# A vendor person never says in the client's name what only the client can say.
_MANAGER = frozenset(Permission) - (_CLIENT_PM - {Permission.COMMENT, Permission.NAME_LEARNERS})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(),
    Role.MANAGER: _MANAGER,
    Role.ENGINEER: frozenset(),
    Role.CLIENT: frozenset(),
}
PART_PERMISSIONS: dict[Part, frozenset[Permission]] = {
    Part.LEAD: _LEAD,
    Part.ENGINEER: _ENGINEER,
    Part.TRAINER: frozenset(
        {
            Permission.WRITE_STAND_UP,
            Permission.EDIT_PROBLEM,
            Permission.EDIT_TRAINING,
            Permission.NAME_LEARNERS,
            Permission.COMMENT,
        }
    ),
    Part.CLIENT_PM: _CLIENT_PM,
    Part.BUSINESS_OWNER: _SIGNER,
    Part.KEY_USER: _KEY_USER,
}


def permissions_of(role: str, parts: frozenset[str]) -> frozenset[Permission]:
    """Return what a person of this company role with these parts may do in the engagement."""
    allowed = set(ROLE_PERMISSIONS[Role(role)])
    for part in parts:
        allowed |= PART_PERMISSIONS[Part(part)]
    return frozenset(allowed)
