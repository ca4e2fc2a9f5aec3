"""The pages of sharing sessions: what each person can do there, bad input, two who write at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from tests.channels import body_of
from tests.conftest import SignIn
from tests.factories import SharingFactory, UserFactory
from tests.standups.browser import target
from tests.training.passing_on import a_first_read, a_sharing
from training.models import KnowledgeFile, Sharing, SharingAction

pytestmark = pytest.mark.django_db
LIST = "/sharing/"


@pytest.fixture
def over(engagement: Engagement) -> Engagement:
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase="closed")
    engagement.refresh_from_db()
    return engagement


def html(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def said(engagement: Engagement, speaker: User, **others: Any) -> dict[str, Any]:
    return {
        "engagement": engagement.pk, "topic": "权限分配需前置确认", "speaker": speaker.pk, "starts_at": "2027-03-04T10:00",
        "ends_at": "2027-03-04T11:00", "place": "总部三楼", "link": "", "scene": "", "breakthrough": "",
        "client_dealings": "",
    } | others  # fmt: skip


def test_from_the_review_to_the_article(over: Engagement, engineer: User, manager: User, sign_in: SignIn) -> None:
    """R4: planned from a closed engagement, invited, held, minutes, an action on somebody's day, an article."""
    browser = sign_in(engineer)
    new = reverse("sharing:create")
    assert f"{new}?engagement={over.pk}" in html(browser, reverse("engagements:review", args=[over.pk]))
    assert over.name in html(browser, f"{new}?engagement={over.pk}")
    invite = target(browser.post(new, said(over, engineer)))
    row = Sharing.objects.get()
    page = row.get_absolute_url()
    assert target(browser.post(invite, {"people": [manager.pk]})) == page
    assert target(browser.get(invite)) == page, "everybody is invited"
    assert row.topic in html(browser, LIST)
    assert "4 March 2027 10:00" in html(browser, page)
    assert b"BEGIN:VCALENDAR" in browser.get(f"{page}calendar/").content

    begun = timezone.now() - timedelta(hours=1)
    Sharing.objects.update(starts_at=begun, ends_at=begun + timedelta(minutes=30))
    assert "Note who was there" in html(browser, page)
    form = browser.get(f"{page}presence/").context["form"]
    there = [one.pk for one in row.invitations.all()]
    assert target(browser.post(f"{page}presence/", {"was": form.initial["was"], "there": there})) == page
    assert "2 of 2 were there" in html(browser, page)
    was = browser.get(f"{page}minutes/").context["form"].initial["was"]
    assert target(browser.post(f"{page}minutes/", {"was": was, "text": "- 先问**业务**"})) == f"{page}#minutes"
    assert "先问<strong>业务</strong>" in html(browser, page)
    action = {"text": "模板入库", "owner": manager.pk, "due_on": timezone.localdate()}
    assert target(browser.post(f"{page}actions/new/", action)) == f"{page}#actions"
    assert "模板入库" in html(sign_in(manager), "/today/")
    target(sign_in(manager).post(f"{page}actions/{SharingAction.objects.get().pk}/mark/", {"done": "1"}))
    assert "模板入库" not in html(sign_in(manager), "/today/")
    article = target(browser.post(f"{page}article/", {"title": "权限分配", "kind": "practice"}))
    assert article in html(browser, page)
    assert page in html(browser, LIST)


def test_nothing_is_planned_before_anything_is_over(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    assert "No sharing session yet" in html(browser, LIST)
    assert "None of your engagements is over yet" in html(browser, reverse("sharing:create"))
    assert "sharing/new" not in html(browser, reverse("engagements:review", args=[engagement.pk]))
    answer = browser.post(reverse("sharing:create"), said(engagement, engineer))
    assert (answer.status_code, Sharing.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": "x" * 161}, "topic"),
        ({"topic": "nul\x00"}, "topic"),
        ({"speaker": "99999999999999999999"}, "speaker"),
        ({"engagement": "99999999999999999999"}, "engagement"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"starts_at": "morgen"}, "starts_at"),
        ({"ends_at": "2027-03-04T09:00"}, "ends_at"),
        ({"place": ""}, "place"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"scene": "x" * 5001}, "scene"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_stays(
    over: Engagement, engineer: User, sign_in: SignIn, change: dict[str, Any], field: str
) -> None:
    answer = sign_in(engineer).post(reverse("sharing:create"), said(over, engineer, breakthrough="留着我") | change)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "留着我" in answer.content.decode()
    assert not Sharing.objects.exists()


def test_a_client_speaks_nowhere(over: Engagement, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    answer = sign_in(engineer).post(reverse("sharing:create"), said(over, client_pm))
    assert "speaker" in answer.context["form"].errors


def test_two_who_change_it_see_each_other(over: Engagement, engineer: User, manager: User, sign_in: SignIn) -> None:
    row = SharingFactory(engagement=over, speaker=engineer, topic="原题")
    edit = f"{row.get_absolute_url()}edit/"
    was = Sharing.objects.get().fingerprint
    target(sign_in(manager).post(edit, said(over, engineer, topic="经理的题", was=was)))
    answer = sign_in(engineer).post(edit, said(over, engineer, topic="我的题", was=was))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "经理的题" in page
    assert 'value="我的题"' in page
    again = answer.context["form"].data["was"]
    target(sign_in(engineer).post(edit, said(over, engineer, topic="我的题", was=again)))
    assert Sharing.objects.get().topic == "我的题"


def test_two_who_write_minutes_or_tick_see_each_other(over: Engagement, engineer: User, sign_in: SignIn) -> None:
    begun = timezone.now() - timedelta(hours=2)
    row = SharingFactory(engagement=over, speaker=engineer, starts_at=begun, ends_at=begun + timedelta(hours=1))
    row.invitations.create(user=engineer)
    browser = sign_in(engineer)
    for part, first, second in (
        ("minutes", {"text": "先到"}, {"text": "后到"}),
        ("presence", {"there": []}, {"there": []}),
    ):
        url = f"{row.get_absolute_url()}{part}/"
        was = browser.get(url).context["form"].initial["was"]
        target(browser.post(url, {**first, "was": was}))
        answer = browser.post(url, {**second, "was": was})
        assert answer.status_code == 409
        target(browser.post(url, {**second, "was": answer.context["form"].data["was"]}))
    assert Sharing.objects.get().minutes == "后到"


def test_an_invited_colleague_reads_it_without_the_client_s_name(
    over: Engagement, engineer: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    row = SharingFactory(engagement=over, speaker=engineer)
    browser = sign_in(outsider_engineer)
    assert browser.get(row.get_absolute_url()).status_code == 404
    row.invitations.create(user=outsider_engineer)
    page = html(browser, row.get_absolute_url())
    assert row.topic in page
    assert over.client.short_name not in page
    assert over.name not in page
    assert "presence/" not in page
    for part in ("edit", "minutes", "presence", "invitations/new", "article"):
        assert browser.get(f"{row.get_absolute_url()}{part}/").status_code == 403


def test_a_file_is_saved_or_watched_and_runs_nothing(over: Engagement, engineer: User, sign_in: SignIn) -> None:
    row = SharingFactory(engagement=over, speaker=engineer)
    browser, page = sign_in(engineer), row.get_absolute_url()
    pdf = SimpleUploadedFile("讲稿.pdf", b"%PDF-1.4\n" + b"0" * 400)
    assert target(browser.post(f"{page}files/new/slides/", {"upload": pdf})) == f"{page}#files"
    answer = browser.get(f"{page}files/1/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert body_of(answer).startswith(b"%PDF-")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert browser.get(f"{page}files/1/recording/").status_code == 404
    bad = SimpleUploadedFile("讲稿.pdf", b"<script>alert(1)</script>")
    answer = browser.post(f"{page}files/new/slides/", {"upload": bad})
    assert answer.status_code == 422
    assert "PowerPoint" in answer.content.decode()
    assert browser.post(f"{page}files/new/recording/", {"upload-incoming": "no-token"}).status_code == 422
    assert browser.get(f"{page}files/new/macros/").status_code == 404
    target(browser.post(f"{page}files/1/remove/"))
    assert not KnowledgeFile.objects.exists()


def test_a_recording_is_sent_in_parts(over: Engagement, engineer: User, sign_in: SignIn) -> None:
    ids = a_sharing(over, engineer, "录像")
    url = reverse("sharing:recording", args=[ids["sharing"], 1])
    answer = sign_in(engineer).get(url, headers={"range": "bytes=0-3"})
    assert (answer.status_code, body_of(answer)) == (206, b"\x89PNG")


def test_a_newcomer_finds_what_to_read_first(manager: User, sign_in: SignIn) -> None:
    first, second = a_first_read(1, title="先读这篇"), a_first_read(2, title="再读这篇")
    newcomer, veteran = UserFactory(role=Role.ENGINEER), UserFactory(role=Role.ENGINEER)
    User.objects.filter(pk=veteran.pk).update(joined_at=timezone.now() - timedelta(days=90))
    assert "先读这篇" in html(sign_in(newcomer), "/today/")
    assert "先读这篇" not in html(sign_in(veteran), "/today/")
    page = html(sign_in(newcomer), "/sharing/start/")
    assert page.index("先读这篇") < page.index("再读这篇")
    assert "move" not in page.partition("<main")[2]
    browser = sign_in(manager)
    target(browser.post(f"/sharing/start/{second.pk}/move/", {"up": "1"}))
    page = html(browser, "/sharing/start/")
    assert page.index("再读这篇") < page.index("先读这篇")
    assert sign_in(newcomer).post(f"/sharing/start/{first.pk}/move/", {"up": "1"}).status_code == 403


def count(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def test_pages_ask_as_often_for_thirty_rows(over: Engagement, engineer: User, sign_in: SignIn) -> None:
    def grow(rows: int) -> None:
        for _number in range(rows):
            row = Sharing.objects.get(pk=a_sharing(over, engineer, "分享")["sharing"])
            a_sharing(over, engineer, "旧")
            Sharing.objects.filter(topic="旧").update(state="held")
            a_first_read()
        for number in range(rows):
            row.invitations.create(user=UserFactory(role=Role.ENGINEER))
            row.actions.create(text="做", owner=engineer, due_on=over.today())
            twin = KnowledgeFile.objects.filter(sharing=row).first()
            assert twin is not None
            twin.pk, twin.number = None, 100 + number
            twin.save()

    browser = sign_in(engineer)
    grow(1)
    shown = Sharing.objects.filter(state="planned").latest("pk")
    urls = [
        LIST,
        shown.get_absolute_url(),
        f"{shown.get_absolute_url()}invitations/new/",
        "/sharing/start/",
        "/today/",
    ]
    few = [count(browser, url) for url in urls]
    grow(29)
    urls[1:3] = [
        (page := Sharing.objects.filter(state="planned").latest("pk").get_absolute_url()),
        f"{page}invitations/new/",
    ]
    many = [count(browser, url) for url in urls]
    assert many == few, dict(zip(urls, zip(few, many, strict=True), strict=True))
