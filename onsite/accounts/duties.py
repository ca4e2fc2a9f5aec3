"""What each permission is called by people, and the table of who may do what, made from the roles themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onsite.accounts.roles import CLIENT_PARTS, PART_PERMISSIONS, ROLE_PERMISSIONS, Part, Permission, Role

# In the order of an engagement's life, so that the table is read like one.
DUTIES: tuple[tuple[Promise, dict[Permission, Promise]], ...] = (
    (
        _("The engagement"),
        {
            Permission.EDIT_ENGAGEMENT: _("Change the engagement's own facts"),
            Permission.EDIT_TEAM: _("Bring people into the team, and take them out"),
            Permission.VIEW_AS_CLIENT: _("See the pages as one of the client's people does, read only"),
            Permission.CHANGE_PHASE: _("Begin the next phase, close or cancel the engagement"),
            Permission.WAIVE: _("Let a phase begin although something is missing"),
            Permission.PUBLISH_ITEM: _("Show the client what is internal at first, such as the forecast"),
        },
    ),
    (
        _("Preparation"),
        {
            Permission.EDIT_GOALS: _("Write goals, scope and functions"),
            Permission.FREEZE_GOALS: _("Freeze a text, so that it can be signed"),
            Permission.SIGN: _("Sign for the client"),
            Permission.HANDLE_PAPER: _("Register what was signed or answered on paper"),
            Permission.EDIT_PLAN: _("Write the plan"),
            Permission.EDIT_PREPARATION: _("Ask for documents, hold interviews, describe the site"),
            Permission.GIVE_DOCUMENT: _("Hand in the documents that were asked for"),
            Permission.DECIDE_CHANGE: _("Decide on change requests"),
            Permission.RELEASE_FILE: _("Release a file that was held back"),
        },
    ),
    (
        _("On site"),
        {
            Permission.WRITE_STAND_UP: _("Write and publish stand-ups"),
            Permission.ACKNOWLEDGE: _("Take note of a stand-up for the client"),
            Permission.COMMENT: _("Remark on a stand-up"),
            Permission.EDIT_PROBLEM: _("Write problems and carry them on"),
            Permission.RAISE_CONCERN: _("Raise a concern"),
            Permission.CONFIRM_ANSWER: _("Say whether an answer settles a concern"),
            Permission.INVOKE_CONTINGENCY: _("Prepare for emergencies, and start a plan for one"),
            Permission.EDIT_ROLLOUT: _("Keep data checks, roll-out and acceptance tests"),
            Permission.LEAD_ROLLOUT: _("Lay out the roll-out and lead it"),
            Permission.TEST: _("Test, and say what came out"),
            Permission.DECIDE_GO: _("Decide on going live for the client"),
            Permission.RECORD_GO_LIVE: _("Record the day of going live"),
        },
    ),
    (
        _("Training"),
        {
            Permission.EDIT_TRAINING: _("Write courses and hold training sessions"),
            Permission.ACCEPT_COURSE: _("Accept a course, and release its materials"),
            Permission.NAME_LEARNERS: _("Name who is to learn"),
        },
    ),
    (
        _("Review and after"),
        {
            Permission.DRAFT_DOCUMENT: _("Write the words of a document"),
            Permission.REVIEW_DOCUMENT: _("Review and approve a closing report"),
            Permission.ISSUE_DOCUMENT: _("Issue a document"),
            Permission.ANSWER_DELAY: _("Agree or object to the delay ledger"),
            Permission.ASK_SURVEY: _("Ask how satisfied people are"),
            Permission.ANSWER_SURVEY: _("Answer a survey"),
            Permission.HOLD_VISIT: _("Agree on follow-up visits and hold them"),
            Permission.WRITE_LESSON: _("Write lessons"),
        },
    ),
)


@dataclass(frozen=True)
class Column:
    """One role or part of the table."""

    label: str | Promise
    side: str  # "vendor" or "client"
    allowed: frozenset[Permission]


def columns() -> list[Column]:
    """Return who may do something in an engagement: the roles that may by themselves, then the parts."""
    roles = [Column(role.label, "vendor", allowed) for role, allowed in ROLE_PERMISSIONS.items() if allowed]
    parts = [Column(part.label, _side_of(part), allowed) for part, allowed in PART_PERMISSIONS.items()]
    return [*roles, *parts]


def without_permissions() -> list[str | Promise]:
    """Return the roles that may do nothing in an engagement until they are given a part in it."""
    return [role.label for role, allowed in ROLE_PERMISSIONS.items() if not allowed and role != Role.ADMINISTRATOR]


def table() -> list[tuple[Promise, list[tuple[Promise, list[tuple[Column, bool]]]]]]:
    """Return the groups, each with its rows: what may be done, and for every column whether it may."""
    found = columns()
    return [
        (group, [(label, [(who, duty in who.allowed) for who in found]) for duty, label in duties.items()])
        for group, duties in DUTIES
    ]


def _side_of(part: Part) -> str:
    return "client" if part in CLIENT_PARTS else "vendor"
