"""N10: one plain sentence, the runs by day, and a client who sees them only once they are published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from engagements import forecast_page
from engagements.models import Engagement, Forecast, Publication
from engagements.services import plan, publications
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import AuditEntry
from tests.conftest import SignIn

ITEM = Publication.Item.FORECAST
# A probability that no other number on a page looks like.
CANARY = 0.7364


@pytest.fixture
def forecast(engagement: Engagement, engineer: User) -> Forecast:
    """Three days of runs, 74 % of them by the agreed day."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    agreed = engagement.agreed_go_live_on
    row = Forecast.objects.unscoped().get()
    row.probability, row.p50_on, row.p80_on, row.driver = CANARY, agreed, agreed + timedelta(days=1), "testing"
    row.histogram = [[str(agreed + timedelta(days=by)), runs] for by, runs in ((-1, 3000), (0, 4364), (1, 2636))]
    row.save()
    return row


def page(engagement: Engagement) -> str:
    return reverse("engagements:forecast", args=[engagement.pk])


def is_told(text: str) -> bool:
    """Whether a page tells the forecast; the curve of plan against fact may hold the same number for another reason."""
    return any(words in text for words in ("74% of", "10,000 runs", "by the agreed day"))


def test_the_page_says_it_in_one_sentence(forecast: Forecast, engineer: User, sign_in: SignIn) -> None:
    told = sign_in(engineer).get(page(forecast.engagement)).content.decode()
    assert "74% of 10,000 runs end by the agreed" in told
    assert "What drives the risk most: System test." in told
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="histogram"' in told
    assert "43.6%" in told
    assert "73.6%" in told
    assert "100.0%" in told


def test_a_client_sees_nothing_of_it_until_it_is_published(
    forecast: Forecast, engagement: Engagement, manager: User, client_pm: User, sign_in: SignIn
) -> None:
    """RULES, who sees what: the row is invisible, so its page is a 404 and no other page holds the number."""
    browser = sign_in(client_pm)
    others = [reverse(name, args=[engagement.pk]) for name in ("reports:dashboard", "engagements:plan")]
    assert browser.get(page(engagement)).status_code == 404
    assert not any(is_told(browser.get(url).content.decode()) for url in others)
    publications.publish(actor=manager, engagement=engagement, item=ITEM)
    assert "74% of 10,000 runs" in browser.get(page(engagement)).content.decode()
    assert all("74% of 10,000 runs" in browser.get(url).content.decode() for url in others)
    assert "vendor only" not in browser.get(page(engagement)).content.decode()
    publications.withdraw(actor=manager, engagement=engagement, item=ITEM)
    assert browser.get(page(engagement)).status_code == 404
    assert not any(is_told(browser.get(url).content.decode()) for url in others)


def test_the_vendor_on_the_clients_dashboard_sees_what_the_client_sees(
    forecast: Forecast, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    dashboard = reverse("reports:dashboard", args=[engagement.pk])
    assert not is_told(sign_in(engineer).get(dashboard).content.decode())


def test_another_engagements_publication_shows_nothing_here(
    forecast: Forecast, foreign_engagement: Engagement, manager: User, client_pm: User, sign_in: SignIn
) -> None:
    publications.publish(actor=manager, engagement=foreign_engagement, item=ITEM)
    assert sign_in(client_pm).get(page(forecast.engagement)).status_code == 404


def test_the_switch_is_the_managers_and_stands_in_the_audit(
    forecast: Forecast, engagement: Engagement, manager: User, engineer: User, sign_in: SignIn
) -> None:
    for actor in (engineer,):
        with pytest.raises(PermissionDenied):
            publications.publish(actor=actor, engagement=engagement, item=ITEM)
    browser = sign_in(manager)
    for _twice in range(2):
        browser.post(reverse("engagements:forecast_publish", args=[engagement.pk]))
    assert Publication.objects.unscoped().get().published_by == manager
    for _twice in range(2):
        browser.post(reverse("engagements:forecast_withdraw", args=[engagement.pk]))
    assert not Publication.objects.exists()
    said = AuditEntry.objects.filter(action__startswith="item.").order_by("number").values_list("action", flat=True)
    assert list(said) == ["item.published", "item.withdrawn"]
    assert audit.first_broken(engagement.audit_chain) is None


def test_the_vendor_reads_it_on_overview_plan_and_portfolio(
    forecast: Forecast, engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    for user, url in (
        (engineer, engagement.get_absolute_url()),
        (engineer, reverse("engagements:plan", args=[engagement.pk])),
        (manager, reverse("reports:portfolio")),
    ):
        told = sign_in(user).get(url).content.decode()
        assert "74%" in told, url
        assert page(engagement) in told, url


def test_without_a_plan_the_page_says_what_to_do(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    told = sign_in(engineer).get(page(engagement)).content.decode()
    assert "No forecast yet" in told
    Engagement.objects.filter(pk=engagement.pk).update(go_live_on=date.today())
    assert "No forecast any more" in sign_in(engineer).get(page(engagement)).content.decode()


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0, "0%"), (0.0004, "under 1%"), (0.005, "under 1%"), (0.014, "1%"), (0.995, "over 99%"), (0.9999, "over 99%"), (1, "100%")],
)  # fmt: skip
def test_nearly_certain_is_not_certain(probability: float, words: str) -> None:
    assert forecast_page.percent(probability) == words
