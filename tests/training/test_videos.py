"""Videos: uploaded or linked, only the vendor's until they are shown, and never more than what was cleared and accepted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from engagements.models import Attachment, Engagement
from onsite.accounts.models import User
from onsite.core import incoming
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry, IncomingFile
from standups.models import RolloutRole
from tests.channels import body_of
from tests.conftest import InParallel, SignIn
from tests.core.scanner_files import recording
from tests.engagements import filing
from tests.engagements.filing import MP4, a_picture
from tests.factories import LearnerFactory, VideoFactory
from tests.training.materials import VTT, a_course, a_video, accept, change, shown_video
from training.learning.access import link_for
from training.models import Captions, Course, CourseVersion, Video
from training.services import videos

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def course(engagement: Engagement, engineer: User) -> Course:
    return a_course(engagement, engineer)


@pytest.fixture
def version(course: Course, engineer: User) -> CourseVersion:
    return accept(engineer, course)


@pytest.fixture
def guest(course: Course, engineer: User) -> Client:
    """A learner's browser."""
    learner = LearnerFactory(role=RolloutRole.objects.unscoped().get(courses=course), named_by=engineer)
    browser = Client()
    browser.get(reverse("learn:open", args=[link_for(learner)]))
    return browser


def address(name: str, course: Course, *ids: Any) -> str:
    return reverse(f"training:{name}", args=[course.engagement_id, *ids])


def test_a_video_is_uploaded_captioned_shown_watched_and_taken_back(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, guest: Client, sign_in: SignIn
) -> None:
    browser, client = sign_in(engineer), sign_in(client_pm)
    upload = SimpleUploadedFile("操作.mp4", MP4)
    given = {"title": "三分钟学会", "language": "zh-hans", "video": upload}
    assert browser.post(address("video_create", course, course.pk), given).status_code == 302
    filing.work()
    row = Video.objects.unscoped().get()
    page, stream = address("video", course, row.pk), address("video_stream", course, row.pk)
    said = {"language": "zh-hans", "captions": SimpleUploadedFile("a.vtt", VTT)}
    assert browser.post(address("captions_save", course, row.pk), said).status_code == 302
    poster = browser.post(address("video_poster_set", course, row.pk), {"poster": a_picture()})
    assert poster.status_code == 302
    assert client.get(page).status_code == client.get(stream).status_code == 404

    assert browser.post(address("video_show", course, row.pk)).status_code == 302

    for who, door in ((client, lambda name, *ids: address(name, course, *ids)), (guest, _learned)):
        text = who.get(door("video", row.pk)).text
        assert f'<track kind="captions" src="{door("captions", row.pk, "zh-hans")}" srclang="zh-Hans"' in text
        assert "打开菜单" in text
        part = who.get(door("video_stream", row.pk), headers={"Range": "bytes=0-9"})
        assert (part.status_code, body_of(part)) == (206, MP4[:10])
        captions = who.get(door("captions", row.pk, "zh-hans"))
        assert captions["Content-Type"] == "text/vtt; charset=utf-8"
        assert captions["Content-Security-Policy"] == "sandbox; default-src 'none'"
        with Image.open(io.BytesIO(body_of(who.get(door("video_poster", row.pk))))) as drawn:
            assert drawn.format == "JPEG"
        assert "三分钟学会" in who.get(door("materials", course.pk)).text

    assert browser.post(address("video_take_back", course, row.pk)).status_code == 302
    for name in ("video", "video_stream", "video_poster"):
        assert client.get(address(name, course, row.pk)).status_code == 404
        assert guest.get(_learned(name, row.pk)).status_code == 404
    assert guest.get(_learned("captions", row.pk, "zh-hans")).status_code == 404
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {
        "video.added", "captions.saved", "video.poster_set", "video.shown", "video.taken_back",
    }  # fmt: skip


def _learned(name: str, *ids: Any) -> str:
    return reverse(f"learn:{name}", args=ids)


def test_a_link_is_followed_not_played(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    given = {"title": "操作", "language": "zh-hans", "link": "https://video.example/a?b=1"}
    sign_in(engineer).post(address("video_create", course, course.pk), given)
    row = Video.objects.unscoped().get()
    videos.show_video(actor=engineer, video=row)
    page = sign_in(client_pm).get(address("video", course, row.pk)).text
    assert 'href="https://video.example/a?b=1" rel="noopener noreferrer nofollow"' in page
    assert "<video" not in page
    assert sign_in(client_pm).get(address("video_stream", course, row.pk)).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"link": "http://video.example/a"},
        {"link": "javascript:alert(1)"},
        {"link": "https://user:secret@video.example/"},
        {"link": "x" * 600},
        {},
        {"link": "https://video.example/", "video": SimpleUploadedFile("a.mp4", MP4)},
        {"video": SimpleUploadedFile("a.mp4", b"<html><script>alert(1)</script>")},
        {"video": SimpleUploadedFile("a.html", MP4)},
        {"video": SimpleUploadedFile("a.mov", b"\x00\x00\x00\x14ftypqt  " + bytes(60))},
        {"video": SimpleUploadedFile("a.mp4", b"")},
        {"video": SimpleUploadedFile("a.png", a_picture().read())},
        {"video-incoming": "not-a-token"},
        {"title": "", "link": "https://video.example/"},
        {"language": "fr", "link": "https://video.example/"},
        {"title": "a\x00b", "link": "https://video.example/"},
    ],
)
def test_what_is_no_video_is_refused_in_a_sentence(
    course: Course, engineer: User, sign_in: SignIn, given: dict[str, Any]
) -> None:
    answer = sign_in(engineer).post(
        address("video_create", course, course.pk), {"title": "操作", "language": "zh-hans"} | given
    )
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text
    assert not Video.objects.unscoped().exists()
    assert not Attachment.objects.unscoped().exists()


def test_a_video_that_is_too_large_is_refused(
    course: Course, engineer: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onsite.core.files.MOST_VIDEO_BYTES", 1024)
    given = {"title": "操作", "language": "zh-hans", "video": SimpleUploadedFile("a.mp4", MP4)}
    answer = sign_in(engineer).post(address("video_create", course, course.pk), given)
    assert answer.status_code == 422
    assert "This file is larger than" in answer.text


def test_what_was_sent_ahead_in_pieces_becomes_the_video(course: Course, engineer: User, sign_in: SignIn) -> None:
    row = incoming.begin(owner=engineer, name="操作.mp4", size_bytes=len(MP4))
    incoming.receive(owner=engineer, token=row.token, at=0, piece=MP4)
    browser, page = sign_in(engineer), address("video_create", course, course.pk)

    failed = browser.post(page, {"title": "", "language": "zh-hans", "video-incoming": str(row.token)})
    assert failed.status_code == 422
    assert f'value="{row.token}"' in failed.text
    done = browser.post(page, {"title": "操作", "language": "zh-hans", "video-incoming": str(row.token)})

    assert done.status_code == 302
    assert not IncomingFile.objects.exists()
    stored = Video.objects.unscoped().select_related("attachment").get().attachment
    assert stored is not None
    with stored.stored_bytes() as content:
        assert content.read() == MP4


def test_a_video_that_says_where_it_was_made_is_held(course: Course, version: CourseVersion, engineer: User) -> None:
    row = a_video(engineer, course, recording(place=True))
    assert row.attachment is not None
    assert row.attachment.is_held
    with pytest.raises(DomainError, match="held back"):
        videos.show_video(actor=engineer, video=row)


def test_a_video_is_shown_for_what_was_accepted(course: Course, engineer: User) -> None:
    row = a_video(engineer, course)
    with pytest.raises(DomainError, match="Accept a version"):
        videos.show_video(actor=engineer, video=row)
    accept(engineer, course)
    change(course)
    with pytest.raises(DomainError, match="changed since"):
        videos.show_video(actor=engineer, video=row)


def test_a_newer_version_marks_the_video(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = shown_video(engineer, course)
    change(course)
    accept(engineer, course, "目标更清楚")
    for person in (engineer, client_pm):
        assert "made for version 1" in sign_in(person).get(address("materials", course, course.pk)).text
    videos.show_video(actor=engineer, video=row)
    row.refresh_from_db()
    assert row.version is not None
    assert row.version.number == 2


def test_what_is_not_plain_captions_is_refused_with_its_line(course: Course, engineer: User, sign_in: SignIn) -> None:
    row = a_video(engineer, course)
    hostile = VTT.replace(b"Submit", b"<script>alert(1)</script>")
    answer = sign_in(engineer).post(
        address("captions_save", course, row.pk), {"language": "en", "captions": SimpleUploadedFile("a.vtt", hostile)}
    )
    assert answer.status_code == 422
    assert "Line 7:" in answer.text
    assert not Captions.objects.unscoped().exists()


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (["打开菜单", "密码是 password: Hunter2xyz!99"], "0:04"),
        (["身份证 11010519491231002X", "Submit"], "0:01"),
        (["手机 138 1234", "5678 联系我"], "0:01"),
    ],
)
def test_captions_that_say_a_secret_are_refused_with_the_moment(
    course: Course,
    version: CourseVersion,
    engineer: User,
    client_pm: User,
    sign_in: SignIn,
    said: list[str],
    moment: str,
) -> None:
    """The client reads and finds captions of a shown video as soon as they are saved."""
    row = shown_video(engineer, course)
    text = VTT.decode().replace("打开菜单", said[0]).replace("Submit", said[1])
    given = {"language": "zh-hans", "captions": SimpleUploadedFile("a.vtt", text.encode())}
    answer = sign_in(engineer).post(address("captions_save", course, row.pk), given)
    assert answer.status_code == 422
    assert f"At {moment}:" in answer.text
    assert "leave it out" in answer.text
    assert "打开菜单" in sign_in(client_pm).get(address("captions", course, row.pk, "zh-hans")).content.decode()


def test_the_title_of_a_video_holds_no_secret(
    course: Course, version: CourseVersion, engineer: User, sign_in: SignIn
) -> None:
    row, browser = shown_video(engineer, course), sign_in(engineer)
    given = {"title": "密码 Sommer2026", "language": "zh-hans"}
    for page in (address("video_edit", course, row.pk), address("video_create", course, course.pk)):
        answer = browser.post(page, given | {"link": "https://video.example/"})
        assert answer.status_code == 422
        assert "leave it out" in answer.text
    assert [video.title for video in Video.objects.unscoped()] == ["三分钟学会"]


def test_two_who_rename_a_video_lose_nothing(course: Course, engineer: User, sign_in: SignIn) -> None:
    row, browser = a_video(engineer, course), sign_in(engineer)
    page = address("video_edit", course, row.pk)
    was = browser.get(page).context["form"]["was"].value()
    videos.edit_video(actor=engineer, video=row, title="同事的名字", language="en", was=was)
    typed = {"was": was, "title": "我的名字", "language": "en"}
    late = browser.post(page, typed)
    assert late.status_code in (409, 422)
    assert "同事的名字" in late.text
    assert "我的名字" in late.text
    assert browser.post(page, typed | {"was": late.context["form"]["was"].value()}).status_code == 302


def test_captions_take_the_place_of_those_before_and_are_taken_out(
    course: Course, engineer: User, sign_in: SignIn
) -> None:
    row = a_video(engineer, course)
    for content in (VTT, VTT.replace(b"Submit", b"Send & done")):
        upload = SimpleUploadedFile("a.vtt", content)
        videos.save_captions(actor=engineer, video=row, language="en", captions=upload)
    assert "Send &amp; done" in Captions.objects.unscoped().get().text
    assert sign_in(engineer).post(address("captions_delete", course, row.pk, "en")).status_code == 302
    assert not Captions.objects.unscoped().exists()


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + bytes(64), b""])
def test_what_is_no_picture_is_no_poster(course: Course, engineer: User, sign_in: SignIn, content: bytes) -> None:
    row = a_video(engineer, course)
    answer = sign_in(engineer).post(
        address("video_poster_set", course, row.pk), {"poster": SimpleUploadedFile("a.png", content)}
    )
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text


@pytest.mark.django_db(transaction=True)
def test_another_poster_takes_the_place_of_the_first(engagement: Engagement, engineer: User, tmp_path: Path) -> None:
    row = a_video(engineer, a_course(engagement, engineer))
    for colour in ("teal", "navy"):
        videos.set_poster(actor=engineer, video=row, poster=a_picture(colour=colour))
    assert len(list(tmp_path.glob("posters/*"))) == 1


def test_a_shown_video_stays_until_it_is_taken_back(
    course: Course, version: CourseVersion, engineer: User, sign_in: SignIn
) -> None:
    row = shown_video(engineer, course)
    with pytest.raises(DomainError, match="Take it back first"):
        videos.delete_video(actor=engineer, video=row)
    videos.take_video_back(actor=engineer, video=row)
    assert "its file stays among" in sign_in(engineer).get(address("video", course, row.pk)).text
    done = sign_in(engineer).post(address("video_delete", course, row.pk), follow=True)
    assert "An uploaded file stays among" in done.text
    with pytest.raises(DomainError, match="gone already"):
        videos.show_video(actor=engineer, video=row)


def test_only_those_who_accept_courses_show_videos_and_only_the_vendor_works_on_them(
    course: Course, version: CourseVersion, engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    row = shown_video(engineer, course)
    assert sign_in(colleague).post(address("video_take_back", course, row.pk)).status_code == 403
    assert sign_in(colleague).get(address("video_edit", course, row.pk)).status_code == 200
    client = sign_in(client_pm)
    for name in ("video_take_back", "video_show", "video_delete", "video_poster_set", "captions_save", "video_edit"):
        assert client.post(address(name, course, row.pk)).status_code == 403
    assert "Poster" not in client.get(address("video", course, row.pk)).text


@pytest.mark.parametrize("header", ["bytes=9-3", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "octets=0-1", "x" * 5000])
def test_a_broken_range_gets_the_whole_video_and_nothing_else(
    course: Course, version: CourseVersion, engineer: User, sign_in: SignIn, header: str
) -> None:
    row = shown_video(engineer, course)
    answer = sign_in(engineer).get(address("video_stream", course, row.pk), headers={"Range": header})
    assert (answer.status_code, body_of(answer)) == (200, MP4)
    beyond = sign_in(engineer).get(address("video_stream", course, row.pk), headers={"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(MP4)}")


def test_the_lists_ask_the_database_equally_often_for_one_and_for_thirty(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, guest: Client, sign_in: SignIn
) -> None:
    pages = [
        (sign_in(engineer), address("materials", course, course.pk)),
        (sign_in(client_pm), address("materials", course, course.pk)),
        (guest, _learned("materials", course.pk)),
    ]

    def counted() -> list[int]:
        found = []
        for browser, page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page).status_code == 200
            found.append(len(queries))
        return found

    def add(count: int) -> None:
        for row in VideoFactory.create_batch(count, course=course, version=version, created_by=engineer):
            Captions.objects.create(video=row, language="en", text="WEBVTT\n", uploaded_by=engineer)

    add(1)
    counted()
    once = counted()
    add(29)
    assert counted() == once


def test_a_token_makes_one_video_however_often_it_is_sent(
    postgresql: None, in_parallel: InParallel, engagement: Engagement, engineer: User
) -> None:
    course = a_course(engagement, engineer)
    row = incoming.begin(owner=engineer, name="操作.mp4", size_bytes=len(MP4))
    incoming.receive(owner=engineer, token=row.token, at=0, piece=MP4)

    def add() -> Any:
        upload = incoming.upload_of(engineer, str(row.token))
        return videos.add_video(actor=engineer, course=course, title="操作", language="en", video=upload)

    answers = in_parallel(add, add)

    assert sum(isinstance(answer, Video) for answer in answers) >= 1
    assert not IncomingFile.objects.exists()
    for stored in Attachment.objects.unscoped().all():
        with stored.stored_bytes() as content:
            assert content.read() == MP4
