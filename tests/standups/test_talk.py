"""E1: the client's representative reads a published day and says so; both sides remark on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement, Membership, Phase
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from standups.models import Acknowledgement, Comment, StandUp
from standups.services.entry import Entry, Shown
from standups.services.talk import acknowledge, add_comment
from standups.services.writing import save_stand_up
from standups.shown import shown_day
from tests.conftest import InParallel, SignIn
from tests.factories import LineFactory, StandUpFactory
from tests.standups.browser import day_url, line, words_in


@pytest.fixture
def today(engagement: Engagement) -> date:
    return engagement.today()


@pytest.fixture
def day(engagement: Engagement, engineer: User, today: date) -> StandUp:
    """Today, published, with a line for the client and one of ours."""
    stand_up = StandUpFactory(engagement=engagement, held_on=today, created_by=engineer)
    LineFactory(stand_up=stand_up, text="导入校验")
    LineFactory(stand_up=stand_up, text="只有我们知道", is_internal=True)
    return engagement.stand_ups.unscoped().get()


def mark(user: User, day: StandUp) -> str:
    return shown_day(user=user, stand_up=day).mark


def correct(engineer: User, day: StandUp, *, internal: bool = False) -> None:
    shown = Shown(minutes=day.minutes, published=True)
    entry = Entry(lines=[line("后来加的", is_internal=internal)], minutes=day.minutes, shown=shown)
    save_stand_up(actor=engineer, engagement=day.engagement, day=day.held_on, entry=entry)
    day.refresh_from_db()


def remark(browser: Client, day: StandUp, text: str, key: str = "") -> object:
    body = {"text": text, "key": key or str(uuid4())}
    return browser.post(day_url(day.engagement, day.held_on, "comment"), body)


def page(browser: Client, day: StandUp) -> str:
    return words_in(browser.get(day.get_absolute_url()).content, "remarks")


# --- Read ------------------------------------------------------------------------------------------------------------
def test_the_client_says_they_read_it(day: StandUp, client_pm: User, engineer: User, sign_in: SignIn) -> None:
    """“Read by 陈镕, 09:32”, for both sides; who has read is not asked again."""
    browser = sign_in(client_pm)
    assert "Nobody at the client's has read it yet." in page(sign_in(engineer), day)
    seen = browser.get(day.get_absolute_url()).context["shown"].mark
    with time_machine.travel(datetime.combine(day.held_on, datetime.min.time(), day.engagement.zone).replace(hour=9)):
        answer = browser.post(day_url(day.engagement, day.held_on, "acknowledge"), {"seen": seen})
    assert answer["Location"] == day.get_absolute_url()
    assert "Read by 陈镕, 09:00" in page(sign_in(engineer), day)
    assert "I have read it" not in page(browser, day)
    assert AuditEntry.objects.filter(action="stand_up.acknowledged").count() == 1


def test_the_dashboard_card_has_the_same_press(day: StandUp, client_pm: User, sign_in: SignIn) -> None:
    browser = sign_in(client_pm)
    dashboard = reverse("reports:dashboard", args=[day.engagement.pk])
    seen = browser.get(dashboard).context["board"].stand_up.mark
    body = {"seen": seen, "next": dashboard}
    answer = browser.post(day_url(day.engagement, day.held_on, "acknowledge"), body)
    assert answer["Location"] == dashboard
    assert "Read by 陈镕" in browser.get(dashboard).content.decode()


def test_no_address_of_another_site_is_gone_to(day: StandUp, client_pm: User, sign_in: SignIn) -> None:
    body = {"seen": mark(client_pm, day), "next": "https://elsewhere.example/"}
    answer = sign_in(client_pm).post(day_url(day.engagement, day.held_on, "acknowledge"), body)
    assert answer["Location"] == day.get_absolute_url()


def test_reading_twice_is_reading_once(day: StandUp, client_pm: User) -> None:
    for _ in range(2):
        acknowledge(actor=client_pm, stand_up=day, seen=mark(client_pm, day))
    assert Acknowledgement.objects.count() == 1
    assert AuditEntry.objects.filter(action="stand_up.acknowledged").count() == 1


def test_a_correction_asks_to_read_again(day: StandUp, client_pm: User, engineer: User, sign_in: SignIn) -> None:
    """Who read it before a correction is said to have read it before; then they may say so anew."""
    acknowledge(actor=client_pm, stand_up=day, seen=mark(client_pm, day))
    correct(engineer, day)
    browser = sign_in(client_pm)
    assert "before it was corrected" in page(browser, day)
    assert "I have read it" in page(browser, day)
    acknowledge(actor=client_pm, stand_up=day, seen=mark(client_pm, day))
    assert "before it was corrected" not in page(browser, day)
    assert Acknowledgement.objects.count() == 1


def test_an_internal_correction_is_no_correction_to_the_client(
    day: StandUp, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    """N4: not even that something was changed reaches them; the audit knows."""
    acknowledge(actor=client_pm, stand_up=day, seen=mark(client_pm, day))
    correct(engineer, day, internal=True)
    assert day.corrected_at is None
    assert "before it was corrected" not in page(sign_in(client_pm), day)
    assert AuditEntry.objects.filter(action="stand_up.corrected").count() == 1
    correct(engineer, day)
    assert day.corrected_at is not None


def test_what_was_changed_unseen_is_not_acknowledged(day: StandUp, client_pm: User, engineer: User) -> None:
    seen = mark(client_pm, day)
    correct(engineer, day)
    with pytest.raises(StaleError):
        acknowledge(actor=client_pm, stand_up=day, seen=seen)
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("who", ["engineer", "manager", "key_user"])
def test_nobody_reads_in_the_clients_name(request: pytest.FixtureRequest, day: StandUp, who: str) -> None:
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        acknowledge(actor=user, stand_up=day, seen=mark(user, day))


def test_a_draft_is_neither_read_nor_remarked(day: StandUp, client_pm: User, engineer: User, sign_in: SignIn) -> None:
    StandUp.objects.filter(pk=day.pk).update(published_at=None)
    day.refresh_from_db()
    for route, body in (("acknowledge", {"seen": "x"}), ("comment", {"text": "x", "key": str(uuid4())})):
        assert sign_in(client_pm).post(day_url(day.engagement, day.held_on, route), body).status_code == 404
    with pytest.raises(DomainError):
        acknowledge(actor=client_pm, stand_up=day, seen=mark(client_pm, day))
    with pytest.raises(DomainError):
        add_comment(actor=engineer, stand_up=day, text="x")
    assert "remarks" not in sign_in(engineer).get(day.get_absolute_url() + "preview/").content.decode()


# --- Remarks ---------------------------------------------------------------------------------------------------------
def test_both_sides_remark_and_each_other_is_mailed(
    day: StandUp, client_pm: User, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """The lead reads what the client says; whoever spoke last at the client's reads the answer."""
    for user, text in ((client_pm, "下午能否先看报表？\n谢谢"), (colleague, "可以，14 点。"), (engineer, "我也去。")):
        assert remark(sign_in(user), day, text).status_code == 302  # type: ignore[attr-defined]
    assert [row.recipient for row in Message.objects.order_by("pk")] == [engineer, client_pm, client_pm]
    assert sweep() == 3
    assert [message.to for message in mail.outbox] == [[engineer.email], [client_pm.email], [client_pm.email]]
    first = mail.outbox[0]
    assert "陈镕 on the stand-up of" in first.subject
    assert "下午能否先看报表？" in first.body
    assert "#remarks" in first.body
    words = page(sign_in(client_pm), day)
    assert words.index("下午能否先看报表") < words.index("可以，14 点。") < words.index("我也去。")


def test_nobody_is_mailed_their_own_words(day: StandUp, engineer: User, manager: User) -> None:
    """The vendor speaks first, or there is no lead: a remark without a mail."""
    add_comment(actor=engineer, stand_up=day, text="我们先说")
    assert not Message.objects.exists()


def test_without_a_lead_a_remark_stands_without_a_mail(day: StandUp, client_pm: User, engineer: User) -> None:
    Membership.objects.unscoped().filter(user=engineer).update(ended_at=timezone.now())
    add_comment(actor=client_pm, stand_up=day, text="还有人吗？")
    assert not Message.objects.exists()
    assert Comment.objects.count() == 1


def test_who_left_meanwhile_is_told_nothing(day: StandUp, client_pm: User, engineer: User) -> None:
    add_comment(actor=client_pm, stand_up=day, text="给负责人的话")
    Membership.objects.unscoped().filter(user=engineer).update(ended_at=timezone.now())
    assert sweep() == 0
    assert mail.outbox == []


def test_the_same_press_twice_is_one_remark(day: StandUp, client_pm: User, sign_in: SignIn) -> None:
    key = str(uuid4())
    for _ in range(2):
        assert remark(sign_in(client_pm), day, "一次", key).status_code == 302  # type: ignore[attr-defined]
    assert Comment.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "key"), [("", ""), ("   ", ""), ("好" * 1001, ""), ("藏\x00", ""), ("有话", "x"), ("别的话", "used")]
)
def test_a_bad_remark_stays_on_the_page(day: StandUp, client_pm: User, sign_in: SignIn, text: str, key: str) -> None:
    browser, used = sign_in(client_pm), str(uuid4())
    remark(browser, day, "用过的钥匙", used)
    answer = remark(browser, day, text, used if key == "used" else key)
    body = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert text.strip() in body
    assert "invalid-feedback" in body or "alert-danger" in body
    assert Comment.objects.count() == 1
    assert used not in body, "the next press has a key of its own"


def test_a_thousand_characters_are_kept(day: StandUp, client_pm: User, sign_in: SignIn) -> None:
    assert remark(sign_in(client_pm), day, "好" * 1000).status_code == 302  # type: ignore[attr-defined]
    assert "好" * 1000 in page(sign_in(client_pm), day)


def test_what_is_over_is_silent(day: StandUp, client_pm: User, sign_in: SignIn) -> None:
    Engagement.objects.filter(pk=day.engagement_id).update(phase=Phase.CLOSED, go_live_on=day.held_on)
    browser = sign_in(client_pm)
    words = page(browser, day)
    assert "Add the remark" not in words
    assert "I have read it" not in words
    assert remark(browser, day, "太晚").status_code == 403  # type: ignore[attr-defined]


def test_the_other_client_reads_nothing(day: StandUp, client_pm: User, client_pm_2: User, sign_in: SignIn) -> None:
    for route in ("acknowledge", "comment"):
        answer = sign_in(client_pm_2).post(day_url(day.engagement, day.held_on, route), {"text": "x"})
        assert answer.status_code == 404


@pytest.mark.usefixtures("postgresql")
def test_reading_and_correcting_at_once(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Whoever comes first: nobody is said to have read what they did not see."""
    stand_ups = [
        StandUpFactory(engagement=engagement, held_on=engagement.today() - timedelta(days=ago), created_by=engineer)
        for ago in range(8)
    ]
    rows = list(engagement.stand_ups.unscoped())
    marks = [mark(client_pm, row) for row in rows]
    entry = Entry(lines=[line("更正")])
    results = in_parallel(
        *(
            (lambda r=r, m=m: acknowledge(actor=client_pm, stand_up=r, seen=m))
            for r, m in zip(rows, marks, strict=True)
        ),
        *(
            (lambda r=r: save_stand_up(actor=engineer, engagement=r.engagement, day=r.held_on, entry=entry))
            for r in rows
        ),
    )
    assert {type(found) for found in results if isinstance(found, Exception)} <= {StaleError}
    assert len(stand_ups) == sum(row.corrected_at is not None for row in engagement.stand_ups.unscoped())
    assert not Acknowledgement.objects.unscoped().current().exists(), "each is older than the correction, or refused"
