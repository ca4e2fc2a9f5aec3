"""R1, RULES.md: what the client's report leaves out stands in an internal appendix, which no client reads by any channel."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from engagements.models import Engagement, NoLesson, PlanSnapshot
from onsite.accounts.roles import Part
from reports import services
from reports.building.snapshots import build, restored, sealed
from reports.documents.appendix import InternalAppendix
from reports.documents.printing import print_document, render_html
from reports.models import Document, DocumentKind, Draft
from tests.conftest import SignIn
from tests.factories import LessonFactory, SurveyAnswerFactory, SurveyFactory
from tests.reports.issuing import REPORT, draft, issue, printed, url
from tests.reports.lived import FIRST_ON, LIVE_ON, MARK, lived_through, person_of

pytestmark = pytest.mark.django_db
APPENDIX = DocumentKind.APPENDIX


@pytest.fixture(autouse=True)
def in_november(time_machine: Any) -> Iterator[None]:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    with translation.override("en"):
        yield


@pytest.fixture
def lived() -> Engagement:
    return lived_through()


def appendix(engagement: Engagement, language: str = "en", **words: str) -> InternalAppendix:
    built = build(engagement, APPENDIX, Draft(**words), language)
    assert isinstance(built, InternalAppendix)
    return built


def test_it_tells_what_the_client_does_not_read(lived: Engagement) -> None:
    """RULES.md: internal lessons and problems, waivers with their reasons, missed stand-ups, the way the plan moved."""
    LessonFactory(engagement=lived, title="报价太低", is_internal=True)
    LessonFactory(engagement=lived, title="权限先签", is_internal=False)
    stage = lived.stages.unscoped().get(kind="go_live")
    for number, finish_on in enumerate((LIVE_ON - timedelta(days=2), LIVE_ON - timedelta(days=2), LIVE_ON)):
        PlanSnapshot.objects.unscoped().update_or_create(
            stage=stage, taken_on=FIRST_ON + timedelta(days=number),
            defaults={"finish_on": finish_on, "driving_tasks": []},
        )  # fmt: skip
    found = appendix(lived)
    assert [row.title for row in found.lessons] == ["报价太低"]
    assert [row.count for row in found.problem_counts] == [1, 0, 1]
    assert [row.title for row in found.key_problems] == [MARK]
    assert [(row.text, row.reason, row.granted_by) for row in found.waivers] == [(MARK, MARK, "王海明")]
    held = {
        row for row in lived.stand_ups.unscoped().filter(published_at__isnull=False).values_list("held_on", flat=True)
    }
    days = [FIRST_ON + timedelta(days=n) for n in range((LIVE_ON - FIRST_ON).days + 1)]
    agreed = [day for day in days if day.isoweekday() <= 5]
    assert found.agreed_days == len(agreed)
    assert list(found.missed_on) == [day for day in agreed if day not in held]
    newest = {row.go_live_on for row in found.planned_ends}
    assert newest == {LIVE_ON - timedelta(days=2), LIVE_ON}
    assert [row.on for row in found.planned_ends][:1] == [FIRST_ON]


def test_who_gave_which_mark_stands_in_it_alone(lived: Engagement) -> None:
    """RULES.md: scores stand in the appendix; the client's report tells means."""
    survey = SurveyFactory(engagement=lived, occasion="closing", asked_at=timezone.now(), asked_by=lived.created_by)
    SurveyAnswerFactory(survey=survey, name="许蔓", overall=2, text="培训太晚")
    found = appendix(lived)
    assert [(row.name, row.mark, row.text, row.occasion) for row in found.scores] == [
        ("许蔓", 2, "培训太晚", "At the end")
    ]
    html = render_html(found)
    assert "许蔓" in html
    assert "2 of 5" in html
    assert "培训太晚" not in render_html(build(lived, REPORT, Draft(summary="按时上线。"), "en"))


def test_an_engagement_without_any_of_it_says_so(engagement: Engagement) -> None:
    """R1: an absence would be read as an omission; why there was no lesson stands there."""
    html = render_html(appendix(engagement))
    for said in ("No internal lesson", "No problem was kept", "Nothing was waived", "No plan was", "Nobody answered"):
        assert said in html, said
    NoLesson.objects.create(engagement=engagement, reason="没有新东西", stated_by=engagement.created_by)
    assert "没有新东西" in render_html(appendix(engagement))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_is_marked_internal(language: str, lived: Engagement) -> None:
    """RULES.md: whoever holds one sheet of it knows."""
    snapshot = sealed(
        appendix(lived, language, summary="请勿外传。" * 400),
        version=1,
        verify_url="https://x.example/y",
        audit_head="9" * 64,
    )
    pdf = print_document(snapshot)
    text = subprocess.run(
        ["pdftotext", "-layout", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True
    )
    pages = text.stdout.decode().split("\f")[:-1]
    with translation.override(language):
        word = re.sub(r"\s", "", translation.gettext("Internal: not for the client"))
    assert len(pages) >= 4
    assert all(word in re.sub(r"\s", "", page) for page in pages)
    assert MARK in "".join(pages)


def test_it_comes_back_from_its_bytes(lived: Engagement) -> None:
    """N9: frozen, hashed and issued as the others."""
    found = appendix(lived)
    assert InternalAppendix.from_json(found.to_json()) == found
    lead = person_of(lived, Part.LEAD)
    draft(lead, lived, APPENDIX, summary="内部")
    document = issue(lead, lived, APPENDIX)
    assert restored(document).sha256 == document.snapshot_hash


def test_no_client_channel_knows_it(lived: Engagement, sign_in: SignIn) -> None:
    """N4: neither the list of documents nor its page, its file or the drafts; the report beside it holds none of it."""
    lead, pm = person_of(lived, Part.LEAD), person_of(lived, Part.CLIENT_PM)
    LessonFactory(engagement=lived, title=MARK, what_happened=MARK, why=MARK, rule=MARK, is_internal=True)
    draft(lead, lived, APPENDIX, summary=MARK)
    document = printed(issue(lead, lived, APPENDIX))
    browser = sign_in(pm)
    page = browser.get(url("documents", lived)).content.decode()
    assert "Internal appendix" not in page and "内部附录" not in page
    for name in ("document", "document_pdf", "document_word"):
        assert browser.get(url(name, lived, document.pk)).status_code == 404
    assert browser.get(url("draft", lived, "appendix")).status_code == 403
    assert not Document.objects.visible_to(pm).filter(kind=APPENDIX).exists()
    assert MARK not in build(lived, REPORT, Draft(), "zh-hans").to_json().decode()
    assert "Internal appendix" in sign_in(lead).get(url("documents", lived)).content.decode()


def test_its_draft_asks_for_a_summary_only(lived: Engagement, sign_in: SignIn) -> None:
    """R1: everything else in it is counted."""
    lead = person_of(lived, Part.LEAD)
    browser, address = sign_in(lead), url("draft", lived, "appendix")
    page = browser.get(address)
    assert set(page.context["form"].fields) == {"summary", "version"}
    assert browser.post(address, {"summary": "复盘", "version": "0"}).status_code == 302
    assert services.draft_of(lived, APPENDIX).summary == "复盘"
    assert timezone.now() >= services.draft_of(lived, APPENDIX).edited_at
