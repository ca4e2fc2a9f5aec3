"""N6, E4: trained people as a fact of objectives: per role and over all; the article's objective moves from 3/5 to 5/5."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements import frozen, measures
from engagements.differences import differences
from engagements.measures import Measured
from engagements.models import Engagement, Objective
from engagements.services import goals
from onsite.accounts.models import User
from reports.building.agreed import objectives_in
from standups.services import role_training
from tests.conftest import SignIn
from tests.factories import ObjectiveFactory
from tests.training.learning import a_course, a_role, learners, passes


def key_of(pk: int) -> str:
    return f"training.role:{pk}"


def now(engagement: Engagement) -> Measured:
    [found] = measures.measure(engagement, engagement.objectives.unscoped())
    return found


def test_the_objective_of_the_article_moves_from_three_to_five(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    role = a_role(engagement, needed=5)
    ObjectiveFactory(
        engagement=engagement, title="至少 5 名内部操作员通过培训", measure=key_of(role.pk), target=5, unit="人"
    )
    people, course = learners(role, 5), a_course(role)
    passes(course, people[:3], engineer)
    assert (now(engagement).value, now(engagement).is_reached) == (Decimal(3), False)
    dashboard = reverse("reports:dashboard", args=[engagement.pk])
    shown = sign_in(client_pm).get(dashboard).content.decode()
    assert "trained and passed: 仓库操作员" in shown
    passes(course, people[3:], engineer)
    assert (now(engagement).value, now(engagement).is_reached) == (Decimal(5), True)
    assert now(engagement).evidence == "Counted by OnSite: trained and passed: 仓库操作员"


def test_all_people_are_counted_with_those_noted_by_hand(engagement: Engagement, engineer: User) -> None:
    first, second = a_role(engagement), a_role(engagement, name="车间主任")
    ObjectiveFactory(engagement=engagement, measure="training.people", target=5)
    assert now(engagement).value == 0
    passes(a_course(first), learners(first, 2), engineer)
    role_training.note_training(actor=engineer, role=second, held_on=engagement.today(), people=3)
    assert now(engagement).value == 5


def test_who_is_named_for_two_roles_is_one_person(engagement: Engagement, engineer: User) -> None:
    first, second = a_role(engagement), a_role(engagement, name="车间主任")
    ObjectiveFactory(engagement=engagement, measure="training.people", target=5)
    [one], [same], nameless = (
        learners(first),
        learners(second, email="A@client.example"),
        learners(second, 2, email=""),
    )
    one.email = "a@client.example"
    one.save()
    passes(a_course(first, second), [one, same, *nameless], engineer)
    assert now(engagement).value == 3


def test_the_form_offers_the_roles_of_this_engagement_only(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    role, foreign = a_role(engagement), a_role(foreign_engagement, name="护士")
    browser, address = sign_in(engineer), reverse("engagements:objective_create", args=[engagement.pk])
    shown = browser.get(address).content.decode()
    assert "by OnSite: trained and passed: 仓库操作员" in shown
    assert "护士" not in shown
    body = {
        "title": "培训", "metric": "人数", "target": "5", "direction": "up", "due_on": engagement.agreed_go_live_on,
    }  # fmt: skip
    assert "measure" in browser.post(address, body | {"measure": key_of(foreign.pk)}).context["form"].errors
    assert browser.post(address, body | {"measure": key_of(role.pk)}).status_code == 302
    saved = Objective.objects.unscoped().get()
    assert (saved.measure, saved.unit) == (key_of(role.pk), "people")
    page = browser.get(reverse("engagements:reading_list", args=[engagement.pk, saved.pk])).content.decode()
    assert "trained and passed: 仓库操作员" in page


def test_a_foreign_role_is_not_measured_and_not_named(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    foreign = a_role(foreign_engagement, name="护士")
    passes(a_course(foreign), learners(foreign), engineer)
    row = ObjectiveFactory(engagement=engagement, measure=key_of(foreign.pk))
    assert (now(engagement).value, now(engagement).evidence) == (None, "")
    assert measures.names_of(engagement, [row.measure]) == {}


def test_a_role_that_is_gone_keeps_a_sensible_name(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    role = a_role(engagement)
    row = ObjectiveFactory(engagement=engagement, measure=key_of(role.pk))
    role.delete()
    assert now(engagement).value is None
    browser = sign_in(engineer)
    for route in ("engagements:reading_list", "engagements:objective_edit"):
        page = browser.get(reverse(route, args=[engagement.pk, row.pk])).content.decode()
        assert "trained and passed: a role that is no longer there" in page, route


def test_what_was_frozen_keeps_the_name_of_its_day(engagement: Engagement) -> None:
    role = a_role(engagement)
    ObjectiveFactory(engagement=engagement, measure=key_of(role.pk))
    ObjectiveFactory(engagement=engagement, measure="training.people")
    before = goals.text_of_goals(engagement)
    role.name = "仓库与发运"
    role.save()
    after = goals.text_of_goals(engagement)
    role.delete()
    for text, name in ((before, "仓库操作员"), (after, "仓库与发运")):
        assert frozen.read(text).objectives[0].measured_from == f"trained and passed: {name}"
        assert objectives_in(text)[0].measured_how.startswith(f"Counted by OnSite: trained and passed: {name}")
    [line] = differences(before, after)
    assert (line.was, line.now) == ("trained and passed: 仓库操作员", "trained and passed: 仓库与发运")


def test_thirty_roles_cost_no_more_queries(engagement: Engagement, engineer: User) -> None:
    """A family is read once and named once, however many of its facts are asked for."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            measures.measure(engagement, engagement.objectives.unscoped())
        return len(queries)

    engagement.today()
    role = a_role(engagement)
    passes(a_course(role), learners(role), engineer)
    ObjectiveFactory(engagement=engagement, measure=key_of(role.pk))
    few = asked()
    for number in range(29):
        other = a_role(engagement, name=f"角色{number}")
        ObjectiveFactory(engagement=engagement, measure=key_of(other.pk))
    assert asked() == few
