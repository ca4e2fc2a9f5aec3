"""A video in a real browser: it is sent ahead in pieces, searched, captioned, and goes on after a lost connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import Page, Response, Route, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import IncomingFile
from tests.e2e.conftest import OpenPage
from tests.e2e.webm import a_webm
from tests.engagements import filing
from tests.training.materials import VTT, a_course, a_video, accept
from training.models import Course, Video
from training.services import videos

ROOM = 9 * 1024 * 1024
# So much that a browser asks for what lies beyond it instead of reading on.
FAR = 48 * 1024 * 1024


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def course(engagement: Engagement, engineer: User) -> Course:
    course = a_course(engagement, engineer)
    accept(engineer, course)
    return course


def new_video(page: Page, course: Course) -> None:
    page.goto(reverse("training:video_create", args=[course.engagement_id, course.pk]))
    page.locator("#id_title").fill("三分钟学会")


def choose(page: Page, content: bytes, folder: Path) -> None:
    file = folder / "操作.webm"
    file.write_bytes(content)
    page.locator('input[type="file"]').set_input_files(file)


def test_a_video_is_sent_ahead_watched_searched_and_captioned(
    course: Course, engineer: User, client_pm: User, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(engineer, language="en")
    new_video(page, course)
    content = a_webm(page, room_bytes=FAR)
    choose(page, content, tmp_path)
    expect(page.locator("[data-said]")).to_have_text("has arrived.")
    expect(page.locator("[data-progress]")).to_have_attribute("value", "100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The video is here.")).to_be_visible()
    # The browser takes a poster by itself, and the server draws it anew.
    expect(page.locator(".player video")).to_have_attribute("poster", re.compile("/poster/"))
    row = Video.objects.unscoped().get()
    assert row.poster
    assert not IncomingFile.objects.exists()
    filing.work()
    upload = SimpleUploadedFile("a.vtt", VTT)
    videos.save_captions(actor=engineer, video=row, language="zh-hans", captions=upload)
    videos.show_video(actor=engineer, video=row)

    _watch(open_page(client_pm, language="en", width=360), row)


def _watch(page: Page, row: Video) -> None:
    asked: list[Response] = []
    page.on("response", lambda answer: asked.append(answer) if "/stream/" in answer.url else None)
    page.goto(reverse("training:video", args=[row.course.engagement_id, row.pk]))
    video = page.locator(".player video")
    video.evaluate(
        "async (it) => { it.muted = true; it.textTracks[0].mode = 'showing'; it.load(); await it.play(); it.pause(); }"
    )
    assert video.evaluate("it => it.duration") == pytest.approx(20, abs=0.5)
    assert video.evaluate("it => it.videoWidth") == 160

    far = "async (it) => { await new Promise((done) => { it.onseeked = done; it.currentTime = 18; }); return it.currentTime; }"
    assert video.evaluate(far) == pytest.approx(18, abs=0.1)
    assert {answer.status for answer in asked} == {206}
    ranges = [answer.headers["content-range"] for answer in asked]
    assert any(int(re.findall(r"\d+", said)[0]) >= FAR for said in ranges), ranges

    near = far.replace("18", "2")
    video.evaluate(near)
    said = "it => [...it.textTracks[0].activeCues].map((cue) => cue.text)"
    assert video.evaluate(said) == ["打开菜单"]
    assert video.evaluate("it => it.textTracks[0].language") == "zh-Hans"
    page.get_by_text("What is said (中文)").click()
    expect(page.get_by_text("Submit")).to_be_visible()


def test_a_lost_connection_is_told_and_it_goes_on_where_it_stopped(
    course: Course, engineer: User, open_page: OpenPage, tmp_path: Path, eventually: Callable[..., object]
) -> None:
    page = open_page(engineer, language="en")
    new_video(page, course)
    content = a_webm(page, room_bytes=ROOM)
    sent: list[int] = []

    def lose_the_second(route: Route) -> None:
        at = route.request.headers.get("upload-offset")
        sent.extend([int(at)] if at else [])
        if at and int(at) and len(sent) == 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/incoming/**", lose_the_second)
    choose(page, content, tmp_path)
    expect(page.locator("[data-said]")).to_contain_text("The connection was lost. What has arrived is kept")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-said]")).to_contain_text("sent as soon as the file has arrived")

    page.locator("[data-go-on]").click()

    expect(page.get_by_text("The video is here.")).to_be_visible()
    assert sent[:3] == [0, 4 * 1024 * 1024, 4 * 1024 * 1024]
    stored = Video.objects.unscoped().select_related("attachment").get().attachment
    assert stored is not None
    with stored.stored_bytes() as kept:
        assert kept.read() == content


def test_it_goes_on_by_itself_and_a_file_that_cannot_be_taken_is_told_at_once(
    course: Course, engineer: User, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(engineer, language="en")
    new_video(page, course)
    page.locator('input[type="file"]').set_input_files(
        {"name": "a.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    )
    expect(page.locator("[data-said]")).to_contain_text("Its name has to end in .mp4, .webm")
    content = a_webm(page, room_bytes=5 * 1024 * 1024)
    page.context.set_offline(True)
    choose(page, content, tmp_path)
    expect(page.locator("[data-said]")).to_contain_text("The connection was lost")
    page.context.set_offline(False)
    expect(page.locator("[data-said]")).to_have_text("has arrived.")


def test_without_a_script_the_file_comes_with_the_form(
    course: Course, engineer: User, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(engineer, language="en", scripts=False)
    new_video(page, course)
    choose(page, b"\x1a\x45\xdf\xa3\x42\x82\x84webm" + bytes(3000), tmp_path)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The video is here.")).to_be_visible()
    assert page.locator(".player video").count() == 1


def test_a_broken_video_harms_nobody(course: Course, engineer: User, open_page: OpenPage) -> None:
    row = a_video(engineer, course)
    page = open_page(engineer, language="en")
    page.goto(reverse("training:video", args=[course.engagement_id, row.pk]))
    expect(page.get_by_role("heading", name="Captions")).to_be_visible()
