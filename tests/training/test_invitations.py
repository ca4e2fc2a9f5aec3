"""E4: invitations go out as real mails with entries that calendars understand, move with the session, and are taken
back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.notifications import services as outbox
from onsite.notifications.calendar import Party, invitation
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.mail_server import MailServer
from tests.training.sitting import a_course, a_session, begun, soon
from tests.training.test_sessions import moved
from training.learning.access import link_of
from training.models import Course, Learner, TrainingSession
from training.services.enrolling import enrol, unenrol
from training.services.holding import save_attendance
from training.services.learners import save_learner
from training.services.sessions import cancel_session


def sent(server: MailServer) -> list[EmailMessage]:
    """Send what is due, and return what arrived since the last time."""
    before = len(server.received)
    outbox.sweep()
    return server.received[before:]


def entry_of(mail: EmailMessage) -> Any:
    """Return the calendar's entry of a mail, the same in both of its parts, and check its method."""
    parts = {part.get_content_type(): part for part in mail.walk()}
    shown, attached = parts["text/calendar"], parts["application/ics"]
    assert attached.get_filename() == "invite.ics"
    calendar = Calendar.from_ical(attached.get_content())
    assert Calendar.from_ical(shown.get_content()).to_ical() == calendar.to_ical()
    assert shown.get_param("method") == calendar["METHOD"]
    return calendar


def event_of(mail: EmailMessage) -> Any:
    return entry_of(mail).walk("VEVENT")[0]


def to(mails: list[EmailMessage], learner: Learner) -> EmailMessage:
    (found,) = [mail for mail in mails if str(mail["To"]) == learner.email]
    return found


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def taught(engagement: Engagement) -> tuple[Course, list[Learner]]:
    return a_course(engagement)


@pytest.fixture
def invited(engineer: User, taught: tuple[Course, list[Learner]]) -> TrainingSession:
    course, people = taught
    row = a_session(engineer, course)
    enrol(actor=engineer, session=row, learners=people)
    return row


def test_everybody_is_invited_with_an_entry_for_the_calendar(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    mails = sent(smtp)
    assert {str(mail["To"]) for mail in mails} == {engineer.email, *(one.email for one in taught[1])}
    learner = taught[1][0]
    mail = to(mails, learner)
    calendar, event = entry_of(mail), event_of(mail)
    assert calendar["METHOD"] == "REQUEST" and event["STATUS"] == "CONFIRMED" and event["SEQUENCE"] == 0
    assert str(event["UID"]).startswith(str(invited.uid))
    assert event["ATTENDEE"] == f"mailto:{learner.email}" and event["ATTENDEE"].params["CN"] == learner.name
    assert event.decoded("DTSTART") == invited.starts_at
    assert event["DTSTART"].to_ical().endswith(b"Z"), "in UTC, so that no reader takes it for another hour"
    assert event["LOCATION"] == invited.place
    assert invited.course.title in str(mail["Subject"])


def test_the_mail_holds_a_link_of_ones_own_and_the_outbox_none(
    taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    mails = sent(smtp)
    tokens = []
    for learner in taught[1]:
        text = text_of(to(mails, learner))
        token = text.partition("/learn/")[2].split("/")[0]
        link = link_of(token)
        assert link is not None and link.learner == learner
        assert token not in str(entry_of(to(mails, learner)).to_ical())
        tokens.append(token)
    told = "".join(str(row.payload) + row.subject + row.last_error for row in Message.objects.all())
    assert len(set(tokens)) == 3 and not any(token in told for token in tokens)


def test_it_is_written_in_the_learners_language_and_the_sites_hours(
    engineer: User, taught: tuple[Course, list[Learner]], smtp: MailServer
) -> None:
    course, (chinese, english, _third) = taught
    english.language = "en"
    english.save()
    begins = datetime(2027, 3, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    enrol(actor=engineer, session=a_session(engineer, course, begins), learners=[chinese, english])
    mails = sent(smtp)
    assert "Hello" in text_of(to(mails, english))
    for learner in (chinese, english):
        assert "2027-03-01 09:00–10:30" in text_of(to(mails, learner))
        assert event_of(to(mails, learner)).decoded("DTSTART") == datetime(2027, 3, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hour"), [(27, 13), (28, 12)])
def test_summer_time_moves_the_moment_and_not_the_hour(
    engineer: User, taught: tuple[Course, list[Learner]], engagement: Engagement, smtp: MailServer, day: int, hour: int
) -> None:
    """Berlin's clocks go on at two in the morning of 28 March 2027: 14:00 is another moment the day after."""
    engagement.time_zone = "Europe/Berlin"
    engagement.save()
    begins = datetime(2027, 3, day, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    enrol(actor=engineer, session=a_session(engineer, taught[0], begins), learners=taught[1][:1])
    mail = to(sent(smtp), taught[1][0])
    assert event_of(mail).decoded("DTSTART") == datetime(2027, 3, day, hour, tzinfo=UTC)
    assert f"2027-03-{day} 14:00" in text_of(mail)


def test_moving_it_keeps_the_entry_and_raises_its_number(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    first = event_of(to(sent(smtp), taught[1][0]))
    moved(engineer, invited, starts_at=soon(4), ends_at=soon(4) + timedelta(hours=1))
    second = event_of(to(sent(smtp), taught[1][0]))
    assert second["UID"] == first["UID"] and second["SEQUENCE"] == first["SEQUENCE"] + 2
    assert second.decoded("DTSTART") == soon(4)
    moved(engineer, invited, capacity=20, starts_at=soon(4), ends_at=soon(4) + timedelta(hours=1))
    assert sent(smtp) == [], "more seats are no news"


def test_what_was_not_sent_yet_is_sent_once_with_the_newest_words(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    moved(engineer, invited, place="三楼")
    mails = sent(smtp)
    assert len(mails) == 4
    assert event_of(to(mails, taught[1][0]))["LOCATION"] == "三楼"


def test_cancelling_takes_it_out_of_every_calendar(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    first = event_of(to(sent(smtp), taught[1][0]))
    cancel_session(actor=engineer, session=invited, reason="客户盘点")
    mails = sent(smtp)
    assert len(mails) == 4
    for mail in mails:
        assert entry_of(mail)["METHOD"] == "CANCEL"
        event = event_of(mail)
        assert event["STATUS"] == "CANCELLED" and event["UID"] == first["UID"]
        assert event["SEQUENCE"] > first["SEQUENCE"] and "客户盘点" in text_of(mail)
    assert not Message.objects.waiting().exists(), "nobody is reminded of it"


def test_whoever_is_taken_off_is_told_and_may_be_asked_again(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    learner = taught[1][0]
    numbers = [event_of(to(sent(smtp), learner))["SEQUENCE"]]
    unenrol(actor=engineer, enrolment=invited.enrolments.unscoped().get(learner=learner))
    (mail,) = sent(smtp)
    assert str(mail["To"]) == learner.email and entry_of(mail)["METHOD"] == "CANCEL"
    numbers.append(event_of(mail)["SEQUENCE"])
    enrol(actor=engineer, session=invited, learners=[learner])
    (again,) = sent(smtp)
    assert entry_of(again)["METHOD"] == "REQUEST"
    numbers.append(event_of(again)["SEQUENCE"])
    assert numbers == [0, 1, 2]


def test_who_was_never_told_is_not_called_off(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    unenrol(actor=engineer, enrolment=invited.enrolments.unscoped().get(learner=taught[1][0]))
    assert taught[1][0].email not in {str(mail["To"]) for mail in sent(smtp)}


def test_another_trainer_takes_over(
    engineer: User, colleague: User, invited: TrainingSession, smtp: MailServer
) -> None:
    sent(smtp)
    moved(engineer, invited, trainer=colleague)
    methods = {str(mail["To"]): entry_of(mail)["METHOD"] for mail in sent(smtp)}
    assert methods[engineer.email] == "CANCEL" and methods[colleague.email] == "REQUEST"


def test_the_reminder_comes_the_working_day_before(
    engineer: User, taught: tuple[Course, list[Learner]], smtp: MailServer
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    with time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=zone), tick=False):
        row = a_session(engineer, taught[0], datetime(2026, 12, 7, 9, tzinfo=zone))
        enrol(actor=engineer, session=row, learners=taught[1][:1])
        assert len(sent(smtp)) == 2
    due = Message.objects.filter(kind="training_reminder").values_list("due_at", flat=True)
    assert set(due) == {datetime(2026, 12, 4, 9, tzinfo=zone)}, "Friday, for a Monday"
    with time_machine.travel(datetime(2026, 12, 4, 9, 1, tzinfo=zone), tick=False):
        mails = sent(smtp)
        assert len(mails) == 2 and "2026-12-07 09:00" in text_of(to(mails, taught[1][0]))


def test_a_reminder_of_what_was_moved_is_withdrawn(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    sent(smtp)
    moved(engineer, invited, starts_at=soon(20), ends_at=soon(20) + timedelta(hours=1))
    waiting = Message.objects.waiting().filter(kind="training_reminder")
    assert waiting.count() == 4 and all(row.due_at > soon(10) for row in waiting)


def test_a_session_that_was_held_invites_and_reminds_nobody(
    engineer: User, invited: TrainingSession, smtp: MailServer
) -> None:
    save_attendance(actor=engineer, session=begun(invited), there=[])
    assert sent(smtp) == [] and not Message.objects.waiting().exists()


def test_a_mended_address_gets_the_invitation(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    sent(smtp)
    learner = taught[1][0]
    save_learner(
        actor=engineer, engagement=invited.engagement, learner=learner, role=learner.role, name=learner.name,
        email="mended@client.example", language="en",
    )  # fmt: skip
    (mail,) = sent(smtp)
    assert str(mail["To"]) == "mended@client.example" and entry_of(mail)["METHOD"] == "REQUEST"


@pytest.mark.parametrize("kind", ["training_invitation", "training_reminder"])
def test_a_mail_that_died_is_not_sent_to_the_old_address_later(
    engineer: User, manager: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer,
    kind: str,
) -> None:  # fmt: skip
    learner = taught[1][0]
    Message.objects.filter(kind=kind, address=learner.email).update(dead_at=timezone.now(), attempts=6)
    save_learner(
        actor=engineer, engagement=invited.engagement, learner=learner, role=learner.role, name=learner.name,
        email="mended@client.example", language="en",
    )  # fmt: skip
    outbox.retry(actor=manager, message=Message.objects.get(kind=kind, address=learner.email, dead_at__isnull=False))
    with time_machine.travel(invited.starts_at - timedelta(hours=1)):
        told = {str(mail["To"]) for mail in sent(smtp)}
    assert "mended@client.example" in told and learner.email not in told


def test_nobody_without_an_address_is_mailed(
    engineer: User, taught: tuple[Course, list[Learner]], smtp: MailServer
) -> None:
    learner = taught[1][0]
    learner.email = ""
    learner.save()
    row = a_session(engineer, taught[0])
    enrol(actor=engineer, session=row, learners=[learner])
    cancel_session(actor=engineer, session=row, reason="没人")
    assert sent(smtp) == []


def test_texts_can_not_break_the_entry() -> None:
    made = invitation(
        uid="1@x", revision=2, summary='课程\r\nATTENDEE:mailto:evil@x.example', starts_at=timezone.now(),
        ends_at=timezone.now() + timedelta(hours=1), place="a;b,c\\d\nBEGIN:VEVENT", description="一行\n两行;三",
        attendee=Party('Eve "x"\r\nX-EVIL:1', "eve@x.example"),
    )  # fmt: skip
    (event,) = Calendar.from_ical(made).walk("VEVENT")
    assert event["ATTENDEE"] == "mailto:eve@x.example" and "X-EVIL" not in event
    assert event["LOCATION"] == "a;b,c\\d BEGIN:VEVENT" and event["DESCRIPTION"] == "一行\n两行;三"
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))


def test_members_take_it_along_as_a_file(client_pm: User, invited: TrainingSession, sign_in: SignIn) -> None:
    url = reverse("training:session_ics", args=[invited.engagement_id, invited.pk])
    answer = sign_in(client_pm).get(url)
    assert answer["Content-Type"].startswith("text/calendar") and "attachment" in answer["Content-Disposition"]
    calendar = Calendar.from_ical(answer.content)
    assert calendar["METHOD"] == "PUBLISH" and "ATTENDEE" not in calendar.walk("VEVENT")[0]


def test_the_page_of_messages_shows_a_bare_address(
    manager: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, sign_in: SignIn
) -> None:
    Message.objects.filter(address=taught[1][0].email).update(dead_at=timezone.now(), last_error="550")
    page = sign_in(manager).get("/messages/").content.decode()
    assert taught[1][0].email in page and taught[1][0].name in page
    dead = Message.objects.dead().earliest("pk")
    sign_in(manager).post(reverse("notifications:message_retry", args=[dead.pk]))
    dead.refresh_from_db()
    assert dead.dead_at is None


def test_an_address_that_comes_back_gets_a_link_that_works(
    engineer: User, taught: tuple[Course, list[Learner]], invited: TrainingSession, smtp: MailServer
) -> None:
    learner, numbers = taught[1][0], []
    numbers.append(event_of(to(sent(smtp), learner))["SEQUENCE"])
    for email in ("typo@client.example", learner.email):
        save_learner(
            actor=engineer, engagement=invited.engagement, learner=learner, role=learner.role, name=learner.name,
            email=email, language="en",
        )  # fmt: skip
        mails = sent(smtp)
    mail = to(mails, learner)
    numbers.append(event_of(mail)["SEQUENCE"])
    assert numbers[1] > numbers[0] and "Training on" in str(mail["Subject"])
    assert link_of(text_of(mail).partition("/learn/")[2].split("/")[0]) is not None


def test_only_who_was_told_otherwise_reads_that_it_moved(
    engineer: User, taught: tuple[Course, list[Learner]], smtp: MailServer
) -> None:
    course, people = taught
    Learner.objects.filter(pk__in=[one.pk for one in people]).update(language="en")
    row = a_session(engineer, course)
    sent(smtp)
    enrol(actor=engineer, session=row, learners=[Learner.objects.unscoped().get(pk=people[0].pk)])
    sent(smtp)
    unenrol(actor=engineer, enrolment=row.enrolments.unscoped().get())
    sent(smtp)
    enrol(actor=engineer, session=row, learners=[Learner.objects.unscoped().get(pk=people[1].pk)])
    (first,) = sent(smtp)
    enrol(actor=engineer, session=row, learners=[Learner.objects.unscoped().get(pk=people[2].pk)])
    moved(engineer, TrainingSession.objects.unscoped().get(pk=row.pk), place="三楼")
    mails = sent(smtp)
    subjects = [str(mail["Subject"]) for mail in (first, to(mails, people[1]), to(mails, people[2]))]
    assert ["Training, now" in subject for subject in subjects] == [False, True, False]


def test_what_should_have_been_held_long_ago_is_cancelled_without_mails(
    engineer: User, invited: TrainingSession, smtp: MailServer
) -> None:
    sent(smtp)
    begun(invited)
    TrainingSession.objects.filter(pk=invited.pk).update(starts_at=soon(-30), ends_at=soon(-30) + timedelta(hours=1))
    cancel_session(actor=engineer, session=invited, reason="没来")
    assert sent(smtp) == [] and not Message.objects.waiting().exists()
