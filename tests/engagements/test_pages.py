"""P1, P3, R3: what each person finds on an engagement's pages, and which buttons are there for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from engagements import gates
from engagements.models import Engagement, Phase, SignOff
from engagements.services import followups, lifecycle
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.engagements.forms_of_the_app import BY_NAME
from tests.factories import (
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    StandUpFactory,
    UserFactory,
    go_decision_of,
)
from tests.ready import make_ready_for_execution


def url(engagement: Engagement, name: str, *args: object) -> str:
    return reverse(f"engagements:{name}", args=[engagement.pk, *args])


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_a_client_opens_on_the_dashboard(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    response = sign_in(client_pm).get(url(engagement, "detail"))
    assert response["Location"] == reverse("reports:dashboard", args=[engagement.pk])


def test_every_obstacle_is_a_link_to_where_it_is_mended(
    engagement: Engagement, sign_off: SignOff, manager: User, engineer: User, sign_in: SignIn
) -> None:
    make_ready_for_execution(engagement, engineer)
    shown = page(sign_in(manager), url(engagement, "detail"))
    assert "2 things stand before the next phase" in shown
    assert url(engagement, "sign_off", sign_off.pk) in shown
    assert url(engagement, "waive", "goals.signed.client_pm") in shown
    assert url(engagement, "phase_change") in shown
    theirs = page(sign_in(engineer), url(engagement, "detail"))
    assert url(engagement, "sign_off", sign_off.pk) in theirs
    assert url(engagement, "waive", "goals.signed.client_pm") not in theirs
    assert url(engagement, "phase_change") not in theirs


def test_the_phase_bar_leads_to_what_stands_before_the_next_phase(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """SCREENS.md: on every page of the workspace, for the vendor; after closing nothing comes next."""
    link = f'href="{url(engagement, "detail")}#next-phase"'
    overview = page(sign_in(engineer), url(engagement, "detail"))
    assert link in overview
    assert 'id="next-phase"' in overview
    assert " in the way" in overview
    assert link in page(sign_in(engineer), url(engagement, "team"))
    assert "#next-phase" not in page(sign_in(client_pm), url(engagement, "team"))
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    assert "#next-phase" not in page(sign_in(engineer), url(engagement, "team"))


def test_a_refused_step_lists_everything_with_links(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    response = sign_in(manager).post(url(engagement, "phase_change"), {"to": "execution"})
    assert response.status_code == 409
    shown = response.content.decode()
    for place in ("team", "plan", "prepare"):
        assert f'href="{url(engagement, place)}"' in shown


@pytest.mark.parametrize("to", ["", "nowhere", "preparation", "review"])
def test_an_impossible_step_says_so(to: str, engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    response = sign_in(manager).post(url(engagement, "phase_change"), {"to": to}, follow=True)
    assert "alert-danger" in response.content.decode()
    engagement.refresh_from_db()
    assert engagement.phase == Phase.PREPARATION


def test_a_waiver_in_the_browser(
    engagement: Engagement, sign_off: SignOff, manager: User, client_pm: User, sign_in: SignIn
) -> None:
    browser, post = sign_in(manager), BY_NAME["waive"]
    browser.post(post.url(engagement), post.body(engagement))
    shown = page(browser, url(engagement, "detail"))
    assert "Waived by 王海明" in shown
    assert "签署流程进行中" in shown
    for name in ("prepare", "plan", "team"):
        assert "签署流程进行中" not in page(sign_in(client_pm), url(engagement, name))


@pytest.mark.parametrize("obstacle", ["team.lead", "no.such", "x" * 300])
def test_what_can_not_be_waived_has_no_page(
    obstacle: str, engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    assert sign_in(manager).get(url(engagement, "waive", obstacle)).status_code == 404


def test_what_was_let_pass_stays_in_sight(
    engagement: Engagement, sign_off: SignOff, manager: User, sign_in: SignIn
) -> None:
    """Waived before the execution and overdue in it."""
    make_ready_for_execution(engagement, manager)
    for part in sign_off.needed_parts:
        gates.waive(
            actor=manager, engagement=engagement, obstacle=f"goals.signed.{part}", reason="盖章中",
            due_on=engagement.today(),
        )  # fmt: skip
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.EXECUTION)
    browser = sign_in(manager)
    assert "盖章中" in page(browser, url(engagement, "detail"))
    with time_machine.travel(engagement.local(engagement.today() + timedelta(days=2), followups.REMIND_AT)):
        assert "Overdue" in page(sign_in(manager), url(engagement, "detail"))


def test_cancelling_asks_once_more(in_execution: Engagement, manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    response = browser.post(url(in_execution, "phase_change"), {"to": "cancelled"})
    assert "Cancel this engagement?" in response.content.decode()
    in_execution.refresh_from_db()
    assert in_execution.phase == Phase.EXECUTION
    browser.post(url(in_execution, "phase_change"), {"to": "cancelled", "confirmed": "yes"})
    in_execution.refresh_from_db()
    assert in_execution.phase == Phase.CANCELLED
    assert "The engagement was cancelled." in page(browser, url(in_execution, "detail"))


def test_the_overview_tells_of_the_days_on_site(
    in_execution: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    stand_up = StandUpFactory(engagement=in_execution)
    ProblemFactory(engagement=in_execution)
    ProblemFactory(engagement=in_execution, is_internal=True)
    shown = page(sign_in(engineer), url(in_execution, "detail"))
    assert stand_up.get_absolute_url() in shown
    assert '<a href="' + reverse("standups:problems", args=[in_execution.pk]) + '">2</a>' in shown
    assert "Working day" in shown
    assert "<svg" in shown


def test_creating_an_engagement_leads_to_its_people(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    post = BY_NAME["create"]
    response = sign_in(manager).post(post.url(engagement), post.body(engagement), follow=True)
    made = Engagement.objects.unscoped().latest("pk")
    assert response.redirect_chain[-1][0] == url(made, "team")
    assert "Now add its people" in response.content.decode()
    assert made.stages.count() == 5
    assert (made.stand_up_weekdays, made.stand_up_in_writing, made.signs_on_paper) == ([1, 3], True, True)


def test_the_name_is_once_per_client(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    post = BY_NAME["create"]
    body = post.body(engagement) | {"name": engagement.name}
    shown = sign_in(manager).post(post.url(engagement), body).content.decode()
    assert "This client has an engagement of this name already." in shown
    assert f'value="{engagement.name}"' in shown


def test_changing_an_engagement(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """Its client stays, whatever is posted: the people of the client belong to it."""
    body = BY_NAME["edit"].body(engagement) | {"client": foreign_engagement.client_id, "phase": "closed"}
    sign_in(manager).post(url(engagement, "edit"), body)
    before = engagement.client_id
    engagement.refresh_from_db()
    assert (engagement.name, engagement.client_id, engagement.phase) == ("信贷审批流程优化", before, "preparation")


def test_a_refused_change_shows_the_engagement_as_it_is(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    twin = BY_NAME["create"]
    sign_in(manager).post(twin.url(engagement), twin.body(engagement))
    shown = sign_in(manager).post(url(engagement, "edit"), BY_NAME["edit"].body(engagement)).content.decode()
    assert "This client has an engagement of this name already." in shown
    assert f"· {engagement.name}</a>" in shown


def test_a_first_day_after_the_recorded_go_live_is_refused(
    in_execution: Engagement, manager: User, sign_in: SignIn
) -> None:
    go_decision_of(in_execution, go_live_on=in_execution.today())
    followups.record_go_live(actor=manager, engagement=in_execution, on=in_execution.today())
    late = in_execution.today() + timedelta(days=1)
    body = BY_NAME["edit"].body(in_execution) | {"start_on": str(late)}
    shown = sign_in(manager).post(url(in_execution, "edit"), body).content.decode()
    assert "The recorded go-live day lies before this day." in shown


def test_goals_are_read_by_both_and_written_by_the_vendor(
    engagement: Engagement, sign_off: SignOff, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    ours, theirs = (page(sign_in(user), url(engagement, "prepare")) for user in (engineer, client_pm))
    objective = engagement.objectives.unscoped().get()
    for shown in (ours, theirs):
        assert objective.title in shown
        assert "Not measured" in shown
        assert "Version 1 waits for signatures" in shown
    assert url(engagement, "objective_edit", objective.pk) in ours
    assert url(engagement, "objective_edit", objective.pk) not in theirs
    assert "Read and sign" in theirs


def test_what_changed_since_freezing_is_said(
    engagement: Engagement, sign_off: SignOff, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    assert url(engagement, "goals_freeze") not in page(sign_in(engineer), url(engagement, "prepare"))
    ObjectiveFactory(engagement=engagement)
    shown = page(sign_in(engineer), url(engagement, "prepare"))
    assert "Changed since version 1 was frozen" in shown
    assert url(engagement, "goals_freeze") in shown
    assert url(engagement, "goals_freeze") not in page(sign_in(client_pm), url(engagement, "prepare"))
    sign_in(engineer).post(url(engagement, "goals_freeze"))
    assert "Version 2 waits for signatures" in page(sign_in(engineer), url(engagement, "prepare"))


def test_a_plain_engineer_does_not_freeze(
    engagement: Engagement, colleague: User, engineer: User, sign_in: SignIn
) -> None:
    assert sign_in(colleague).post(url(engagement, "goals_freeze")).status_code == 403
    told = sign_in(engineer).post(url(engagement, "goals_freeze"), follow=True).content.decode()
    assert "Write at least one objective" in told


def test_deleting_is_refused_in_words_where_it_was_measured(
    engagement: Engagement, sign_off: SignOff, engineer: User, sign_in: SignIn
) -> None:
    browser, objective = sign_in(engineer), engagement.objectives.unscoped().get()
    browser.post(url(engagement, "reading_create", objective.pk), BY_NAME["reading_create"].body(engagement))
    assert "12.5 人" in page(browser, url(engagement, "prepare"))
    told = browser.post(url(engagement, "objective_delete", objective.pk), follow=True).content.decode()
    assert "was measured already" in told
    item = engagement.scope_items.unscoped().get()
    assert (
        "The line is deleted." in browser.post(url(engagement, "scope_delete", item.pk), follow=True).content.decode()
    )
    assert not engagement.scope_items.exists()


@pytest.mark.parametrize(
    ("core_task", "word"), [("go_live", "Go-live day"), ("improve", "Hand-over day"), ("fix", "Hand-over day")]
)
def test_the_days_of_the_visits_are_shown_before_they_are_made(
    in_execution: Engagement, manager: User, sign_in: SignIn, core_task: str, word: str
) -> None:
    Engagement.objects.update(core_task=core_task, calendar="WEEK")
    go_decision_of(in_execution, go_live_on=in_execution.today())
    browser = sign_in(manager)
    assert word in page(browser, url(in_execution, "go_live"))
    partial = browser.get(url(in_execution, "go_live"), {"on": "2026-01-31"}, headers={"HX-Request": "true"})
    shown = partial.content.decode()
    assert "2 March 2026" in shown
    assert "30 April 2026" in shown
    assert "<html" not in shown
    for absurd in ("9999-12-31", "0001-01-01", "x", "", "a\x00"):
        assert browser.get(url(in_execution, "go_live"), {"on": absurd}).status_code == 200


def test_a_go_live_that_moves_in_the_browser(
    in_execution: Engagement, manager: User, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    browser = sign_in(manager)
    today = in_execution.today()
    go_decision_of(in_execution, go_live_on=today)
    browser.post(url(in_execution, "go_live"), {"on": str(today - timedelta(days=5))})
    browser.post(url(in_execution, "go_live"), {"on": str(today)})
    visits = reverse("reports:visit_list", args=[in_execution.pk])
    ours, theirs = page(sign_in(engineer), visits), page(sign_in(client_pm), visits)
    assert "Replaced when the day moved" in ours
    assert "Replaced when the day moved" not in theirs


def test_the_review_leads_to_the_closing_report(
    in_execution: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    shown = page(sign_in(engineer), url(in_execution, "review"))
    assert reverse("reports:draft", args=[in_execution.pk, "closing_report"]) in shown
    assert url(in_execution, "go_live") not in shown
    assert sign_in(client_pm).get(url(in_execution, "review")).status_code == 403


def test_pages_speak_the_sites_zone(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """RULES: an engagement's pages use the site's zone and name it."""
    engagement.time_zone = "America/Los_Angeles"
    engagement.save()
    assert "Los Angeles" in page(sign_in(manager), url(engagement, "team"))


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        ("manager", ["Overview", "Prepare", "Execute", "Review", "Documents", "Team"]),
        ("client_pm", ["Dashboard", "Plan", "Stand-ups", "Problems", "Documents", "Team"]),
    ],
)
def test_tabs_by_role(
    who: str, tabs: list[str], engagement: Engagement, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    shown = page(sign_in(request.getfixturevalue(who)), url(engagement, "team"))
    places = [shown.index(f">{tab}</a>", shown.index('class="tabs"')) for tab in tabs]
    assert places == sorted(places)
    assert 'aria-current="page">Team</a>' in shown


def test_what_is_over_offers_no_change(in_execution: Engagement, engineer: User, sign_in: SignIn) -> None:
    Engagement.objects.update(phase=Phase.CLOSED)
    objective = in_execution.objectives.unscoped().get()
    shown = page(sign_in(engineer), url(in_execution, "prepare"))
    assert url(in_execution, "objective_edit", objective.pk) not in shown
    assert sign_in(engineer).get(url(in_execution, "objective_edit", objective.pk)).status_code == 403


def test_a_trainer_changes_no_goals(engagement: Engagement, sign_in: SignIn) -> None:
    trainer = UserFactory()
    MembershipFactory(engagement=engagement, user=trainer, part=Part.TRAINER)
    assert url(engagement, "objective_create") not in page(sign_in(trainer), url(engagement, "prepare"))
    assert sign_in(trainer).get(url(engagement, "objective_create")).status_code == 403


def test_no_mail_goes_out_while_somebody_only_looks(
    engagement: Engagement, sign_off: SignOff, manager: User, sign_in: SignIn
) -> None:
    before = Message.objects.count()
    for name in ("detail", "prepare", "plan", "team", "review", "edit"):
        page(sign_in(manager), url(engagement, name))
    assert Message.objects.count() == before


@pytest.mark.parametrize("who", ["engineer", "client_pm", "administrator"])
def test_only_a_manager_makes_and_changes_an_engagement(
    who: str, engagement: Engagement, request: pytest.FixtureRequest
) -> None:
    """The services ask for themselves, whatever page calls them."""
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        lifecycle.change_engagement(actor=user, engagement=engagement, name="别的")
    with pytest.raises(PermissionDenied):
        lifecycle.create_engagement(actor=user, client=engagement.client, name="别的")
