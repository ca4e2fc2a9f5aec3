"""Guides: written in Markdown, issued for the accepted version only, frozen, printed, and out of date when that changed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry, Job
from reports.documents.printing import print_document, render_html
from reports.guides import intact_guide
from tests.channels import body_of
from tests.conftest import InParallel, SignIn
from tests.engagements import filing
from tests.engagements.filing import a_picture
from tests.training.materials import TEXT, a_course, a_guide, accept, change, issue, print_all
from training.models import Case, Course, CourseVersion, Guide, GuideEdition
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


def test_a_guide_is_written_illustrated_issued_and_read_by_the_client(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    browser = sign_in(engineer)
    added = browser.post(address("guide_pictures", course, course.pk), {"picture": a_picture(), "caption": "申请单"})
    assert added.status_code == 302
    filing.work()
    page = address("guide", course, course.pk, "zh-hans")
    assert browser.post(page, {"was": "v0", "text": TEXT}).status_code == 302
    assert '<img src="/engagements/' in browser.get(page).text

    done = browser.post(address("guide_issue", course, course.pk, "zh-hans"), {"version": version.number}, follow=True)
    assert "being printed" in done.text
    print_all()

    edition = GuideEdition.objects.unscoped().get()
    answer = sign_in(client_pm).get(address("guide_pdf", course, edition.pk))
    assert body_of(answer).startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment")
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {
        "guide.saved", "guide_picture.added", "guide.issued", "guide.printed",
    }  # fmt: skip


def test_what_is_frozen_is_what_is_printed_and_printing_again_gives_the_same_bytes(
    course: Course, version: CourseVersion, engineer: User
) -> None:
    a_guide(engineer, course)
    edition = issue(engineer, course, version)
    guide = intact_guide(edition)
    assert guide.sha256 == edition.content_hash
    assert guide.cases[0].title == "车间申请采购刀具"
    assert guide.url.endswith(reverse("learn:course", args=[course.pk]))

    with edition.pdf.open() as stored:
        first = stored.read()
    again = print_document(guide, {"1": guides.picture_bytes(course.pk, 1)})
    assert first == again
    with pikepdf.open(io.BytesIO(first)) as opened:
        assert any(page.get_images() for page in opened.pages)
        assert str(opened.Root.Lang) == "zh-Hans"


def test_a_guide_of_each_language_stands_for_itself(course: Course, version: CourseVersion, engineer: User) -> None:
    a_guide(engineer, course)
    a_guide(engineer, course, "# Raise a request", "en")
    both = [issue(engineer, course, version, language) for language in ("zh-hans", "en")]
    assert [edition.content["version"] for edition in both] == ["1.1", "1.1"]
    assert all(edition.pdf for edition in both)


def test_nothing_is_issued_that_is_not_ready(course: Course, engineer: User) -> None:
    def refused(match: str, number: int = 1) -> None:
        with pytest.raises(DomainError, match=match):
            guides.issue_guide(actor=engineer, course=course, language="zh-hans", version=number)

    refused("Accept a version")
    accept(engineer, course)
    refused("Write the guide")
    guides.save_guide(actor=engineer, course=course, language="zh-hans", was="v0", text="![x](picture:1)")
    refused("Picture 1 is not there")
    guides.add_picture(actor=engineer, course=course, picture=a_picture(), caption="x")
    refused("held back, or still")
    filing.work()
    refused("newer version", number=7)
    change(course)
    refused("changed since")
    accept(engineer, course, "目标更清楚")
    issue(engineer, course, CourseVersion.objects.unscoped().get(course=course, number=2))
    refused("nothing has changed", number=2)


def test_a_newer_version_marks_the_guide_as_out_of_date(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    a_guide(engineer, course)
    issue(engineer, course, version)
    page = address("materials", course, course.pk)
    assert "up to date" in sign_in(client_pm).get(page).text

    change(course)
    assert "course changed since" in sign_in(engineer).get(page).text
    seen = sign_in(client_pm).get(page).text
    assert "course changed since" not in seen
    assert "out of date" not in seen

    accept(engineer, course, "目标更清楚")
    for person in (engineer, client_pm):
        assert "out of date" in sign_in(person).get(page).text


def test_two_writers_lose_nothing(course: Course, engineer: User, colleague: User, sign_in: SignIn) -> None:
    page = address("guide", course, course.pk, "zh-hans")
    sign_in(engineer).post(page, {"was": "v0", "text": "先到的字"})

    late = sign_in(colleague).post(page, {"was": "v0", "text": "后到的字"})

    assert late.status_code == 409
    assert "先到的字" in late.text
    assert "后到的字" in late.text
    assert Guide.objects.unscoped().get().text == "先到的字"
    assert sign_in(colleague).post(page, {"was": "v1", "text": "合在一起"}).status_code == 302
    with pytest.raises(StaleError):
        guides.save_guide(actor=engineer, course=course, language="zh-hans", was="", text="x")


def test_the_preview_saves_nothing_and_works_without_a_script(course: Course, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    hostile = "<script>alert(1)</script> **粗**"
    live = browser.post(address("guide_preview", course, course.pk, "zh-hans"), {"was": "v0", "text": hostile})
    plain = browser.post(
        address("guide", course, course.pk, "zh-hans"), {"was": "v0", "text": hostile, "preview": "1"}
    )

    for answer in (live, plain):
        assert answer.status_code == 200
        assert "<strong>粗</strong>" in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "<script>alert(1)" not in answer.text
    assert not Guide.objects.unscoped().exists()


@pytest.mark.parametrize("text", ["a\x00b", "字" * 100_001, "[" * 101])
def test_what_cannot_be_kept_is_told_beside_the_field(
    course: Course, engineer: User, sign_in: SignIn, text: str
) -> None:
    browser = sign_in(engineer)
    answer = browser.post(address("guide", course, course.pk, "zh-hans"), {"was": "v0", "text": text})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text
    assert browser.post(address("guide_preview", course, course.pk, "zh-hans"), {"text": text}).status_code == 422


def test_access_data_are_refused(course: Course, engineer: User) -> None:
    with pytest.raises(DomainError, match="Write where access is kept"):
        guides.save_guide(actor=engineer, course=course, language="en", was="v0", text="Password: Sommer2026")


def test_a_character_without_a_font_stops_the_printing_and_says_which(
    course: Course, version: CourseVersion, engineer: User, sign_in: SignIn
) -> None:
    a_guide(engineer, course, "看这个 \U000f1234")
    edition = issue(engineer, course, version)
    assert not edition.pdf
    page = sign_in(engineer).get(address("materials", course, course.pk)).text
    assert "Printing failed" in page
    assert "U+F1234" in page

    assert sign_in(engineer).post(address("guide_print", course, edition.pk)).status_code == 302
    assert Job.objects.filter(kind="guide").count() == 2


def test_content_that_was_touched_is_not_printed(course: Course, version: CourseVersion, engineer: User) -> None:
    a_guide(engineer, course, "字")
    edition = guides.issue_guide(actor=engineer, course=course, language="zh-hans", version=version.number)
    GuideEdition.objects.filter(pk=edition.pk).update(content=edition.content | {"text": "别的字"})
    print_all()
    job = Job.objects.get(kind="guide")
    assert (job.state, job.error) == (Job.State.FAILED, "The frozen data doesn't match its hash; nothing was printed.")


def test_printing_twice_keeps_one_file(course: Course, version: CourseVersion, engineer: User, tmp_path: Path) -> None:
    a_guide(engineer, course, "字")
    edition = issue(engineer, course, version)
    before = str(edition.pdf.name)
    jobs.start(kind="guide", subject_id=edition.pk, actor=engineer)
    print_all()
    edition.refresh_from_db()
    assert edition.pdf.name == before
    assert len(list(tmp_path.glob("guides/*/*.pdf"))) == 1


def test_the_page_asks_the_database_equally_often_for_one_and_for_many(
    course: Course, version: CourseVersion, engineer: User, sign_in: SignIn
) -> None:
    browser = sign_in(engineer)
    pages = [address("materials", course, course.pk), address("guide_pictures", course, course.pk)]

    def counted() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                browser.get(page)
            found.append(len(queries))
        return found

    a_guide(engineer, course, "字")
    guides.add_picture(actor=engineer, course=course, picture=a_picture(), caption="x")
    issue(engineer, course, version)
    counted()
    once = counted()
    for number in range(29):
        guides.save_guide(actor=engineer, course=course, language="zh-hans", was=f"v{number + 1}", text=f"字 {number}")
        guides.issue_guide(actor=engineer, course=course, language="zh-hans", version=version.number)
        guides.add_picture(actor=engineer, course=course, picture=a_picture(), caption="x")
    GuideEdition.objects.filter(pdf="").update(pdf="x.pdf", pdf_hash="0" * 64)
    assert counted() == once


def test_two_who_issue_at_once_issue_once(
    postgresql: None, in_parallel: InParallel, engagement: Engagement, engineer: User, manager: User
) -> None:
    course = a_course(engagement, engineer)
    version = accept(engineer, course)
    guides.save_guide(actor=engineer, course=course, language="zh-hans", was="v0", text="字")

    def issued(actor: User) -> Any:
        return lambda: guides.issue_guide(actor=actor, course=course, language="zh-hans", version=version.number)

    answers = in_parallel(issued(engineer), issued(manager))

    assert sum(isinstance(answer, GuideEdition) for answer in answers) == 1
    assert GuideEdition.objects.unscoped().count() == 1


def test_two_who_save_at_once_save_once(
    postgresql: None, in_parallel: InParallel, engagement: Engagement, engineer: User, manager: User
) -> None:
    course = a_course(engagement, engineer)

    def saved(actor: User, text: str) -> Any:
        return lambda: guides.save_guide(actor=actor, course=course, language="en", was="v0", text=text)

    answers = in_parallel(saved(engineer, "a"), saved(manager, "b"))

    assert sum(isinstance(answer, StaleError) for answer in answers) == 1
    assert Guide.objects.unscoped().get().version == 1


def test_a_printed_case_says_what_it_teaches_and_where_the_code_stands(course: Course, engineer: User) -> None:
    Case.objects.filter(course=course).update(lesson="预算在提交时检查")
    version = accept(engineer, course)
    a_guide(engineer, course, "字", "en")
    page = render_html(intact_guide(issue(engineer, course, version, "en")))
    assert "<b>What it teaches</b><br>预算在提交时检查" in page
    assert "the code on the first page tells" in page
