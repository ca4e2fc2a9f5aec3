"""The client's dashboard: what waits, where we stand, what was said; and never a word that is not the client's."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, Objective, Reading, SignOff
from engagements.services import plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.models import Party, ProblemAnswer, Section, Severity
from tests.conftest import SignIn
from tests.factories import (
    LineFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    UserFactory,
)
from tests.factories.accounts import PASSWORD
from tests.reports.pages import url_of, words_of
from tests.world import CANARY_INTERNAL, PNG

pytestmark = pytest.mark.django_db


def board_of(browser: Client, engagement: Engagement) -> Any:
    return browser.get(url_of(engagement)).context["board"]


def frozen(engagement: Engagement, lead: User) -> SignOff:
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    if not engagement.stages.exists():
        plan.lay_out_plan(actor=lead, engagement=engagement)
    return signing.freeze_goals(actor=lead, engagement=engagement)


# --- What waits ------------------------------------------------------------------------------------------------------


def test_a_text_waits_for_those_who_sign_it_until_they_did(
    engagement: Engagement, engineer: User, client_pm: User, business_owner: User, key_user: User, sign_in: SignIn
) -> None:
    """C2: the page opens on the one thing that waits on its reader."""
    text = frozen(engagement, engineer)
    for user, waits in ((client_pm, True), (business_owner, True), (key_user, False), (engineer, True)):
        assert ("Please sign: Goals and scope, version 1" in words_of(sign_in(user), engagement)) is waits
    signing.sign_on_screen(actor=client_pm, sign_off=text, text_hash=text.text_hash, proof=PASSWORD)
    assert "Nothing waits on you today." in words_of(sign_in(client_pm), engagement)
    assert board_of(sign_in(business_owner), engagement).to_sign == [text]
    signing.sign_on_screen(actor=business_owner, sign_off=text, text_hash=text.text_hash, proof=PASSWORD)
    words = words_of(sign_in(engineer), engagement)
    assert "Please sign" not in words
    assert "signed by both sides on" in words


def test_a_handed_in_sheet_waits_on_the_vendor_not_on_the_signer(
    engagement: Engagement, engineer: User, client_pm: User, business_owner: User, sign_in: SignIn
) -> None:
    """C2: paper that is registered but not checked yet is no longer the client's turn."""
    text = frozen(engagement, engineer)
    signing.register_paper(
        actor=engineer, sign_off=text, part=Part.CLIENT_PM, signer_name="陈镕", signed_on=engagement.today(),
        code=text.code, scan=SimpleUploadedFile("scan.png", PNG),
    )  # fmt: skip
    assert board_of(sign_in(client_pm), engagement).to_sign == []
    assert board_of(sign_in(business_owner), engagement).to_sign == [text]


def test_on_paper_the_page_says_who_brings_the_sheet(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """RULES.md, Signing: where both sides agreed on paper, nobody is asked to click."""
    Engagement.objects.filter(pk=engagement.pk).update(signs_on_paper=True)
    engagement.refresh_from_db()
    frozen(engagement, engineer)
    words = words_of(sign_in(client_pm), engagement)
    assert "your engineer on site brings the printed sheet" in words
    assert "Read and sign" not in words


def test_what_needs_the_clients_side_stands_first_by_urgency(
    engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    """C2: asked for by role or department, the nearest day first, critical before all."""
    today = engagement.today()
    ours = {"engagement": engagement, "next_step_with": Party.CLIENT}
    ProblemFactory(**ours, title="没有日期", raised_on=today - timedelta(days=9))
    ProblemFactory(**ours, title="提供 2024 年历史工单", owner_role="信息科", due_on=today + timedelta(days=1))
    ProblemFactory(engagement=engagement, title="实施方的事", severity=Severity.CRITICAL)
    words = words_of(sign_in(client_pm), engagement)
    assert "Needs your side: 提供 2024 年历史工单 信息科 · due" in words
    assert "(tomorrow)" in words
    ProblemFactory(**ours, title="接口停了", severity=Severity.CRITICAL)
    assert [row.title for row in board_of(sign_in(client_pm), engagement).asked] == [
        "接口停了", "提供 2024 年历史工单", "没有日期",
    ]  # fmt: skip


# --- Cards -----------------------------------------------------------------------------------------------------------


def test_objectives_are_measured_or_said_not_to_be(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """N6: attainment is computed from the newest reading; unmeasured says so."""
    ObjectiveFactory(engagement=engagement, title="未测的")
    measured: Objective = ObjectiveFactory(engagement=engagement, title="培训合格", target=5)
    for day, value in ((2, 1), (1, 3), (4, 5)):
        Reading.objects.create(
            objective=measured, measured_on=engagement.today() - timedelta(days=day), value=value, evidence=f"第 {day} 次",
            recorded_by=engineer,
        )  # fmt: skip
    board = board_of(sign_in(client_pm), engagement)
    found = {row.title: (row.reading, row.evidence, row.attainment.fraction) for row in board.objectives}
    assert found == {"未测的": (None, "", None), "培训合格": (Decimal(3), "第 1 次", Decimal("0.6"))}
    html = sign_in(client_pm).get(url_of(engagement)).content.decode()
    assert 'value="600"' in html
    assert "Not measured" in html


def test_a_stand_up_shows_at_once_when_it_is_published(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """E1: the client sees it at once, and a draft not at all."""
    yesterday = StandUpFactory(engagement=engagement, held_on=engagement.today() - timedelta(days=1))
    LineFactory(stand_up=yesterday, text="昨天的计划")
    draft = StandUpFactory(engagement=engagement, created_by=engineer, published_at=None)
    LineFactory(stand_up=draft, text="今天的计划")
    before = words_of(sign_in(client_pm), engagement)
    assert "Latest stand-up" in before
    assert "昨天的计划" in before
    assert "今天的计划" not in before
    draft.published_at = timezone.now()
    draft.save()
    after = words_of(sign_in(client_pm), engagement)
    assert "Today's stand-up" in after
    assert "今天的计划" in after


def test_open_items_by_age_say_whose_step_is_next(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    """C2: the oldest first, with a role instead of a person, and how many there are in all."""
    today = engagement.today()
    for number in range(7):
        ProblemFactory(engagement=engagement, title=f"事项{number}", raised_on=today - timedelta(days=number))
    ProblemFactory(engagement=engagement, title="已解决", raised_on=today - timedelta(days=30), solved_on=today)
    board = board_of(sign_in(client_pm), engagement)
    assert [row.title for row in board.open_items] == ["事项6", "事项5", "事项4", "事项3", "事项2"]
    assert "the 5 oldest of 7" in words_of(sign_in(client_pm), engagement)


def test_only_the_newest_ready_version_of_a_document_is_offered(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """C2: what is being printed, or failed to, is not the client's yet."""
    from reports.models import Document

    for version, pdf in ((1, "a.pdf"), (2, "b.pdf"), (3, "")):
        Document.objects.create(
            engagement=engagement, kind="field_manual", version=version, language="en", snapshot={},
            snapshot_hash="0" * 64, pdf=pdf, pdf_hash="1" * 64 if pdf else "", issued_by=engineer,
            issued_at=timezone.now(),
        )  # fmt: skip
    assert [row.version for row in board_of(sign_in(client_pm), engagement).documents] == [2]
    assert [row.version for row in board_of(sign_in(engineer), engagement).documents] == [2]


# --- Never -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", ["client_pm", "engineer", "manager"])
def test_nothing_internal_stands_there_whoever_looks(
    viewer: str, engagement: Engagement, engineer: User, client_pm: User, manager: User, sign_in: SignIn
) -> None:
    """N4: the vendor opens the same projection; each canary alone would turn this red."""
    from engagements.models import Waiver
    from reports.models import Draft

    mark, today = CANARY_INTERNAL, engagement.today()
    secret = ProblemFactory(engagement=engagement, title=mark, is_internal=True, severity=Severity.CRITICAL)
    secret_ask = ProblemFactory(engagement=engagement, title=mark, is_internal=True, next_step_with=Party.CLIENT)
    shared = ProblemFactory(engagement=engagement, title="共享的问题", raised_on=today - timedelta(days=2))
    day = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1), created_by=engineer)
    for section in Section:
        LineFactory(stand_up=day, section=section, text=mark, is_internal=True)
    LineFactory(stand_up=day, section=Section.DONE, text="共享的一句")
    ProblemAnswer.objects.create(stand_up=day, problem=secret, note=mark, author=engineer)
    ProblemAnswer.objects.create(stand_up=day, problem=shared, note=mark, author=engineer, is_internal=True)
    draft = StandUpFactory(engagement=engagement, held_on=today, created_by=engineer, published_at=None)
    LineFactory(stand_up=draft, text=mark)
    ProblemAnswer.objects.create(stand_up=draft, problem=shared, note=mark, author=engineer)
    Waiver.objects.create(
        engagement=engagement, before_phase="execution", obstacle="goals.frozen", obstacle_text=mark, reason=mark,
        due_on=today, granted_by=manager,
    )  # fmt: skip
    Draft.objects.create(engagement=engagement, kind="closing_report", summary=mark, edited_by=engineer)
    user = {"client_pm": client_pm, "engineer": engineer, "manager": manager}[viewer]
    html = sign_in(user).get(url_of(engagement)).content.decode()
    assert mark not in html
    for problem in (secret, secret_ask):
        assert f"/problems/{problem.pk}/" not in html
    assert "共享的问题" in html
    assert "共享的一句" in html
    assert "issed" not in html  # no missed stand-up


def test_a_vendor_person_is_told_that_this_is_the_clients_page(
    engagement: Engagement, manager: User, client_pm: User, sign_in: SignIn
) -> None:
    """SCREENS.md: view as client, read only."""
    assert "as the client sees it" in words_of(sign_in(manager), engagement)
    assert "as the client sees it" not in words_of(sign_in(client_pm), engagement)
    assert sign_in(manager).post(url_of(engagement)).status_code == 405


# --- Cost ------------------------------------------------------------------------------------------------------------


def fill(engagement: Engagement, lead: User, rows: int) -> None:
    """So many of everything the page reads."""
    today = engagement.today()
    for number in range(rows):
        day = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=number), created_by=lead)
        problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=number + 1))
        for section in Section:
            LineFactory(stand_up=day, section=section, problem=problem if section == Section.PROBLEM else None)
        newest = engagement.stand_ups.unscoped().newest_first().first()
        assert newest is not None
        ProblemAnswer.objects.create(stand_up=newest, problem=problem, author=lead)
        member = MembershipFactory(engagement=engagement, user=UserFactory(role=Role.CLIENT), part=Part.KEY_USER)
        newest.attendances.create(membership=member)
        objective = ObjectiveFactory(engagement=engagement)
        for value in (1, 2):
            Reading.objects.create(objective=objective, measured_on=today, value=value, evidence="x", recorded_by=lead)
        FollowUpVisit.objects.create(
            engagement=engagement, kind="1m", revision=number + 1, anchor_on=today, due_on=today, held_on=None,
            superseded_at=timezone.now() if number else None,
        )  # fmt: skip


def queries_at(rows: int, engagement: Engagement, lead: User, viewer: User, sign_in: SignIn) -> int:
    fill(engagement, lead, rows)
    browser = sign_in(viewer)
    browser.get(url_of(engagement))
    with CaptureQueriesContext(connection) as captured:
        browser.get(url_of(engagement))
    return len(captured)


def test_the_page_costs_as_many_queries_at_thirty_rows_as_at_one(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, outsider_engineer: User,
    client_pm: User, client_pm_2: User, sign_in: SignIn,
) -> None:  # fmt: skip
    """SPEED.md: one query for each kind of row."""
    for row, lead in ((engagement, engineer), (foreign_engagement, outsider_engineer)):
        frozen(row, lead)
    few = queries_at(1, engagement, engineer, client_pm, sign_in)
    many = queries_at(30, foreign_engagement, outsider_engineer, client_pm_2, sign_in)
    assert few == many
    assert few <= 37


# --- The door --------------------------------------------------------------------------------------------------------


def test_everyone_starts_where_their_day_begins(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, engineer: User, client_pm: User,
    administrator: User, sign_in: SignIn,
) -> None:  # fmt: skip
    """SCREENS.md: manager → portfolio, engineer → today, client → their dashboard, administrator → people."""
    starts = {
        manager: reverse("reports:portfolio"),
        engineer: reverse("reports:today"),
        client_pm: url_of(engagement),
        administrator: reverse("accounts:people"),
    }
    for user, start in starts.items():
        assert sign_in(user).get("/")["Location"] == start
    MembershipFactory(engagement=foreign_engagement, user=client_pm, part=Part.KEY_USER)
    assert sign_in(client_pm).get("/")["Location"] == reverse("engagements:list")
    nobody = UserFactory(role=Role.CLIENT)
    assert sign_in(nobody).get("/")["Location"] == reverse("engagements:list")


@pytest.mark.parametrize(
    ("start_on", "agreed_on"),
    [
        (date(2000, 1, 1), date(2000, 1, 1)),
        (date(2000, 1, 1), date(2099, 12, 31)),
        (date(2099, 12, 31), date(2099, 12, 31)),
    ],
)
def test_absurd_days_break_no_page(
    start_on: date, agreed_on: date, engagement: Engagement, manager: User, engineer: User, sign_in: SignIn
) -> None:
    """Bad input: what the forms' widest days let in is shown, not stumbled over."""
    Engagement.objects.filter(pk=engagement.pk).update(start_on=start_on, agreed_go_live_on=agreed_on)
    pages = [url_of(engagement), "/portfolio/", "/today/"]
    pages += [reverse("reports:draft", args=[engagement.pk, kind]) for kind in ("field_manual", "closing_report")]
    for page in pages:
        assert sign_in(manager).get(page).status_code == 200, page
