"""E2, N2: the matrix and its cells in the browser: set up, built, read by both sides, made live, without a script."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Cell, CellState
from tests.conftest import SignIn
from tests.factories import (
    FunctionFactory,
    ModuleFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    UatRoundFactory,
)
from tests.standups.rolling import built, cells_of, change_in_force, settle, train


def page(browser: Client, url: str, status: int = 200) -> str:
    response = browser.get(url)
    assert response.status_code == status
    return response.content.decode()


def here(engagement: Engagement, name: str = "rollout", *args: int) -> str:
    return reverse(f"standups:{name}", args=[engagement.pk, *args])


def rows(html: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*>(.*?)</th>', html)


@pytest.fixture
def lead(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


@pytest.fixture
def client_side(client_pm: User, sign_in: SignIn) -> Client:
    return sign_in(client_pm)


def test_from_nothing_to_a_matrix(engagement: Engagement, engineer: User, lead: Client) -> None:
    """The empty page leads to the next step each time."""
    rare, daily = (ModuleFactory(engagement=engagement, name=name) for name in ("年报", "挂号"))
    FunctionFactory(module=rare, frequency="rarely")
    FunctionFactory(module=daily, frequency="daily")
    assert here(engagement, "rollout_setup") in page(lead, here(engagement))
    assert here(engagement, "rollout_setup") in page(lead, here(engagement, "rollout_build"))
    assert lead.post(here(engagement, "rollout_start")).status_code == 302
    assert here(engagement, "rollout_build") in page(lead, here(engagement))
    html = page(lead, here(engagement, "rollout_build"))
    assert rows(html) == ["挂号", "年报"]
    picks = re.findall(r'name="pick" value="([\d-]+)" checked', html)
    assert len(picks) == 6
    assert lead.post(here(engagement, "rollout_build"), {"pick": picks[:3]}).status_code == 302
    assert Cell.objects.count() == 6
    html = page(lead, here(engagement, "rollout_build"))
    assert len(re.findall(r"checked\s+disabled", html)) == 3
    # The three of the other module were offered and left out, but the module is as new as before.
    assert len(re.findall(r'name="pick" value="[\d-]+" checked >', html)) == 3


def test_what_was_ticked_stays_where_building_is_refused(engagement: Engagement, lead: Client) -> None:
    FunctionFactory(module=ModuleFactory(engagement=engagement))
    RolloutRoleFactory(engagement=engagement)
    RolloutStageFactory(engagement=engagement)
    response = lead.post(here(engagement, "rollout_build"), {})
    assert response.status_code == 422
    assert "checked" not in response.content.decode()
    response = lead.post(here(engagement, "rollout_build"), {"pick": ["999-999"]})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


def test_each_cell_says_its_state_in_a_word_a_sign_and_a_colour(
    engagement: Engagement, engineer: User, client_side: Client
) -> None:
    found = built(engineer, engagement, modules=2)
    for cell, state in zip(found, CellState.values, strict=True):
        if state != CellState.DESCOPED:
            settle(cell, state=state)
    change = change_in_force(engagement)
    Cell.objects.filter(pk=found[5].pk).update(state=CellState.DESCOPED, descoped_by=change)
    html = page(client_side, here(engagement))
    for kind, sign, word in (
        ("", "○", "Not started"), ("info", "▶", "Live"), ("ok", "✓", "Accepted"), ("warn", "◐", "Conditional"),
        ("bad", "✕", "Rejected"), ("gone", "—", "Descoped"),
    ):  # fmt: skip
        assert re.search(rf'class="cell {kind}" [^>]*><span aria-hidden="true">{sign}</span> {word}<', html), word
    assert f"Change {change.number}" in html
    # The client reads it; what builds and changes it is not theirs.
    assert here(engagement, "rollout_build") not in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 6), ("?state=accepted", 1), ("?state=open", 5), ("?state=ready", 2), ("?state=nonsense", 6),
        ("?stage=x", 6), ("?stage=99999999999999999999", 6), ("?state=rejected", 0),
    ],
)  # fmt: skip
def test_the_matrix_is_narrowed_to_a_state(
    engagement: Engagement, engineer: User, lead: Client, query: str, expected: int
) -> None:
    first, *_others = built(engineer, engagement, modules=1, stages=2)
    settle(first)
    html = page(lead, here(engagement) + query)
    assert html.count('class="cell ') == expected


def test_the_matrix_is_narrowed_to_a_stage(engagement: Engagement, engineer: User, lead: Client) -> None:
    built(engineer, engagement, stages=2)
    second = engagement.rollout_stages.unscoped()[1]
    html = page(lead, here(engagement) + f"?stage={second.pk}")
    assert html.count('class="cell ') == 3
    assert f'id="stage-{second.pk}"' in html


def test_what_comes_next_is_told_in_the_order_of_the_roll_out(
    engagement: Engagement, engineer: User, lead: Client
) -> None:
    for name, frequency in (("年报", "rarely"), ("挂号", "daily")):
        FunctionFactory(module=ModuleFactory(engagement=engagement, name=name), frequency=frequency)
    built(engineer, engagement, modules=0, roles=2)
    upcoming = re.findall(r'<li>\s*<a href="[^"]+">([^<]+)</a>', page(lead, here(engagement)).split("upcoming")[1])
    assert upcoming[:2] == ["挂号 · 角色0", "年报 · 角色0"]


def test_a_cell_goes_live_by_its_button(engagement: Engagement, engineer: User, lead: Client) -> None:
    first, second, _third = built(engineer, engagement)
    train(engineer, engagement)
    url = here(engagement, "cell_go_live", first.pk)
    assert url in page(lead, first.get_absolute_url())
    assert lead.post(url, {}).status_code == 302
    html = page(lead, first.get_absolute_url())
    assert url not in html
    assert "Live since" in html
    response = lead.post(here(engagement, "cell_go_live", second.pk), {})
    assert response.status_code == 422
    html = response.content.decode()
    assert "It builds on" in html
    assert first.get_absolute_url() in html
    response = lead.post(here(engagement, "cell_go_live", second.pk), {"override_reason": "院长要求"})
    assert response.status_code == 302
    assert "院长要求" in page(lead, second.get_absolute_url())
    assert "by exception" in page(lead, here(engagement))


def test_a_cell_tells_its_rounds_and_leads_to_the_next(
    engagement: Engagement, engineer: User, lead: Client, client_side: Client
) -> None:
    """E2: the lineage stands on the cell's page; the button is the vendor's."""
    first, *_others = built(engineer, engagement)
    url = here(engagement, "uat_round_open", first.pk)
    assert url not in page(lead, first.get_absolute_url())
    settle(first, state=CellState.LIVE)
    assert url in page(lead, first.get_absolute_url())
    assert url not in page(client_side, first.get_absolute_url())
    found = UatRoundFactory(cell=first, opened_by=engineer, build="UAT 2.1")
    for browser in (lead, client_side):
        html = page(browser, first.get_absolute_url())
        assert found.get_absolute_url() in html
        # The round is still open: there is no next one yet.
        assert url not in html


def test_a_client_reads_a_cell_without_a_control_of_the_vendor(
    engagement: Engagement, engineer: User, client_side: Client
) -> None:
    _first, second, _third = built(engineer, engagement)
    html = page(client_side, second.get_absolute_url())
    assert "It builds on" in html
    for control in ("/live/", "/remove/", "/descope/", "/builds-on/"):
        assert control not in html
    assert client_side.post(here(engagement, "cell_go_live", second.pk), {}).status_code == 403


def test_an_engineer_is_told_who_can_make_an_exception(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    _first, second, _third = built(engineer, engagement)
    html = page(sign_in(colleague), second.get_absolute_url())
    assert "The lead engineer or the delivery manager can" in html
    assert "override_reason" not in html


def test_a_training_is_noted_and_taken_back(engagement: Engagement, engineer: User, lead: Client) -> None:
    role = RolloutRoleFactory(engagement=engagement, people_needed=3)
    url = here(engagement, "rollout_role", role.pk)
    assert lead.post(url, {"held_on": "", "people": "3", "note": "急诊实操"}).status_code == 422
    body = {"held_on": str(engagement.today()), "people": "3", "note": "急诊实操"}
    assert lead.post(url, body).status_code == 302
    html = page(lead, url)
    assert "3 of 3 trained" in html
    response = lead.post(url, body)
    assert response.status_code == 422
    assert "second training" in response.content.decode()
    training = role.trainings.unscoped().get()
    assert lead.post(here(engagement, "training_delete", role.pk, training.pk)).status_code == 302
    assert "0 of 3 trained" in page(lead, url)


def test_a_role_that_somebody_else_changed_shows_both(
    engagement: Engagement, engineer: User, colleague: User, lead: Client
) -> None:
    role = RolloutRoleFactory(engagement=engagement, name="护士")
    url = here(engagement, "rollout_role_edit", role.pk)
    was = re.search(r'name="was" value="(\w+)"', page(lead, url))
    assert was is not None
    role.name = "护士长"
    role.save()
    body = {"was": was[1], "name": "责任护士", "kind": "2_core", "people_needed": "4"}
    response = lead.post(url, body)
    html = response.content.decode()
    assert response.status_code == 422
    assert "护士长" in html
    assert 'value="责任护士"' in html
    again = re.search(r'name="was" value="(\w+)"', html)
    assert again is not None
    assert lead.post(url, body | {"was": again[1]}).status_code == 302


def test_the_ground_that_somebody_else_changed_shows_both(
    engagement: Engagement, engineer: User, lead: Client
) -> None:
    first, second, third = built(engineer, engagement)
    url = here(engagement, "cell_ground", third.pk)
    assert f'value="{second.pk}"' in page(lead, url)
    third.builds_on.clear()
    response = lead.post(url, {"was": str(second.pk), "builds_on": [first.pk]})
    html = response.content.decode()
    assert response.status_code == 422
    assert "What somebody else saved meanwhile" in html
    assert 'name="was" value="-"' in html
    assert lead.post(url, {"was": "-", "builds_on": [first.pk]}).status_code == 302
    assert list(third.builds_on.unscoped()) == [first]


def test_why_ground_was_taken_away_is_asked_and_shown(
    engagement: Engagement, engineer: User, lead: Client, client_side: Client
) -> None:
    """Both sides read on the cell why it does not wait."""
    _first, second, third = built(engineer, engagement)
    url = here(engagement, "cell_ground", third.pk)
    response = lead.post(url, {"was": str(second.pk), "builds_on": []})
    assert response.status_code == 422
    assert "say why" in response.content.decode()
    assert lead.post(url, {"was": str(second.pk), "builds_on": [], "reason": "互不相关"}).status_code == 302
    assert "互不相关" in page(client_side, third.get_absolute_url())


def test_a_number_that_no_cell_has_is_a_wrong_choice(engagement: Engagement, engineer: User, lead: Client) -> None:
    *_others, third = built(engineer, engagement)
    for number in (10**30, 2**63, 999_999, "x"):
        response = lead.post(here(engagement, "cell_ground", third.pk), {"builds_on": [number]})
        assert response.status_code == 422
    settle(third, state=CellState.LIVE)
    assert lead.post(here(engagement, "uat_round_open", third.pk), {"users": [10**30]}).status_code == 422


def test_a_large_matrix_is_built_by_one_form(engagement: Engagement, lead: Client) -> None:
    """More than Django's thousand fields: the form answers, not a bare error page."""
    module = ModuleFactory(engagement=engagement)
    FunctionFactory(module=module)
    RolloutStageFactory(engagement=engagement)
    roles = [RolloutRoleFactory(engagement=engagement) for _number in range(2)]
    picks = [f"{module.pk}-{role.pk}" for role in roles] * 1500
    assert lead.post(here(engagement, "rollout_build"), {"pick": picks}).status_code == 302
    assert Cell.objects.count() == 2


def test_a_stage_is_kept_and_moved(engagement: Engagement, lead: Client) -> None:
    for name in ("试点", "全院"):
        body = {"name": name, "is_before_go": "on"}
        assert lead.post(here(engagement, "rollout_stage_create"), body).status_code == 302
    assert lead.post(here(engagement, "rollout_stage_create"), {"name": "试点"}).status_code == 422
    second = engagement.rollout_stages.unscoped().last()
    assert second is not None
    assert lead.post(here(engagement, "rollout_stage_move", second.pk), {"to": "up"}).status_code == 302
    assert [stage.name for stage in engagement.rollout_stages.unscoped()] == ["全院", "试点"]
    assert lead.post(here(engagement, "rollout_stage_edit", second.pk), {"name": "全院各科"}).status_code == 302
    second.refresh_from_db()
    assert (second.name, second.is_before_go) == ("全院各科", False)


def count(browser: Client, url: str) -> int:
    """Return the queries of the second visit: the first one fills what a process remembers."""
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["lead", "client_side"])
def test_pages_ask_as_often_for_a_large_matrix(
    engagement: Engagement, engineer: User, request: pytest.FixtureRequest, who: str
) -> None:
    """30 modules × 8 roles × 4 stages against 3 × 2 × 1."""
    browser: Client = request.getfixturevalue(who)
    names = ["rollout", "rollout_setup"] + (["rollout_build"] if who == "lead" else [])
    found = []
    for modules, roles, stages in ((3, 2, 1), (30, 8, 4)):
        Cell.objects.unscoped().delete()
        engagement.functions.unscoped().delete()
        for related in (engagement.modules, engagement.rollout_roles, engagement.rollout_stages):
            related.unscoped().delete()
        cells = built(engineer, engagement, modules=modules, roles=roles, stages=stages)
        assert len(cells) == modules * roles * stages
        settle(cells[0])
        urls = [here(engagement, name) for name in names] + [cells[-1].get_absolute_url()]
        found.append([count(browser, url) for url in urls])
    assert found[0] == found[1]
    assert cells_of(engagement)
