"""Pages of sessions and people ask the database as often for one row as for thirty."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.factories.training import EnrolmentFactory, LearnerFactory, TrainingSessionFactory
from tests.training.sitting import a_course, soon
from training.learning.access import link_for
from training.models import Feedback, TrainingSession


def count(browser: Client, url: str) -> int:
    """Return the queries of the second visit: the first one fills what a process remembers."""
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def test_pages_ask_as_often_for_thirty_rows(
    engineer: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    course, (learner,) = a_course(engagement, 1)
    main = TrainingSessionFactory(course=course, trainer=engineer)
    main.starts_at = timezone.now()
    main.save()
    reader = Client()
    reader.get(reverse("learn:open", args=[link_for(learner)]))

    def grow(rows: int) -> None:
        for number in range(rows):
            words: dict[str, Any] = {"course": course, "trainer": engineer}
            coming = TrainingSessionFactory(**words)
            held = TrainingSessionFactory(**words, starts_at=soon(-number - 2), state=TrainingSession.State.HELD)
            EnrolmentFactory(session=coming, learner=learner)
            EnrolmentFactory(session=main, learner=LearnerFactory(role=learner.role))
            LearnerFactory(role=learner.role)
            for _several in range(3):
                one = EnrolmentFactory(session=held, learner=LearnerFactory(role=learner.role), was_there=True)
                Feedback.objects.create(enrolment=one, useful=5, clear=5, able=5)

    def counts() -> dict[str, int]:
        args = [engagement.pk]
        inside = {
            "people": reverse("training:learners", args=args),
            "sessions": reverse("training:sessions", args=args),
            "session": main.get_absolute_url(),
            "home": reverse("training:home", args=args),
            "today": reverse("reports:today"),
            "enrol": reverse("training:session_enrol", args=[*args, main.pk]),
            "attendance": reverse("training:attendance", args=[*args, main.pk]),
        }
        browser, client = sign_in(engineer), sign_in(client_pm)
        found = {name: count(browser, url) for name, url in inside.items()}
        found |= {f"client {name}": count(client, inside[name]) for name in ("people", "sessions", "session")}
        found["dashboard"] = count(client, reverse("reports:dashboard", args=args))
        return found | {"learn": count(reader, "/learn/")}

    grow(1)
    before = counts()
    grow(29)
    assert counts() == before


def test_today_shows_what_i_hold_with_its_list(
    engineer: User, colleague: User, engagement: Engagement, sign_in: SignIn
) -> None:
    course, _people = a_course(engagement)
    now = timezone.now()
    mine = TrainingSessionFactory(course=course, trainer=engineer, starts_at=now, ends_at=soon(1))
    TrainingSessionFactory(course=course, trainer=engineer, starts_at=soon(5))
    TrainingSessionFactory(course=course, trainer=colleague)
    url = reverse("training:attendance", args=[engagement.pk, mine.pk])
    page = sign_in(engineer).get(reverse("reports:today"))
    assert page.context["day"].trainings == [mine] and url in page.content.decode()
