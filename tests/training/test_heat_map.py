"""E4: the heat map roles × courses, and who is missing what, on the pages of both sides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from standups.rollout.state import untrained_obstacle
from standups.services import role_training, rollout
from tests.conftest import SignIn
from tests.standups.test_query_counts import count
from tests.training.learning import a_course, a_quiz, a_role, attempt, attend, check, learners, passes
from training.models import Course
from training.results.coverage import HeatCell, RoleNeeds, heat_map
from training.results.readiness import Known, Person, Taught
from training.results.shown import coverage_of


def here(route: str, engagement: Engagement, *ids: int) -> str:
    return reverse(f"training:{route}", args=[engagement.pk, *ids])


def shown(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("passed", "of", "step"),
    [(0, 5, "none"), (1, 5, "some"), (2, 5, "some"), (3, 5, "most"), (5, 5, "all"), (6, 5, "all"), (0, 0, "all")],
)
def test_a_cell_says_its_step_in_a_word(passed: int, of: int, step: str) -> None:
    cell = HeatCell(Taught(1, "课", frozenset(), False), passed, of)
    assert cell.step == step
    assert cell.word


def test_the_map_counts_by_role_and_course_and_says_what_is_missing(engagement: Engagement, engineer: User) -> None:
    role, other = a_role(engagement, needed=5), a_role(engagement, needed=2, name="车间主任")
    first, second = a_course(role, other, title="采购申请"), a_course(role, title="收货")
    people = learners(role, 4)
    passes(first, people[:3], engineer)
    attend(second, people[0])
    role_training.note_training(actor=engineer, role=other, held_on=engagement.today(), people=2)
    found = coverage_of(engagement)
    line, trained = found.rows
    assert [(cell.passed, cell.of) for cell in line.cells if cell] == [(3, 5), (0, 5)]
    assert line.missing == (
        "1 more person must be named.",
        "3 people still need a session.",
        "4 people still need the practical check.",
    )
    assert (trained.is_ready, trained.missing, trained.cells[1]) == (True, (), None)
    assert [(cell.passed, cell.of) for cell in found.totals] == [(3, 5), (0, 5)]
    assert (found.trained, found.needed) == (2, 7)


def test_a_role_without_a_course_says_so(engagement: Engagement) -> None:
    a_course(a_role(engagement, needed=1), accepted=False)
    [line] = coverage_of(engagement).rows
    assert line.missing == ("1 more person must be named.", "No accepted course is for this role yet.")


@given(st.data())
def test_totals_are_the_sum_of_what_counts(data: st.DataObject) -> None:
    """Against a plain count: what one role has too many makes up for nothing in another."""
    needs = data.draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=4))
    of_role = data.draw(st.lists(st.integers(0, len(needs) - 1), max_size=10))
    passed = data.draw(st.sets(st.integers(0, max(len(of_role) - 1, 0))))
    course = Taught(0, "课", frozenset(range(len(needs))), False)
    done = {(0, person) for person in passed}
    people = tuple(Person(at, f"人{at}", role) for at, role in enumerate(of_role))
    known = Known((course,), people, frozenset(done), dict.fromkeys(done, True), frozenset())
    found = heat_map(known, [RoleNeeds(at, f"角色{at}", *need) for at, need in enumerate(needs)])
    counts = [sum(1 for at, role in enumerate(of_role) if role == one and at in passed) for one in range(len(needs))]
    wanted = [max(need - by_hand, 0) for need, by_hand in needs]
    [total] = found.totals
    assert total.passed == sum(min(*pair) for pair in zip(counts, wanted, strict=True))
    assert total.of == sum(wanted)
    assert found.trained == sum(min(hand + n, need) for (need, hand), n in zip(needs, counts, strict=True))


# --- Pages ------------------------------------------------------------------------------------------------------------------


def test_both_sides_read_the_map_and_only_we_act(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    role = a_role(engagement)
    course, people = a_course(role, title="采购申请"), learners(role, 3)
    a_course(role, accepted=False, title="还没定的课")
    passes(course, people[:1], engineer)
    for user in (engineer, client_pm):
        page = shown(sign_in(user), here("home", engagement))
        assert "1/5" in page
        assert here("results", engagement, course.pk) in page
        assert "2 people still need a session." in page
        assert ("1 course is not accepted yet" in page) == (user == engineer)
        page = shown(sign_in(user), here("results", engagement, course.pk))
        assert all(person.name in page for person in people)
        assert (here("checks", engagement, course.pk) in page) == (user == engineer)
        page = shown(sign_in(user), here("role", engagement, role.pk))
        assert "1 of 5 needed" in page


def test_a_client_reads_the_name_that_was_accepted(
    engagement: Engagement, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    role = a_role(engagement)
    course = a_course(role, title="采购申请")
    learners(role)
    Course.objects.unscoped().filter(pk=course.pk).update(title="内部改名中")
    pages = [here("home", engagement), here("results", engagement, course.pk), here("role", engagement, role.pk)]
    for page in pages:
        assert "内部改名中" not in shown(sign_in(client_pm), page), page
    assert "内部改名中" in shown(sign_in(engineer), pages[1])


def test_a_course_that_was_never_accepted_is_not_there_for_a_client(
    engagement: Engagement, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    course = a_course(a_role(engagement), accepted=False)
    url = here("results", engagement, course.pk)
    assert (sign_in(client_pm).get(url).status_code, sign_in(engineer).get(url).status_code) == (404, 200)


def test_the_results_say_in_words_what_is_missing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    role, today = a_role(engagement), timezone.localdate()
    course, [person, gone] = a_course(role), learners(role, 2)
    a_quiz(course)
    gone.left_at = timezone.now()
    gone.save()
    check(course, person, engineer, "not_yet", on=today - timedelta(days=1))
    check(course, person, engineer, on=today)
    attempt(course, person, 60)
    page = shown(sign_in(engineer), here("results", engagement, course.pk))
    for word in ("No session yet", "Quiz: 60%", "Passed", "0 of 1 learners passed"):
        assert word in page
    assert gone.name not in page


def test_the_dashboard_shows_the_coverage(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    browser, url = sign_in(client_pm), reverse("reports:dashboard", args=[engagement.pk])
    assert "Training coverage" not in shown(browser, url)
    role = a_role(engagement)
    passes(a_course(role), learners(role, 2), engineer)
    page = shown(browser, url)
    assert "Training coverage" in page
    assert "2 of 5 needed" in page
    assert here("home", engagement) in page


def test_what_stands_against_the_go_leads_to_who_is_missing_what(engagement: Engagement) -> None:
    role = a_role(engagement)
    assert untrained_obstacle(role).url == here("role", engagement, role.pk)


def test_a_role_with_learners_stays(engagement: Engagement, engineer: User) -> None:
    role = a_role(engagement)
    learners(role)
    with pytest.raises(DomainError, match="it stays"):
        rollout.delete_role(actor=engineer, role=role)
    assert engagement.rollout_roles.count() == 1


def test_pages_ask_as_often_for_thirty_roles_and_courses(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    role = a_role(engagement)
    course = a_course(role)
    a_quiz(course)
    passes(course, learners(role), engineer)
    a_course(role, accepted=False)
    urls = [
        here("results", engagement, course.pk),
        here("role", engagement, role.pk),
        here("home", engagement),
        reverse("reports:dashboard", args=[engagement.pk]),
    ]
    browser, client, checks = sign_in(engineer), sign_in(client_pm), here("checks", engagement, course.pk)
    before = [count(browser, checks), *(count(who, url) for who in (browser, client) for url in urls)]
    people = learners(role, 29)
    for person in people:
        check(course, person, engineer)
        attempt(course, person, 90)
    roles = [a_role(engagement, name=f"角色{number}") for number in range(29)]
    for one in roles:
        learners(one, 2)
    for _number in range(29):
        a_course(role, *roles)
        a_course(role, accepted=False)
    assert [count(browser, checks), *(count(who, url) for who in (browser, client) for url in urls)] == before
