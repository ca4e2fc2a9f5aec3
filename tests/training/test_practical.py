"""E4: the practical sign-off: several at once, the newest counts, a correction is a new row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.training.learning import a_course, a_role, attend, learners
from training.models import PracticalCheck
from training.results.readiness import passed_by_role
from training.services.practical_checks import Seen, record_checks


def test_several_are_noted_at_once_and_a_correction_is_a_new_row(engagement: Engagement, engineer: User) -> None:
    role, today = a_role(engagement), engagement.today()
    course, people = a_course(role), learners(role, 3)
    attend(course, *people)
    first, second, third = people
    seen = [Seen(first.pk, "passed", "独立完成"), Seen(second.pk, "passed"), Seen(third.pk, "not_yet", "漏了预算")]
    assert len(record_checks(actor=engineer, course=course, checked_on=today, seen=seen)) == 3
    assert passed_by_role(engagement) == {role.pk: 2}
    record_checks(actor=engineer, course=course, checked_on=today, seen=[Seen(second.pk, "not_yet")])
    assert passed_by_role(engagement) == {role.pk: 1}
    assert PracticalCheck.objects.count() == AuditEntry.objects.filter(action="practical_check.recorded").count() == 4


def test_the_same_press_twice_keeps_one_row(engagement: Engagement, engineer: User) -> None:
    role, today = a_role(engagement), engagement.today()
    course, [person, other] = a_course(role), learners(role, 2)
    seen = [Seen(person.pk, "passed")]
    record_checks(actor=engineer, course=course, checked_on=today, seen=seen)
    with pytest.raises(DomainError, match="Nothing new"):
        record_checks(actor=engineer, course=course, checked_on=today, seen=seen)
    [new] = record_checks(actor=engineer, course=course, checked_on=today, seen=[*seen, Seen(other.pk, "passed")])
    assert new.learner == other


def test_one_who_never_attended_may_be_checked(engagement: Engagement, engineer: User) -> None:
    """Allowed; readiness says in words what is missing."""
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    record_checks(actor=engineer, course=course, checked_on=engagement.today(), seen=[Seen(person.pk, "passed")])
    assert passed_by_role(engagement) == {}


def test_what_can_not_be_true_is_refused_whole(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    role, other, today = a_role(engagement), a_role(engagement, name="车间主任"), engagement.today()
    course, [person, gone], [chief] = a_course(role), learners(role, 2), learners(other)
    [foreign] = learners(a_role(foreign_engagement))
    gone.left_at = timezone.now()
    gone.save()
    with pytest.raises(DomainError) as refused:
        record_checks(
            actor=engineer, course=course, checked_on=today + timedelta(days=1), seen=[Seen(person.pk, "passed")]
        )
    assert refused.value.field == "checked_on"
    for stranger in (chief, gone, foreign):
        with pytest.raises(DomainError, match="no longer a learner"):
            seen = [Seen(person.pk, "passed"), Seen(stranger.pk, "passed")]
            record_checks(actor=engineer, course=course, checked_on=today, seen=seen)
    assert not PracticalCheck.objects.exists()


def test_only_those_who_teach_note_it(engagement: Engagement, client_pm: User, outsider_engineer: User) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    for user in (client_pm, outsider_engineer):
        with pytest.raises(PermissionDenied):
            record_checks(actor=user, course=course, checked_on=engagement.today(), seen=[Seen(person.pk, "passed")])


# --- The trainer's list -------------------------------------------------------------------------------------------------------


def test_the_list_keeps_what_was_typed_and_saves_all_at_once(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    role, today = a_role(engagement), engagement.today()
    course, [first, second, third] = a_course(role), learners(role, 3)
    url, browser = reverse("training:checks", args=[engagement.pk, course.pk]), sign_in(engineer)
    assert "No session yet" in browser.get(url).content.decode()
    typed = {f"outcome_{first.pk}": "passed", f"note_{first.pk}": "独立完成", f"note_{second.pk}": "只看了一半"}
    for bad in (
        {"checked_on": str(today)},
        typed | {"checked_on": str(today)},
        typed | {"checked_on": str(today + timedelta(days=1)), f"outcome_{second.pk}": "not_yet"},
        typed | {"checked_on": "0001-01-01", f"outcome_{second.pk}": "perhaps"},
    ):
        answer = browser.post(url, bad)
        assert answer.status_code == 422
        assert (f"note_{first.pk}" not in bad) or "独立完成" in answer.content.decode()
    good = typed | {"checked_on": str(today), f"outcome_{second.pk}": "not_yet", f"outcome_{third.pk}": ""}
    assert browser.post(url, good).headers["Location"] == reverse("training:results", args=[engagement.pk, course.pk])
    found = PracticalCheck.objects.unscoped().order_by("pk").values_list("learner", "outcome", "note")
    assert list(found) == [(first.pk, "passed", "独立完成"), (second.pk, "not_yet", "只看了一半")]
    assert sign_in(client_pm).get(url).status_code == 403


def test_who_left_meanwhile_is_told_of(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    role = a_role(engagement)
    course, [person, gone] = a_course(role), learners(role, 2)
    gone.left_at = timezone.now()
    gone.save()
    url = reverse("training:checks", args=[engagement.pk, course.pk])
    sent = {"checked_on": str(engagement.today()), f"outcome_{person.pk}": "passed", f"outcome_{gone.pk}": "passed"}
    answer = sign_in(engineer).post(url, sent)
    assert answer.status_code == 422 and "no longer a learner" in answer.content.decode()
    assert not PracticalCheck.objects.exists()
