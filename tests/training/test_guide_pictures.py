"""Pictures of guides: only pictures, sent as the server drew them, read by clients in an issued guide alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from tests.channels import body_of
from tests.conftest import SignIn
from tests.engagements import filing
from tests.engagements.filing import a_picture
from tests.training.materials import a_course, a_guide, accept, issue
from training.models import Course, CourseVersion, GuidePicture
from training.services import guides

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


def address(name: str, course: Course, *ids: Any) -> str:
    return reverse(f"training:{name}", args=[course.engagement_id, *ids])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<html><script>alert(1)</script></html>"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(40)),
        ("a.gif", b"GIF89a" + bytes(40)),
        ("a.png", b""),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(
    course: Course, engineer: User, sign_in: SignIn, name: str, content: bytes
) -> None:
    answer = sign_in(engineer).post(
        address("guide_pictures", course, course.pk), {"picture": SimpleUploadedFile(name, content), "caption": "x"}
    )
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text
    assert not GuidePicture.objects.unscoped().exists()


def test_a_picture_is_sent_as_the_server_drew_it(course: Course, engineer: User, sign_in: SignIn) -> None:
    hidden = SimpleUploadedFile("a.png", a_picture().read() + b"<script>alert(1)</script>")
    row = guides.add_picture(actor=engineer, course=course, picture=hidden, caption="x")
    address_of = address("guide_picture", course, row.pk)
    assert sign_in(engineer).get(address_of).status_code == 404
    filing.work()

    answer = sign_in(engineer).get(address_of)
    sent = body_of(answer)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert sent.startswith(b"\xff\xd8\xff")
    assert b"<script>" not in sent


def test_a_picture_that_a_guide_shows_stays(
    course: Course, version: CourseVersion, engineer: User, sign_in: SignIn
) -> None:
    a_guide(engineer, course)
    issue(engineer, course, version)
    row = GuidePicture.objects.unscoped().get()
    guides.save_guide(actor=engineer, course=course, language="zh-hans", was="v1", text="无图")
    with pytest.raises(DomainError, match="it stays"):
        guides.remove_picture(actor=engineer, picture=row)

    other = guides.add_picture(actor=engineer, course=course, picture=a_picture(colour="navy"), caption="y")
    assert sign_in(engineer).post(address("guide_picture_delete", course, other.pk)).status_code == 302
    assert [row.number for row in GuidePicture.objects.unscoped().all()] == [1]


def test_a_client_reads_a_picture_in_the_issued_guide_alone(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    a_guide(engineer, course)
    picture = GuidePicture.objects.unscoped().get()
    client = sign_in(client_pm)
    assert client.get(address("guide_picture", course, picture.pk)).status_code == 404

    edition = issue(engineer, course, version)
    assert body_of(client.get(address("guide_pdf", course, edition.pk))).startswith(b"%PDF-")
    assert client.get(address("guide_picture", course, picture.pk)).status_code == 404


def test_what_is_printed_below_a_picture_holds_no_secret(course: Course, engineer: User, sign_in: SignIn) -> None:
    given = {"picture": a_picture(), "caption": "登录页，密码 Sommer2026"}
    answer = sign_in(engineer).post(address("guide_pictures", course, course.pk), given)
    assert answer.status_code == 422
    assert "leave it out" in answer.text
    assert not GuidePicture.objects.unscoped().exists()


def test_the_page_says_where_the_file_of_a_picture_stays(course: Course, engineer: User, sign_in: SignIn) -> None:
    row = guides.add_picture(actor=engineer, course=course, picture=a_picture(), caption="x")
    browser = sign_in(engineer)
    assert "its file stays among" in browser.get(address("guide_pictures", course, course.pk)).text
    done = browser.post(address("guide_picture_delete", course, row.pk), follow=True)
    assert "Its file stays among" in done.text


def test_a_picture_counts_however_the_text_calls_it_and_not_in_code(
    course: Course, version: CourseVersion, engineer: User
) -> None:
    """What a reader of the page would see is what is frozen, checked and kept."""
    a_guide(engineer, course, "![图][p]\n\n`![x](picture:9)`\n\n[p]: picture:1")
    edition = issue(engineer, course, version)
    assert [picture["number"] for picture in edition.content["pictures"]] == [1]
    row = GuidePicture.objects.unscoped().get()
    with pytest.raises(DomainError, match="it stays"):
        guides.remove_picture(actor=engineer, picture=row)
    guides.save_guide(actor=engineer, course=course, language="zh-hans", was="v1", text="无图")
    with pytest.raises(DomainError, match="it stays"):
        guides.remove_picture(actor=engineer, picture=row)


def test_a_picture_that_is_missing_is_told_while_writing_and_issuing_is_the_way_on(
    course: Course, engineer: User, sign_in: SignIn
) -> None:
    browser, missing = sign_in(engineer), "Picture 9 is not there. Add it"
    page = address("guide", course, course.pk, "zh-hans")
    assert "Next: issue the guide" not in browser.get(page).text
    typed = {"was": "v0", "text": "![没有的图](picture:9)"}
    assert missing in browser.post(address("guide_preview", course, course.pk, "zh-hans"), typed).text
    saved = browser.post(page, typed, follow=True).text
    assert missing in saved
    assert "Next: issue the guide" in saved
