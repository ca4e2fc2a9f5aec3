"""Sharing sessions: planned about what is over, moved and called off with everybody told, held once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from icalendar import Calendar

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.factories import MembershipFactory, SharingFactory, UserFactory
from training.models import Sharing
from training.services import sharing as services
from training.services import sharing_invitations
from training.sharing.presence import presence_mark
from training.sharing.shown import coming_to

pytestmark = pytest.mark.django_db

Plan = Callable[..., Sharing]


@pytest.fixture
def over(engagement: Engagement) -> Engagement:
    """The engagement, once its review has begun."""
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase="review")
    engagement.refresh_from_db()
    return engagement


def fields(speaker: User, **others: Any) -> dict[str, Any]:
    """What a session says."""
    begins = timezone.now().replace(microsecond=0) + timedelta(days=7)
    return {
        "topic": "权限分配需前置确认",
        "speaker": speaker,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=1),
        "place": "总部三楼",
        "link": "",
        "scene": "上线前一天才发现客户经理看不到跨行客户",
        "breakthrough": "权限矩阵在需求阶段逐岗位确认",
        "client_dealings": "先单独谈,再开会",
    } | others


def fresh(row: Sharing) -> Sharing:
    return Sharing.objects.get(pk=row.pk)


def attached(letter: Any) -> Any:
    """Return the calendar's entry of a mail."""
    content = next(part[1] for part in letter.attachments if part[0] == "invite.ics")
    return Calendar.from_ical(content)


def mails_to(user: User) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [user.email]]


def test_planned_by_a_member_with_the_speaker_invited(over: Engagement, engineer: User, colleague: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(colleague))
    assert row.is_planned
    assert [one.user for one in row.invitations.all()] == [colleague]
    sweep()
    (letter,) = mails_to(colleague)
    assert row.topic in letter.subject
    entry = attached(letter)
    event = entry.walk("VEVENT")[0]
    assert (str(entry["method"]), int(event["sequence"])) == ("REQUEST", 0)
    assert event.decoded("dtstart") == row.starts_at
    assert audit.first_broken(audit.COMPANY) is None


@pytest.mark.parametrize("phase", ["preparation", "execution", "cancelled"])
def test_only_about_what_is_over(engagement: Engagement, engineer: User, phase: str) -> None:
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase=phase)
    with pytest.raises(DomainError) as refused:
        services.plan_sharing(actor=engineer, engagement=engagement, **fields(engineer))
    assert refused.value.field == "engagement"


def test_nobody_else_plans_or_runs_one(
    over: Engagement, engineer: User, outsider_engineer: User, client_pm: User, administrator: User
) -> None:
    row = SharingFactory(engagement=over, speaker=engineer)
    for stranger in (outsider_engineer, client_pm, administrator):
        with pytest.raises(PermissionDenied):
            services.plan_sharing(actor=stranger, engagement=over, **fields(engineer))
        with pytest.raises(PermissionDenied):
            services.cancel_sharing(actor=stranger, sharing=row)
        with pytest.raises(PermissionDenied):
            sharing_invitations.invite_people(actor=stranger, sharing=row, people=[stranger])
    # Whoever is a member but neither speaks nor planned it reads it and leaves it alone.
    other = UserFactory(role=Role.ENGINEER)
    MembershipFactory(engagement=over, user=other, part="engineer")
    assert Sharing.objects.visible_to(other).filter(pk=row.pk).exists()
    with pytest.raises(PermissionDenied):
        services.cancel_sharing(actor=other, sharing=row)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": timezone.now()}, "ends_at"),
        ({"ends_at": timezone.now() + timedelta(days=30)}, "ends_at"),
        ({"place": "", "link": ""}, "place"),
        ({"scene": "数据库密码: Sommer2026"}, "scene"),
    ],
)
def test_what_cannot_be_is_refused(over: Engagement, engineer: User, change: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        services.plan_sharing(actor=engineer, engagement=over, **fields(engineer, **change))
    assert refused.value.field == field
    assert not Sharing.objects.exists()


def test_the_same_session_is_planned_once(over: Engagement, engineer: User) -> None:
    said = fields(engineer)
    first = services.plan_sharing(actor=engineer, engagement=over, **said)
    with pytest.raises(DomainError):
        services.plan_sharing(actor=engineer, engagement=over, **said)
    services.cancel_sharing(actor=engineer, sharing=first)
    services.plan_sharing(actor=engineer, engagement=over, **said)


def test_every_engineer_is_invited_at_once(over: Engagement, engineer: User, manager: User, client_pm: User) -> None:
    UserFactory(role=Role.ENGINEER, is_active=False)
    others = [UserFactory(role=Role.ENGINEER) for _ in range(3)]
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    assert sharing_invitations.invite_people(actor=manager, sharing=row, people=[manager], everybody=True) == 4
    assert {one.user for one in row.invitations.all()} == {engineer, manager, *others}
    with pytest.raises(DomainError):
        sharing_invitations.invite_people(actor=manager, sharing=row, people=[client_pm], everybody=True)
    sweep()
    assert len(mail.outbox) == 5


def test_a_move_tells_everybody_with_the_next_number(over: Engagement, engineer: User, manager: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    sharing_invitations.invite_people(actor=engineer, sharing=row, people=[manager])
    sweep()
    mail.outbox.clear()
    later = row.starts_at + timedelta(days=1)
    said = fields(engineer, starts_at=later, ends_at=later + timedelta(hours=1))
    moved = services.change_sharing(actor=engineer, sharing=row, was=fresh(row).fingerprint, **said)
    sweep()
    assert len(mail.outbox) == 2
    event = attached(mails_to(manager)[0]).walk("VEVENT")[0]
    assert (int(event["sequence"]), event.decoded("dtstart")) == (2, later)
    # What stands in no calendar tells nobody.
    mail.outbox.clear()
    quiet = services.change_sharing(actor=engineer, sharing=row, was=moved.fingerprint, **said | {"scene": "更清楚"})
    sweep()
    assert (quiet.revision, mail.outbox) == (1, [])


def test_whoever_was_not_told_yet_gets_only_the_newest_word(over: Engagement, engineer: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    said = fields(engineer, place="二楼")
    services.change_sharing(actor=engineer, sharing=row, was=fresh(row).fingerprint, **said)
    sweep()
    (letter,) = mail.outbox
    assert "二楼" in letter.body


def test_an_edit_from_an_old_page_changes_nothing(over: Engagement, engineer: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    was = fresh(row).fingerprint
    services.change_sharing(actor=engineer, sharing=row, was=was, **fields(engineer, topic="先"))
    with pytest.raises(StaleError):
        services.change_sharing(actor=engineer, sharing=row, was=was, **fields(engineer, topic="后"))
    assert fresh(row).topic == "先"


def test_cancelled_leaves_the_calendars_and_stays_so(over: Engagement, engineer: User, manager: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    sharing_invitations.invite_people(actor=engineer, sharing=row, people=[manager])
    sweep()
    mail.outbox.clear()
    services.cancel_sharing(actor=engineer, sharing=row)
    sweep()
    entry = attached(mails_to(manager)[0])
    event = entry.walk("VEVENT")[0]
    assert (str(entry["method"]), str(event["status"]), int(event["sequence"])) == ("CANCEL", "CANCELLED", 1)
    for again in (
        lambda: services.cancel_sharing(actor=engineer, sharing=row),
        lambda: services.change_sharing(actor=engineer, sharing=row, was=fresh(row).fingerprint, **fields(engineer)),
        lambda: services.note_presence(actor=engineer, sharing=row, there=[], was=presence_mark(row)),
        lambda: sharing_invitations.invite_people(actor=engineer, sharing=row, people=[], everybody=True),
    ):
        with pytest.raises(DomainError):
            again()


def test_an_invitation_that_was_taken_back_and_given_again(over: Engagement, engineer: User, manager: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    for _again in range(2):
        sharing_invitations.invite_people(actor=engineer, sharing=row, people=[manager])
        sweep()
        invitation = row.invitations.get(user=manager)
        sharing_invitations.take_back_invitation(actor=engineer, invitation=invitation)
        sweep()
    entries = [attached(letter) for letter in mails_to(manager)]
    assert [str(entry["method"]) for entry in entries] == ["REQUEST", "CANCEL"] * 2
    # Calendars that go by the number take each word for newer than the one before.
    assert [int(entry.walk("VEVENT")[0]["sequence"]) for entry in entries] == [0, 1, 2, 3]
    assert len({letter.subject for letter in mails_to(manager)[::2]}) == 1, "asked anew, not told of a change"
    with pytest.raises(DomainError):
        sharing_invitations.take_back_invitation(actor=engineer, invitation=invitation)
    with pytest.raises(DomainError, match="speaks"):
        sharing_invitations.take_back_invitation(actor=manager, invitation=row.invitations.get(user=engineer))


def test_held_by_noting_who_was_there(over: Engagement, engineer: User, manager: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    sharing_invitations.invite_people(actor=engineer, sharing=row, people=[manager])
    with pytest.raises(DomainError, match="not begun"):
        services.note_presence(actor=engineer, sharing=row, there=[], was=presence_mark(row))
    Sharing.objects.filter(pk=row.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    there = [row.invitations.get(user=manager)]
    was = presence_mark(row)
    services.note_presence(actor=engineer, sharing=row, there=there, was=was)
    assert fresh(row).is_held
    assert {one.user: one.was_there for one in row.invitations.all()} == {engineer: False, manager: True}
    with pytest.raises(StaleError):
        services.note_presence(actor=engineer, sharing=row, there=[], was=was)
    with pytest.raises(DomainError, match="held already"):
        services.cancel_sharing(actor=engineer, sharing=row)
    # Whoever came late to the list may read it, and gets no entry for a day that is over.
    mail.outbox.clear()
    late = UserFactory(role=Role.ENGINEER)
    sharing_invitations.invite_people(actor=engineer, sharing=row, people=[late])
    assert not Message.objects.filter(recipient=late).exists()
    assert Sharing.objects.visible_to(late).filter(pk=row.pk).exists()


def test_a_past_session_that_is_noted_afterwards_tells_nobody(over: Engagement, engineer: User) -> None:
    begun = timezone.now() - timedelta(days=3)
    said = fields(engineer, starts_at=begun, ends_at=begun + timedelta(hours=1))
    services.plan_sharing(actor=engineer, engagement=over, **said)
    assert not Message.objects.exists()


def test_who_reads_one(
    over: Engagement, engineer: User, colleague: User, outsider_engineer: User, client_pm: User, manager: User,
    administrator: User,
) -> None:  # fmt: skip
    row = services.plan_sharing(actor=manager, engagement=over, **fields(engineer))
    readers = {user for user in (engineer, colleague, manager) if Sharing.objects.visible_to(user).exists()}
    assert readers == {engineer, colleague, manager}
    for stranger in (outsider_engineer, client_pm, administrator):
        assert not Sharing.objects.visible_to(stranger).exists()
    sharing_invitations.invite_people(actor=manager, sharing=row, people=[outsider_engineer])
    assert list(coming_to(outsider_engineer, until=timezone.localdate() + timedelta(days=30))) == [row]
    sharing_invitations.take_back_invitation(actor=manager, invitation=row.invitations.get(user=outsider_engineer))
    assert not Sharing.objects.visible_to(outsider_engineer).exists()
    sweep()
    assert mails_to(outsider_engineer) == [], "taken back before any mail went out"


def test_who_was_not_told_yet_is_not_told_that_it_is_off(over: Engagement, engineer: User, manager: User) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    sweep()
    sharing_invitations.invite_people(actor=engineer, sharing=row, people=[manager])
    services.cancel_sharing(actor=engineer, sharing=row)
    sweep()
    assert mails_to(manager) == []
    assert len(mails_to(engineer)) == 2


def test_only_whoever_was_told_before_reads_that_it_is_different_now(
    over: Engagement, engineer: User, manager: User
) -> None:
    row = services.plan_sharing(actor=engineer, engagement=over, **fields(engineer))
    sweep()
    said = fields(engineer, place="二楼")
    services.change_sharing(actor=engineer, sharing=row, was=fresh(row).fingerprint, **said)
    sharing_invitations.invite_people(actor=engineer, sharing=row, people=[manager])
    sweep()
    assert mails_to(engineer)[-1].subject != mails_to(engineer)[0].subject
    assert [letter.subject for letter in mails_to(manager)] == [mails_to(engineer)[0].subject]
