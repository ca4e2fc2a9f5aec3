"""E1 in the browser without scripts: write, preview, publish, read, correct; nothing twice, nothing lost."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Answer, Line, Problem, Section, StandUp
from standups.services.publishing import publish_stand_up
from tests.conftest import SignIn
from tests.factories import LineFactory, MembershipFactory, ProblemFactory, StandUpFactory
from tests.standups.browser import day_url, fields_at, fields_of, row_with, spare, target, words_in, write


@pytest.fixture
def today(engagement: Engagement) -> date:
    return engagement.today()


@pytest.fixture
def url(engagement: Engagement, today: date) -> str:
    return day_url(engagement, today)


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


def the_day(engagement: Engagement) -> StandUp:
    return engagement.stand_ups.unscoped().get()


def test_an_unchanged_day_is_preview_and_publish(
    engagement: Engagement, browser: Client, url: str, today: date
) -> None:
    """E1: two actions when nothing changed: yesterday's plan is carried, problems are still there."""
    old = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1))
    LineFactory(stand_up=old, text="导入校验")
    ProblemFactory(engagement=engagement, title="接口超时", raised_on=today - timedelta(days=1))
    previewed = browser.post(url, {**fields_at(browser, url), "step": "preview"})
    assert target(previewed) == day_url(engagement, today, "preview")
    seen = browser.get(target(previewed)).context["shown"].mark
    published = browser.post(day_url(engagement, today, "publish"), {"seen": seen}, follow=True)
    words = words_in(published.content, "main")
    assert published.redirect_chain == [(url, 302)]
    assert words.count("导入校验") == 2, "undone yesterday, planned today"
    assert "接口超时" in words
    assert engagement.stand_ups.unscoped().get(held_on=today).is_published


def test_a_whole_day_typed_without_a_script(
    engagement: Engagement, engineer: User, client_pm: User, browser: Client, url: str, today: date
) -> None:
    """E1: every part of the page arrives as it was typed."""
    problem = ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=1))
    fields = fields_at(browser, url)
    write(fields, Section.DONE, "昨天做完的")
    write(fields, Section.PLAN, "喆堃镕㛃𠮷 的计划", internal=True)
    row = write(fields, Section.PROBLEM, "测试网络断开")
    fields[f"party-{row}"], fields[f"severity-{row}"] = ["client"], ["critical"]
    fields[f"answer-{problem.pk}"], fields[f"note-{problem.pk}"] = ["changed"], ["厂家在查"]
    pm = engagement.memberships.unscoped().get(user=client_pm).pk
    fields |= {"minutes": ["13"], "present": [*fields["present"], str(pm)], "step": ["save"]}
    assert target(browser.post(url, fields)) == url
    stand_up = the_day(engagement)
    lines = stand_up.lines.unscoped().values_list("section", "text", "is_internal", "is_done", "severity")
    assert set(lines) == {
        ("done", "昨天做完的", False, True, "major"),
        ("plan", "喆堃镕㛃𠮷 的计划", True, False, "major"),
        ("problem", "测试网络断开", False, False, "critical"),
    }
    assert stand_up.answers.unscoped().values_list("answer", "note").get() == (Answer.CHANGED, "厂家在查")
    assert (stand_up.minutes, stand_up.attendances.count(), stand_up.is_published) == (13, 2, False)
    # The page shows it again, and sending that again changes nothing.
    again = fields_at(browser, url)
    assert again[f"text-{row}"] == ["测试网络断开"]
    assert (again[f"party-{row}"], again[f"severity-{row}"]) == (["client"], ["critical"])
    assert browser.post(url, {**again, "step": "save"}).status_code == 302
    assert Line.objects.count() == 3


def test_the_same_post_twice_is_one_write(engagement: Engagement, browser: Client, url: str) -> None:
    """TRUST.md 8: same key and body, same answer."""
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "一次")
    first, second = (browser.post(url, fields) for _ in range(2))
    assert target(first) == target(second)
    assert Line.objects.count() == 1


def test_another_body_under_the_same_key_is_refused_and_kept(
    engagement: Engagement, browser: Client, url: str
) -> None:
    """TRUST.md 8: another body is a 422; the page keeps what was typed and works on the next press."""
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "第一")
    browser.post(url, fields)
    changed = dict(fields)
    write(changed, Section.PROBLEM, "第二")
    refused = browser.post(url, changed)
    assert refused.status_code == 422
    assert Line.objects.count() == 1
    kept = fields_of(refused.content)
    assert kept["idempotency_key"] != fields["idempotency_key"]
    assert row_with(kept, "第二")
    assert browser.post(url, kept).status_code == 302
    assert Line.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "abc"),
        ("minutes", "99999999999999999999"),
        ("text", "好" * 501),
        ("text", "nul\x00"),
        ("text", "turned\u202earound"),
        ("section", "nonsense"),
        ("idempotency_key", "x"),
    ],
)
def test_bad_input_keeps_the_page_and_writes_nothing(
    engagement: Engagement, browser: Client, url: str, field: str, value: str
) -> None:
    """Bad input: a message, 422, everything typed still there, no row."""
    fields = fields_at(browser, url)
    good = write(fields, Section.PLAN, "好的一句")
    bad = spare(fields, Section.PLAN)
    fields[f"text-{bad}"] = ["坏的一句"]
    fields[f"{field}-{bad}" if f"{field}-{bad}" in fields else field] = [value]
    refused = browser.post(url, fields)
    assert refused.status_code == 422
    kept = fields_of(refused.content)
    assert kept[f"text-{good}"] == ["好的一句"]
    assert value in {text[0] for text in kept.values()} or field in {"section", "idempotency_key"}
    assert "invalid-feedback" in refused.content.decode() or "alert-danger" in refused.content.decode()
    assert not StandUp.objects.exists()


def test_ten_megabytes_of_text(engagement: Engagement, browser: Client, url: str) -> None:
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "x" * 10_000_000)
    assert browser.post(url, fields).status_code == 422
    assert not StandUp.objects.exists()


@pytest.mark.parametrize("body", [{}, {"line": "\x00"}, {"line": [str(n) for n in range(900)]}, {"problem": "\x00"}])
def test_bodies_of_nobody_are_answered(browser: Client, url: str, body: dict[str, object]) -> None:
    assert browser.post(url, body).status_code == 422


def test_a_stale_edit_shows_both_texts_and_the_person_chooses(
    engagement: Engagement, browser: Client, colleague: User, sign_in: SignIn, url: str
) -> None:
    """RULES: a stale edit of the same line keeps both texts for a person to choose; the rest is saved."""
    fields = fields_at(browser, url)
    row = write(fields, Section.PLAN, "原来")
    browser.post(url, fields)
    mine, theirs = fields_at(browser, url), fields_at(sign_in(colleague), url)
    theirs[f"text-{row}"] = ["同事的"]
    sign_in(colleague).post(url, theirs)
    mine[f"text-{row}"] = ["我的"]
    write(mine, Section.PLAN, "别的一句")
    mine["step"] = ["preview"]
    conflict = browser.post(url, mine)
    assert conflict.status_code == 409
    assert set(Line.objects.unscoped().values_list("text", flat=True)) == {"同事的", "别的一句"}
    page = fields_of(conflict.content)
    assert page[f"text-{row}"] == ["我的"]
    assert "同事的" in words_in(conflict.content, "main")
    assert colleague.name in words_in(conflict.content, "main")
    assert browser.post(url, mine).status_code == 409, "a double press gets the same answer"
    taken = {**page, f"choice-{row}": ["theirs"]}
    assert browser.post(url, taken).status_code == 302
    assert Line.objects.unscoped().get(pk=row).text == "同事的"
    kept = {**page, "idempotency_key": [str(uuid4())]}
    assert browser.post(url, kept).status_code == 302
    assert Line.objects.unscoped().get(pk=row).text == "我的"


def test_another_button_under_the_same_key_is_another_body(engagement: Engagement, browser: Client, url: str) -> None:
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "一句")
    assert browser.post(url, {**fields, "step": "save"}).status_code == 302
    assert browser.post(url, {**fields, "step": "preview"}).status_code == 422


def test_the_script_saves_with_a_short_answer(engagement: Engagement, browser: Client, url: str) -> None:
    """E1: the autosaved draft follows the same rules; its answer carries what the page shows from now on."""
    fields = fields_at(browser, url)
    row = write(fields, Section.PLAN, "自动")
    said = browser.post(url, {**fields, "step": "auto"})
    assert said.headers["Content-Type"] == "application/json"
    assert said.json()["message"].startswith("Saved ")
    fields |= {f"seen-{row}": [said.json()["seen"][row]], f"text-{row}": ["自动改"], "idempotency_key": [str(uuid4())]}
    assert browser.post(url, {**fields, "step": "auto"}).status_code == 200
    assert Line.objects.unscoped().get().text == "自动改"


def test_the_script_is_told_what_it_cannot_save(
    engagement: Engagement, browser: Client, colleague: User, sign_in: SignIn, url: str, today: date
) -> None:
    fields = fields_at(browser, url)
    row = write(fields, Section.PLAN, "我的")
    bad = browser.post(url, {**fields, "minutes": "abc", "step": "auto"})
    assert (bad.status_code, bad.json()["stop"]) == (422, False)
    theirs = {
        **fields_at(sign_in(colleague), url),
        "line": [row],
        f"section-{row}": ["plan"],
        f"text-{row}": ["同事的"],
    }
    sign_in(colleague).post(url, theirs)
    conflict = browser.post(url, {**fields, "step": "auto"})
    assert (conflict.status_code, conflict.json()["compare"]) == (409, True)
    publish_stand_up(actor=colleague, stand_up=the_day(engagement))
    stop = browser.post(url, {**fields, "idempotency_key": str(uuid4()), "step": "auto"})
    assert (stop.status_code, stop.json()["stop"]) == (409, True)


def test_a_draft_page_of_a_published_day_asks_first(
    engagement: Engagement, browser: Client, url: str, today: date
) -> None:
    """What is typed into a draft never reaches the client unseen because a colleague published."""
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "打了一半")
    StandUpFactory(engagement=engagement, held_on=today)
    asked = browser.post(url, fields)
    assert asked.status_code == 409
    assert not Line.objects.exists()
    assert target(browser.post(url, fields_of(asked.content))) == url
    assert Line.objects.unscoped().get().text == "打了一半"


def test_a_preview_that_changed_is_looked_at_again(
    engagement: Engagement, browser: Client, url: str, today: date
) -> None:
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "一句")
    browser.post(url, fields)
    seen = browser.get(day_url(engagement, today, "preview")).context["shown"].mark
    LineFactory(stand_up=the_day(engagement), text="同事加的")
    for body in ({"seen": seen}, {"seen": "\x00"}, {}):
        answer = browser.post(day_url(engagement, today, "publish"), body)
        assert target(answer) == day_url(engagement, today, "preview")
    assert not the_day(engagement).is_published


def test_the_preview_counts_what_stays_with_us(engagement: Engagement, browser: Client, url: str, today: date) -> None:
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "客户看得到")
    write(fields, Section.PLAN, "内部甲", internal=True)
    browser.post(url, fields)
    page = browser.get(day_url(engagement, today, "preview"))
    assert "内部甲" not in page.content.decode()
    assert "1 internal line stays with us." in words_in(page.content, "main")


def test_a_correction_after_publication(
    engagement: Engagement, browser: Client, client_pm: User, sign_in: SignIn, url: str, today: date
) -> None:
    row = LineFactory(stand_up=StandUpFactory(engagement=engagement, held_on=today), text="写错了").pk
    assert "data-standup" not in browser.get(url).content.decode(), "a published day is read"
    fields = fields_at(browser, url + "?edit=1")
    fields[f"text-{row}"] = ["写对了"]
    assert target(browser.post(url, fields)) == url
    words = words_in(sign_in(client_pm).get(url).content, "main")
    assert "写对了" in words
    assert "Corrected" in words
    assert "写错了" not in words


def test_a_tracked_problem_line_keeps_its_problem(
    engagement: Engagement, browser: Client, url: str, today: date
) -> None:
    fields = fields_at(browser, url)
    row = write(fields, Section.PROBLEM, "问题")
    browser.post(url, fields)
    publish_stand_up(actor=engagement.created_by, stand_up=the_day(engagement))
    Problem.objects.update(severity="critical")
    again = fields_at(browser, url + "?edit=1")
    assert browser.post(url, again).status_code == 302
    assert Problem.objects.unscoped().get(lines__pk=row).severity == "critical"
    assert the_day(engagement).corrected_at is None


def test_attendees_are_grouped_and_nobody_twice(
    engagement: Engagement, engineer: User, client_pm: User, browser: Client, url: str, today: date
) -> None:
    MembershipFactory(engagement=engagement, user=engineer, part=Part.TRAINER)
    page = browser.get(url).context["page"]
    assert [person.name for person in page.vendor_people] == [engineer.name]
    assert [person.name for person in page.client_people] == [client_pm.name]


@pytest.mark.parametrize("route", ["day", "preview", "publish"])
@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", "1999-12-31", "2100-01-01", "2026-02-30", "2026-2-3", "today'"]
)
def test_days_that_are_none_are_absent(engagement: Engagement, browser: Client, route: str, day: str) -> None:
    """Absurd days match no address."""
    ending = "" if route == "day" else f"{route}/"
    base = f"/engagements/{engagement.pk}/stand-ups/{day}/{ending}"
    assert (browser.get(base).status_code, browser.post(base).status_code) == (404, 404)


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
def test_the_ends_of_the_calendar(engagement: Engagement, browser: Client, day: str) -> None:
    page = browser.get(day_url(engagement, day))
    assert page.status_code == 200
    assert "data-standup" not in page.content.decode()
    body = {"idempotency_key": str(uuid4())}
    assert browser.post(day_url(engagement, day), body).status_code == 422


def test_a_client_opens_published_days_only(
    engagement: Engagement, client_pm: User, sign_in: SignIn, today: date
) -> None:
    browser = sign_in(client_pm)
    StandUpFactory(engagement=engagement, held_on=today, published_at=None)
    StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1))
    draft, absent = (browser.get(day_url(engagement, today - timedelta(days=n))) for n in (0, 2))
    assert (draft.status_code, absent.status_code) == (404, 404)
    assert browser.get(day_url(engagement, today - timedelta(days=1)) + "?edit=1").status_code == 200
    assert browser.post(day_url(engagement, today), {}).status_code == 403
    assert browser.get(day_url(engagement, today, "preview")).status_code == 403
    assert browser.post(day_url(engagement, today, "publish")).status_code == 403


def test_a_foreign_engagement_is_absent(foreign_engagement: Engagement, browser: Client, today: date) -> None:
    StandUpFactory(engagement=foreign_engagement, held_on=today)
    for route in ("day", "preview", "publish"):
        assert browser.post(day_url(foreign_engagement, today, route)).status_code in {404, 405}
        assert browser.get(day_url(foreign_engagement, today, route)).status_code in {404, 405}


def test_a_closed_engagement_is_read_only(engagement: Engagement, browser: Client, url: str, today: date) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED, go_live_on=today)
    page = browser.get(url)
    assert page.status_code == 200
    assert "data-standup" not in page.content.decode()
    assert browser.post(url, {}).status_code == 403
