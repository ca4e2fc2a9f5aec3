"""E4: sessions are planned with room and without clashes, or knowingly with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from engagements import gates
from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import InParallel, SignIn
from tests.factories import MembershipFactory
from tests.factories.training import CourseFactory, LearnerFactory
from tests.training.sitting import a_course, a_session, begun, soon
from training.models import Course, Enrolment, Learner, TrainingSession
from training.services.enrolling import enrol, unenrol
from training.services.holding import save_attendance
from training.services.sessions import cancel_session, save_session
from training.sessions import clashes


@pytest.fixture
def taught(engagement: Engagement) -> tuple[Course, list[Learner]]:
    return a_course(engagement)


def moved(actor: User, session: TrainingSession, **fields: object) -> TrainingSession:
    names = ("course", "starts_at", "ends_at", "place", "link", "trainer", "capacity")
    given = {name: getattr(session, name) for name in names} | fields
    return save_session(actor=actor, engagement=session.engagement, session=session, **given)


def test_a_course_that_nobody_accepted_is_not_planned(engineer: User, engagement: Engagement) -> None:
    with pytest.raises(DomainError) as refused:
        a_session(engineer, CourseFactory(engagement=engagement))
    assert refused.value.field == "course"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ends_at": soon(2)}, "ends_at"),
        ({"ends_at": soon(9)}, "ends_at"),
        ({"place": "", "link": ""}, "place"),
    ],
)
def test_what_can_not_be_is_refused(
    engineer: User, taught: tuple[Course, list[Learner]], fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        a_session(engineer, taught[0], **fields)
    assert refused.value.field == field


def test_a_trainer_is_one_of_ours(
    engineer: User, client_pm: User, outsider_engineer: User, taught: tuple[Course, list[Learner]]
) -> None:
    for user in (client_pm, outsider_engineer):
        with pytest.raises(DomainError) as refused:
            a_session(engineer, taught[0], trainer=user)
        assert refused.value.field == "trainer"
        with pytest.raises(PermissionDenied):
            a_session(user, taught[0], trainer=engineer)


def test_a_trainer_elsewhere_is_told_and_refused_unless_ticked(
    engineer: User, colleague: User, taught: tuple[Course, list[Learner]], foreign_engagement: Engagement
) -> None:
    course = taught[0]
    a_session(engineer, course)
    with pytest.raises(DomainError) as refused:
        a_session(engineer, course, soon() + timedelta(minutes=60))
    assert refused.value.field == "all_the_same" and course.title in refused.value.message
    a_session(engineer, course, soon() + timedelta(minutes=90))
    a_session(engineer, course, soon() + timedelta(minutes=60), all_the_same=True)
    MembershipFactory(engagement=foreign_engagement, user=colleague, part=Part.ENGINEER)
    secret, _people = a_course(foreign_engagement)
    a_session(colleague, secret)
    with pytest.raises(DomainError) as elsewhere:
        a_session(engineer, course, trainer=colleague)
    assert colleague.name in elsewhere.value.message and secret.title not in elsewhere.value.message


def test_learners_elsewhere_are_told(engineer: User, colleague: User, taught: tuple[Course, list[Learner]]) -> None:
    course, people = taught
    enrol(actor=engineer, session=a_session(engineer, course), learners=people[:1])
    other = a_session(engineer, course, trainer=colleague)
    with pytest.raises(DomainError) as refused:
        enrol(actor=engineer, session=other, learners=people)
    assert refused.value.field == "all_the_same" and people[0].name in refused.value.message
    assert not other.enrolments.exists()
    enrol(actor=engineer, session=other, learners=people, all_the_same=True)
    later = a_session(engineer, course, soon(5), trainer=colleague)
    enrol(actor=engineer, session=later, learners=people)
    with pytest.raises(DomainError):
        moved(engineer, later, starts_at=soon(), ends_at=soon() + timedelta(hours=1))


def test_a_day_off_and_an_odd_length_are_told(engineer: User, taught: tuple[Course, list[Learner]]) -> None:
    saturday = datetime(2026, 12, 5, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    row = a_session(engineer, taught[0], saturday, ends_at=saturday + timedelta(minutes=20))
    assert len(clashes.notices(row)) == 2
    monday = saturday + timedelta(days=2)
    assert clashes.notices(moved(engineer, row, starts_at=monday, ends_at=monday + timedelta(minutes=90))) == []


def test_seats_are_not_exceeded(engineer: User, taught: tuple[Course, list[Learner]]) -> None:
    course, people = taught
    row = a_session(engineer, course, capacity=2)
    with pytest.raises(DomainError) as refused:
        enrol(actor=engineer, session=row, learners=people)
    assert refused.value.field == "learners" and not row.enrolments.exists()
    enrol(actor=engineer, session=row, learners=people[:2])
    enrol(actor=engineer, session=row, learners=people[:2])
    assert row.enrolments.count() == 2
    with pytest.raises(DomainError) as fewer:
        moved(engineer, row, capacity=1)
    assert fewer.value.field == "capacity"


def test_the_last_seat_is_given_once(
    postgresql: None, in_parallel: InParallel, engineer: User, taught: tuple[Course, list[Learner]]
) -> None:
    course, people = taught
    row = a_session(engineer, course, capacity=1)
    found = in_parallel(*(partial(enrol, actor=engineer, session=row, learners=[one]) for one in people))
    assert sum(isinstance(one, DomainError) for one in found) == 2, found
    assert row.enrolments.count() == 1


def test_two_ticks_of_the_same_person_enrol_them_once(
    postgresql: None, in_parallel: InParallel, engineer: User, taught: tuple[Course, list[Learner]]
) -> None:
    course, people = taught
    row = a_session(engineer, course)
    found = in_parallel(*[partial(enrol, actor=engineer, session=row, learners=people)] * 3)
    assert sorted(map(len, found)) == [0, 0, 3]


def test_people_of_other_roles_or_gone_are_refused(engineer: User, taught: tuple[Course, list[Learner]]) -> None:
    course, people = taught
    row = a_session(engineer, course)
    people[1].left_at = timezone.now()
    people[1].save()
    for learners in ([LearnerFactory()], people, []):
        with pytest.raises(DomainError) as refused:
            enrol(actor=engineer, session=row, learners=learners)
        assert refused.value.field == "learners"


def test_a_whole_role_is_enrolled_at_once(
    engineer: User, taught: tuple[Course, list[Learner]], sign_in: SignIn
) -> None:
    course, people = taught
    row = a_session(engineer, course)
    browser = sign_in(engineer)
    url = reverse("training:session_enrol", args=[row.engagement_id, row.pk])
    assert browser.post(url, {"role": people[0].role_id}).status_code == 302
    assert row.enrolments.count() == 3
    gone = row.enrolments.unscoped().earliest("pk")
    off = reverse("training:session_unenrol", args=[row.engagement_id, row.pk, gone.pk])
    assert browser.post(off).status_code == 302
    assert browser.post(url, {"learners": ["99999999999999999999"]}).status_code == 422
    assert browser.post(url, {"learners": [gone.learner_id]}).status_code == 302
    assert browser.get(url).status_code == 200


def test_a_stale_edit_is_shown_beside_what_stands(
    engineer: User, colleague: User, taught: tuple[Course, list[Learner]], sign_in: SignIn
) -> None:
    row = a_session(engineer, taught[0])
    was = row.fingerprint
    moved(colleague, row, place="三楼会议室")
    with pytest.raises(StaleError):
        moved(engineer, row, was=was, place="一楼")
    typed = {
        "was": was, "course": row.course_id, "trainer": engineer.pk, "starts_at": "2026-12-07T09:00",
        "ends_at": "2026-12-07T10:30", "place": "一楼", "link": "", "capacity": 5,
    }  # fmt: skip
    url = reverse("training:session_edit", args=[row.engagement_id, row.pk])
    answer = sign_in(engineer).post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "三楼会议室" in page and 'value="一楼"' in page


def test_what_was_held_is_not_moved_cancelled_or_emptied(engineer: User, taught: tuple[Course, list[Learner]]) -> None:
    course, people = taught
    row = a_session(engineer, course)
    (one, *_rest) = enrol(actor=engineer, session=row, learners=people)
    save_attendance(actor=engineer, session=begun(row), there=[one.pk])
    for action in (
        partial(moved, engineer, row, place="外面"),
        partial(cancel_session, actor=engineer, session=row, reason="没人"),
        partial(unenrol, actor=engineer, enrolment=one),
        partial(enrol, actor=engineer, session=row, learners=people),
    ):
        with pytest.raises(DomainError):
            action()


def test_a_cancelled_session_stays_with_its_people_and_its_reason(
    engineer: User, client_pm: User, taught: tuple[Course, list[Learner]], sign_in: SignIn
) -> None:
    course, people = taught
    row = a_session(engineer, course)
    enrol(actor=engineer, session=row, learners=people)
    url = reverse("training:session_cancel", args=[row.engagement_id, row.pk])
    assert sign_in(engineer).post(url, {"reason": " "}).status_code == 422
    assert sign_in(engineer).post(url, {"reason": "客户盘点"}).status_code == 302
    page = sign_in(client_pm).get(row.get_absolute_url()).content.decode()
    assert "客户盘点" in page and people[0].name in page
    assert AuditEntry.objects.filter(action="session.cancelled").count() == 1


def test_a_trainer_who_left_is_told(
    engineer: User, colleague: User, taught: tuple[Course, list[Learner]], sign_in: SignIn
) -> None:
    row = a_session(engineer, taught[0], trainer=colleague)
    row.engagement.memberships.unscoped().filter(user=colleague).update(ended_at=timezone.now())
    page = sign_in(engineer).get(row.get_absolute_url())
    assert page.context["trainer_left"] and "alert-warning" in page.content.decode()
    rows = sign_in(engineer).get(reverse("training:sessions", args=[row.engagement_id])).context["rows"]
    assert [one.trainer_left for one in rows] == [True]


def test_a_client_reads_the_accepted_title_and_no_button(
    engineer: User, client_pm: User, taught: tuple[Course, list[Learner]], sign_in: SignIn
) -> None:
    course = taught[0]
    agreed = course.title
    row = a_session(engineer, course)
    course.title = "还没有定的名字"
    course.save()
    for url in (row.get_absolute_url(), reverse("training:sessions", args=[row.engagement_id]), "/"):
        page = sign_in(client_pm).get(url, follow=True).content.decode()
        assert agreed in page and course.title not in page
        assert f"/sessions/{row.pk}/enrol/" not in page
    assert Enrolment.objects.count() == 0


@pytest.mark.parametrize("origin", [Phase.PREPARATION, Phase.EXECUTION])
def test_with_the_engagement_ends_what_was_still_to_be_held(
    engineer: User, manager: User, engagement: Engagement, taught: tuple[Course, list[Learner]], mailoutbox: list[Any],
    origin: Phase,
) -> None:  # fmt: skip
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase=origin)
    coming, missed = (a_session(engineer, taught[0], soon(day), all_the_same=True) for day in (3, 6))
    enrol(actor=engineer, session=coming, learners=taught[1])
    sweep()
    begun(missed, minutes=600)
    TrainingSession.objects.filter(pk=missed.pk).update(ends_at=timezone.now() - timedelta(hours=1))
    mailoutbox.clear()
    gates.change_phase(
        actor=manager, engagement=Engagement.objects.unscoped().get(pk=engagement.pk), to=Phase.CANCELLED
    )
    coming.refresh_from_db()
    missed.refresh_from_db()
    assert coming.state == "cancelled" and coming.cancel_reason and missed.is_planned
    sweep()
    assert {mail.to[0] for mail in mailoutbox} == {engineer.email, *(one.email for one in taught[1])}
    waiting = Message.objects.waiting().filter(dedupe_key__startswith=f"session:{coming.pk}:")
    assert not waiting.exists(), "nobody is reminded"
    assert AuditEntry.objects.filter(action="session.cancelled").count() == 1


@pytest.mark.parametrize(("language", "said"), [
    ("en", "2 training sessions still to come are cancelled"), ("zh-hans", "尚未举行的 2 场培训将一并取消"),
])  # fmt: skip
def test_whoever_ends_the_engagement_is_told_what_is_cancelled(
    engineer: User, manager: User, engagement: Engagement, taught: tuple[Course, list[Learner]], sign_in: SignIn,
    language: str, said: str,
) -> None:  # fmt: skip
    User.objects.filter(pk=manager.pk).update(language=language)
    browser, url = sign_in(manager), reverse("engagements:phase_change", args=[engagement.pk])

    def asked() -> str:
        return browser.post(url, {"to": "cancelled"}).content.decode()

    assert said[2:12] not in asked()
    rows = [a_session(engineer, taught[0], soon(day), all_the_same=True) for day in (3, 6, 9)]
    begun(rows[2], minutes=600)
    TrainingSession.objects.filter(pk=rows[2].pk).update(ends_at=timezone.now() - timedelta(hours=1))
    assert said in asked()
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    assert said not in browser.get(engagement.get_absolute_url()).content.decode()
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase=Phase.REVIEW)
    assert said in browser.get(engagement.get_absolute_url()).content.decode()


def test_what_is_to_come_is_not_moved_into_the_past(engineer: User, taught: tuple[Course, list[Learner]]) -> None:
    row = a_session(engineer, taught[0])
    with pytest.raises(DomainError) as refused:
        moved(engineer, row, starts_at=soon(-1), ends_at=soon(-1) + timedelta(hours=1))
    assert refused.value.field == "starts_at"
    done = a_session(engineer, taught[0], soon(-2))
    moved(engineer, done, starts_at=soon(-1), ends_at=soon(-1) + timedelta(hours=1))
