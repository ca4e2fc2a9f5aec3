"""Who is where: the manager sees everybody, a person themselves; absences are the person's and the manager's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from engagements.models import Absence, Assignment, Engagement
from engagements.services import assignments
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from reports.dashboards.who_is_where import GLANCE_PEOPLE, glance, load_who_is_where, weeks_around
from reports.figures.weekly import Week
from tests.conftest import SignIn
from tests.factories import UserFactory

URL = "/who-is-where/"


def works(engagement: Engagement, user: User, percent: int = 100, days: int = 30) -> Assignment:
    today = timezone.localdate()
    start_on = today - timedelta(days=today.weekday())
    return Assignment.objects.create(
        engagement=engagement, user=user, start_on=start_on, finish_on=start_on + timedelta(days=days), percent=percent
    )


def away(user: User, first: int = 0, last: int = 1, kind: str = "leave") -> Absence:
    today = timezone.localdate()
    return Absence.objects.create(
        user=user, start_on=today + timedelta(days=first), finish_on=today + timedelta(days=last), kind=kind
    )


def test_the_page_reads_in_both_languages(
    engagement: Engagement, manager: User, colleague: User, sign_in: SignIn, time_machine: Any
) -> None:
    """The chart, its table and the kind of each absence; the same in Chinese."""
    time_machine.move_to(
        datetime(2026, 11, 18, 2, tzinfo=UTC)
    )  # a Wednesday: both days of the absence are working days
    works(engagement, colleague, 60)
    away(colleague)
    text = sign_in(manager).get(URL).content.decode()
    for said in ("华东机械 60%", 'class="people"', "Leave", "The same as a table", colleague.name, "days away"):
        assert said in text
    manager.language = "zh-hans"
    manager.save()
    monday = Week.of(timezone.localdate()).first_on
    assert f"{monday.month}月{monday.day}日" in sign_in(manager).get(URL).content.decode()


def test_everybody_sees_themselves_and_nobody_else(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    works(engagement, engineer)
    works(engagement, colleague)
    away(colleague)
    text = sign_in(engineer).get(URL).content.decode()
    assert text.count('<th scope="row">') == 1
    assert f'<th scope="row">{engineer.name}</th>' in text
    assert colleague.name not in text


def test_weeks_are_turned_by_four_and_a_wrong_week_is_this_one(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    UserFactory()
    shown = browser.get(URL + "?week=2026-W10").content.decode()
    assert "?week=2026-W06" in shown
    assert "?week=2026-W14" in shown
    assert "16 Feb" in shown
    for wrong in ("2026-W99", "'", "2100-W01", "0000-W01", "2026-W1" * 99):
        assert browser.get(URL, {"week": wrong}).status_code == 200
    for edge in ("2000-W01", "2099-W53", "2099-W50"):
        assert browser.get(URL, {"week": edge}).status_code == 200


def test_too_much_and_nothing_at_all_are_said_first(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, engineer: User, colleague: User
) -> None:
    works(engagement, engineer)
    works(foreign_engagement, engineer, 40)
    works(engagement, colleague, days=60)
    UserFactory(name="空闲")
    today = timezone.localdate()
    found = glance(manager, today)
    assert found.sentences == [
        f"Planned for more than the whole week: {engineer.name}.",
        "1 person is not planned at all.",
    ]
    assert [row[0] for row in found.figure.rows] == [engineer.name, "空闲", colleague.name]
    assert found.figure.rows[0][1].startswith("140% ! · ")
    assert "up to 140% on a day" in found.figure.rows[0][1]


def test_of_those_who_have_nothing_to_do_as_many_are_drawn_as_there_is_room_for(
    engagement: Engagement, manager: User, colleague: User
) -> None:
    """SPEED: the portfolio of a large company reads a few of them and counts the others."""
    works(engagement, colleague, days=60)
    UserFactory.create_batch(GLANCE_PEOPLE + 4)
    free = User.objects.filter(role="engineer", is_active=True).count() - 1
    found = glance(manager, timezone.localdate())
    assert found.sentences == [f"{free} people are not planned at all."]
    assert (len(found.figure.rows), found.more) == (GLANCE_PEOPLE, free + 1 - GLANCE_PEOPLE)
    whole = load_who_is_where(manager, weeks_around(Week.of(timezone.localdate())))
    assert (len(whole.people), whole.left_out) == (free + 1, 0)


def test_somebody_who_left_stays_as_long_as_they_are_planned(
    engagement: Engagement, manager: User, colleague: User
) -> None:
    works(engagement, colleague)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    gone = UserFactory(is_active=False)
    people = [entry.user for entry in load_who_is_where(manager, weeks_around(Week.of(timezone.localdate()))).people]
    assert colleague in people
    assert gone not in people


def test_an_absence_is_written_changed_and_taken_back(colleague: User, sign_in: SignIn) -> None:
    """By the person: there is no choice of persons, and a posted one counts for nothing."""
    browser, other = sign_in(colleague), UserFactory()
    sent = {"start_on": "2026-12-01", "finish_on": "2026-12-03", "kind": "training", "user": other.pk}
    browser.post(reverse("reports:absence_create"), sent)
    row = Absence.objects.unscoped().get()
    assert row.user == colleague
    twice = browser.post(
        reverse("reports:absence_create"), sent | {"start_on": "2026-12-03", "finish_on": "2026-12-09"}
    )
    assert "change that entry instead" in twice.content.decode()
    browser.post(reverse("reports:absence_edit", args=[row.pk]), sent | {"finish_on": "2026-12-04"})
    row.refresh_from_db()
    assert str(row.finish_on) == "2026-12-04"
    browser.post(reverse("reports:absence_delete", args=[row.pk]))
    assert not Absence.objects.unscoped().exists()
    entries = AuditEntry.objects.filter(action__startswith="absence.")
    assert entries.count() == 3
    assert not any("training" in str(entry.data) for entry in entries), "why somebody is away is not written down"


def test_a_manager_writes_for_others_and_hears_of_what_is_planned(
    engagement: Engagement, manager: User, colleague: User, sign_in: SignIn
) -> None:
    works(engagement, colleague)
    today = timezone.localdate()
    sent = {"user": colleague.pk, "start_on": today, "finish_on": today, "kind": "leave"}
    answer = sign_in(manager).post(reverse("reports:absence_create"), sent, follow=True)
    assert f"{colleague.name} is assigned on these days" in answer.content.decode()


def test_nobody_writes_for_a_colleague_and_a_client_never(
    engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    row = away(colleague)
    fields: dict[str, Any] = {"start_on": row.start_on, "finish_on": row.finish_on, "kind": "leave"}
    for actor, user in ((engineer, colleague), (client_pm, client_pm), (client_pm, colleague)):
        with pytest.raises(PermissionDenied):
            assignments.save_absence(actor=actor, absence=None, user=user, **fields)
    with pytest.raises(PermissionDenied):
        assignments.save_absence(actor=engineer, absence=row, user=engineer, **fields)
    assert sign_in(client_pm).get(URL).status_code == 403
    assert not Absence.objects.visible_to(client_pm).exists()


def test_the_kind_is_told_to_nobody_else(engagement: Engagement, engineer: User, colleague: User) -> None:
    """A colleague may see that somebody is away, which only the team page tells, without the kind."""
    row = away(colleague)
    assert row in Absence.objects.visible_to(engineer)
    mondays = weeks_around(Week.of(timezone.localdate()))
    assert not load_who_is_where(engineer, mondays).absences
    with translation.override("en"):
        assert "Leave" not in load_who_is_where(engineer, mondays).figure(engineer, timezone.localdate()).svg


@pytest.mark.parametrize("route", ["reports:who_is_where", "reports:portfolio"])
def test_it_asks_as_often_at_thirty_people(route: str, engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """SPEED: constant query counts."""
    browser, url = sign_in(manager), reverse(route)

    def count() -> int:
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    def grow(rows: int) -> None:
        for _number in range(rows):
            user = UserFactory()
            works(engagement, user)
            away(user)

    grow(1)
    few = count()
    grow(29)
    assert count() == few
    if route == "reports:who_is_where":
        assert few <= 8
