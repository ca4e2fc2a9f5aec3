"""N6: what an objective stands at: by hand with dated readings and evidence, or counted by OnSite; never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements import measures
from engagements.measures import Measured
from engagements.models import Engagement, Objective, Reading
from engagements.services import files, goals
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from reports.rows import objective_rows
from tests.conftest import SignIn
from tests.engagements.conftest import a_scan
from tests.engagements.filing import LEAKY_LOG, a_log, a_picture, body_of, fresh, work
from tests.factories import ObjectiveFactory, ProblemFactory

CRITICAL = "problems.critical"
DAYS = "problems.days_without_critical"


def now(engagement: Engagement) -> Measured:
    [found] = measures.measure(engagement, engagement.objectives.unscoped())
    return found


def read(engagement: Engagement, key: str) -> Decimal | None:
    found = measures.find(key)
    assert found is not None
    return found.read(engagement)


@pytest.fixture
def a_fact() -> Iterator[None]:
    """A fact that can't be told yet, offered for the length of a test."""
    measures.register("test.unknown", "unknown", "", lambda engagement: None)
    yield
    del measures._measures["test.unknown"]


def test_a_fact_is_counted_now(engagement: Engagement, engineer: User) -> None:
    """Attainment follows the facts without a reading."""
    ObjectiveFactory(engagement=engagement, measure=CRITICAL, baseline=3, target=0, direction="down")
    assert (now(engagement).value, now(engagement).is_reached) == (Decimal(0), True)
    problem = ProblemFactory(engagement=engagement, severity="critical", raised_by=engineer)
    assert (now(engagement).value, now(engagement).is_reached) == (Decimal(1), False)
    assert now(engagement).on == engagement.today()
    assert "open critical problems" in now(engagement).evidence
    problem.solved_on = engagement.today()
    problem.save()
    assert now(engagement).is_reached


def test_a_fact_counts_what_both_sides_see(engagement: Engagement, engineer: User) -> None:
    """TRUST 4: an internal problem shows in no number a client reads."""
    ProblemFactory(engagement=engagement, severity="critical", is_internal=True, raised_by=engineer)
    ProblemFactory(engagement=engagement, severity="major", raised_by=engineer)
    assert read(engagement, CRITICAL) == 0
    assert read(engagement, DAYS) == (engagement.today() - engagement.start_on).days


def test_days_without_a_critical_problem(engagement: Engagement, engineer: User) -> None:
    """Calendar days since the last one was solved; none while one is open; not told before the first day."""
    today = engagement.today()
    assert read(engagement, DAYS) == 14
    old = ProblemFactory(
        engagement=engagement, severity="critical", raised_by=engineer, raised_on=today - timedelta(days=9)
    )
    assert read(engagement, DAYS) == 0
    old.solved_on = today - timedelta(days=5)
    old.save()
    assert read(engagement, DAYS) == 5
    engagement.start_on = today + timedelta(days=1)
    assert read(engagement, DAYS) is None


@pytest.mark.usefixtures("a_fact")
@pytest.mark.parametrize("measure", ["test.unknown", "no.app.offers.it", ""])
def test_what_is_not_known_is_not_measured(
    measure: str, engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    """TRUST: no number is made up: not on the page, not on the dashboard, not in the report."""
    objective = ObjectiveFactory(engagement=engagement, measure=measure, direction="down", target=5)
    assert (now(engagement).value, now(engagement).is_reached) == (None, False)
    [row] = objective_rows(engagement, engagement.objectives.unscoped())
    assert (row.reading, row.attainment.verdict) == (None, "not_measured")
    browser = sign_in(client_pm)
    for address in (
        reverse("engagements:prepare", args=[engagement.pk]),
        reverse("engagements:reading_list", args=[engagement.pk, objective.pk]),
        reverse("reports:dashboard", args=[engagement.pk]),
    ):
        assert "Not measured" in browser.get(address).content.decode()


def test_everybody_reads_the_same_value(engagement: Engagement, engineer: User) -> None:
    """One door: the table, the dashboard and the report."""
    ObjectiveFactory(engagement=engagement, measure=CRITICAL, direction="down", target=0)
    ProblemFactory.create_batch(2, engagement=engagement, severity="critical", raised_by=engineer)
    [row] = objective_rows(engagement, engagement.objectives.unscoped())
    assert (row.reading, row.measured_on, row.evidence) == (Decimal(2), now(engagement).on, now(engagement).evidence)


def test_no_reading_by_hand_of_what_onsite_counts(engagement: Engagement, engineer: User) -> None:
    objective = ObjectiveFactory(engagement=engagement, measure=CRITICAL)
    with pytest.raises(DomainError, match="counts this itself"):
        goals.record_reading(
            actor=engineer, objective=objective, measured_on=engagement.today(), value=Decimal(1), evidence="表"
        )
    assert not Reading.objects.exists()


def test_a_reading_from_before_does_not_outvote_the_fact(engagement: Engagement, engineer: User) -> None:
    objective = ObjectiveFactory(engagement=engagement)
    goals.record_reading(
        actor=engineer, objective=objective, measured_on=engagement.today(), value=Decimal(9), evidence="表"
    )
    Objective.objects.filter(pk=objective.pk).update(measure=CRITICAL)
    assert now(engagement).value == 0


def test_thirty_objectives_cost_no_more_queries(engagement: Engagement) -> None:
    """SPEED: one query, and one for each different fact."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            measures.measure(engagement, engagement.objectives.unscoped())
        return len(queries)

    engagement.today()
    ObjectiveFactory(engagement=engagement, measure=CRITICAL)
    ObjectiveFactory(engagement=engagement, measure=DAYS)
    ObjectiveFactory(engagement=engagement)
    few = asked()
    ObjectiveFactory.create_batch(15, engagement=engagement, measure=CRITICAL)
    ObjectiveFactory.create_batch(15, engagement=engagement, measure=DAYS)
    assert asked() == few == 3


def test_the_form_offers_the_facts(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    address = reverse("engagements:objective_create", args=[engagement.pk])
    shown = browser.get(address).content.decode()
    assert "by OnSite: open critical problems" in shown
    body = {
        "title": "稳定",
        "metric": "问题",
        "target": "0",
        "direction": "down",
        "due_on": engagement.agreed_go_live_on,
    }
    assert "measure" in browser.post(address, body | {"measure": "rumour"}).context["form"].errors
    assert browser.post(address, body | {"measure": CRITICAL}).status_code == 302
    saved = Objective.objects.unscoped().get()
    assert (saved.measure, saved.unit) == (CRITICAL, "problems")
    assert goals.text_of_goals(engagement)["objectives"][0]["measure"] == CRITICAL
    shown = browser.get(reverse("engagements:prepare", args=[engagement.pk])).content.decode()
    assert "readings/new/" not in shown


def test_evidence_is_kept_and_opened_by_the_client(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """N6: dated readings, newest first, with what proves them, by whom and when."""
    objective = ObjectiveFactory(engagement=engagement)
    address = reverse("engagements:reading_create", args=[engagement.pk, objective.pk])
    vendor = sign_in(engineer)
    today = engagement.today()
    for value, day, file in (("2", today - timedelta(days=2), {}), ("3", today, {"file": a_picture("签到表.png")})):
        body = {"measured_on": day, "value": value, "evidence": "签到表"} | file
        assert vendor.post(address, body).status_code == 302
    browser, page = sign_in(client_pm), reverse("engagements:reading_list", args=[engagement.pk, objective.pk])
    assert "Being checked" in vendor.get(page).content.decode()
    assert "签到表.png" not in browser.get(page).content.decode(), "not before it was looked through"
    work()
    response = browser.get(page)
    assert [row.value for row in response.context["readings"]] == [3, 2]
    shown = response.content.decode()
    assert "签到表.png" in shown
    assert engineer.name in shown
    reading = Reading.objects.unscoped().exclude(file=None).get()
    assert reading.file is not None
    answer = browser.get(reverse("engagements:attachment", args=[engagement.pk, reading.file.pk]))
    assert answer.status_code == 200
    body_of(answer)


def test_evidence_with_a_secret_stays_with_the_vendor_until_it_is_masked(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """N3: by the objective's page too; then the masked copy stands there."""
    objective = ObjectiveFactory(engagement=engagement)
    reading = goals.record_reading(
        actor=engineer, objective=objective, measured_on=engagement.today(), value=Decimal(3), evidence="日志",
        file=a_log(LEAKY_LOG, "网关日志.log"),
    )  # fmt: skip
    work()
    page = reverse("engagements:reading_list", args=[engagement.pk, objective.pk])
    assert "Held back" in sign_in(engineer).get(page).content.decode()
    browser = sign_in(client_pm)
    assert "网关日志" not in browser.get(page).content.decode()
    assert reading.file is not None
    copy = files.mask(actor=engineer, attachment=fresh(reading.file))
    shown = browser.get(page).content.decode()
    assert reverse("engagements:attachment", args=[engagement.pk, copy.pk]) in shown
    assert reverse("engagements:attachment", args=[engagement.pk, reading.file.pk]) not in shown


def test_a_file_that_may_not_be_stored_records_nothing(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    objective = ObjectiveFactory(engagement=engagement)
    address = reverse("engagements:reading_create", args=[engagement.pk, objective.pk])
    bad = a_scan("evil.svg")
    response = sign_in(engineer).post(
        address, {"measured_on": engagement.today(), "value": "1", "evidence": "表", "file": bad}
    )
    assert "file" in response.context["form"].errors
    assert not Reading.objects.exists()
