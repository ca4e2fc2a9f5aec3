"""The pages of files: how far the check has come, what was found, and the two ways on. For the vendor alone."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from engagements.models import Attachment, Engagement, Scan
from engagements.services import files
from onsite.accounts.models import User
from onsite.core.models import Job
from tests.conftest import SignIn
from tests.engagements.filing import (
    LEAKY_LOG,
    LOCKED_PDF,
    SECRET,
    a_log,
    a_picture,
    a_recording,
    evidence,
    fresh,
    looked_through,
    work,
)


def url_of(row: Attachment, route: str = "file") -> str:
    return reverse(f"engagements:{route}", args=[row.engagement_id, row.pk])


@pytest.fixture
def held(engagement: Engagement, engineer: User) -> Attachment:
    return looked_through(engineer, engagement, a_log(LEAKY_LOG))


def test_the_progress_can_be_left_and_asks_again(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """SCREENS: long work shows a progress bar and can be left; htmx asks for the state alone until it is there."""
    row = evidence(engineer, engagement)
    Job.objects.update(percent=70, state=Job.State.RUNNING)
    browser = sign_in(engineer)
    page = browser.get(url_of(row)).content.decode()
    assert f'hx-get="{url_of(row)}"' in page
    assert '<progress max="100" value="70"' in page
    assert "You can leave this page" in page
    Job.objects.update(state=Job.State.WAITING)
    work()
    part = browser.get(url_of(row), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-get" not in part, "it is done: nobody asks any more"
    assert "Checked, nothing found" in part


def test_what_was_found_stands_there_without_the_secret(held: Attachment, engineer: User, sign_in: SignIn) -> None:
    page = sign_in(engineer).get(url_of(held)).content.decode()
    for text in ("Password", "line 3", "Make a masked copy", "Release it as it is", held.sha256):
        assert text in page
    assert SECRET not in page


def test_only_who_may_release_is_offered_it(held: Attachment, colleague: User, sign_in: SignIn) -> None:
    browser = sign_in(colleague)
    page = browser.get(url_of(held)).content.decode()
    assert "Make a masked copy" in page
    assert url_of(held, "file_release") not in page
    assert "The lead engineer or the delivery manager can release it" in page
    assert browser.post(url_of(held, "file_release"), {"reason": "测试数据"}).status_code == 403


def test_a_release_without_a_reason_is_refused_beside_the_field(
    held: Attachment, engineer: User, sign_in: SignIn
) -> None:
    browser = sign_in(engineer)
    refused = browser.post(url_of(held, "file_release"), {"reason": " "})
    assert refused.status_code == 422
    assert "reason" in refused.context["form"].errors
    assert fresh(held).scan == Scan.FOUND
    long = browser.post(url_of(held, "file_release"), {"reason": "长" * 201})
    assert (long.status_code, "长" * 201 in long.content.decode()) == (422, True)
    assert browser.post(url_of(held, "file_release"), {"reason": "测试数据"}).status_code == 302
    page = browser.get(url_of(held)).content.decode()
    assert "Released with a reason" in page
    assert "测试数据" in page


def test_masking_is_the_workers_and_leads_to_the_copy(held: Attachment, engineer: User, sign_in: SignIn) -> None:
    """A long log takes longer than a page may: progress first, which asks again, then the copy."""
    browser = sign_in(engineer)
    assert browser.post(url_of(held, "file_mask")).status_code == 302
    page = browser.get(url_of(held)).content.decode()
    assert "A masked copy is being made" in page
    assert f'hx-get="{url_of(held)}"' in page
    assert url_of(held, "file_mask") not in page
    work()
    [copy] = held.masked_copies.unscoped()
    page = browser.get(url_of(held)).content.decode()
    assert url_of(copy) in page
    assert url_of(held, "file_mask") not in page
    assert "hx-get" not in page
    assert url_of(held) in browser.get(url_of(copy)).content.decode()
    again = browser.post(url_of(held, "file_mask"), follow=True).content.decode()
    assert "made already" in again


def test_a_copy_that_cannot_be_made_says_why(held: Attachment, engineer: User, sign_in: SignIn) -> None:
    Attachment.objects.filter(pk=held.pk).update(media_type="application/msword")
    User.objects.filter(pk=engineer.pk).update(language="en")
    browser = sign_in(engineer)
    browser.post(url_of(held, "file_mask"))
    work()
    page = browser.get(url_of(held)).content.decode()
    assert "No copy was made" in page
    assert "Black out what was found" in page
    assert url_of(held, "file_mask") in page, "it can be tried again"


def test_an_unreadable_file_can_only_be_released(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    row = looked_through(engineer, engagement, SimpleUploadedFile("合同.pdf", LOCKED_PDF))
    page = sign_in(engineer).get(url_of(row)).content.decode()
    assert "of a kind that nobody can read here" in page
    assert "Make a masked copy" not in page
    assert "Release it as it is" in page


@pytest.mark.parametrize("make", [a_picture, a_recording])
def test_what_nobody_reads_says_look_at_it_yourself(
    make: object, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    row = looked_through(engineer, engagement, make())  # type: ignore[operator]
    page = sign_in(engineer).get(url_of(row)).content.decode()
    assert "Look at it yourself before you share it." in page
    assert ("<video" in page) == row.is_recording
    assert ("/pages/1/" in page) == row.is_picture


def test_what_needs_no_check_has_none(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    row = evidence(engineer, engagement, looked_through=False)
    page = sign_in(engineer).get(url_of(row)).content.decode()
    assert "Secrets and personal data" not in page
    assert "Download the original" in page


@pytest.mark.parametrize("route", ["file", "file_list"])
def test_a_client_has_no_such_page(
    route: str, engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = looked_through(engineer, engagement)
    address = url_of(row) if route == "file" else reverse("engagements:file_list", args=[engagement.pk])
    assert sign_in(client_pm).get(address).status_code == 403


@pytest.mark.parametrize("route", ["file", "file_mask", "file_release"])
def test_a_held_file_is_absent_for_the_client(route: str, held: Attachment, client_pm: User, sign_in: SignIn) -> None:
    browser = sign_in(client_pm)
    answer = browser.get(url_of(held)) if route == "file" else browser.post(url_of(held, route), {"reason": "x"})
    assert answer.status_code == 404


def test_the_list_begins_with_what_is_held(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    held = looked_through(engineer, engagement, a_log(LEAKY_LOG, "一.log"))
    masked = looked_through(engineer, engagement, a_log(LEAKY_LOG + "x\n", "二.log"))
    copy = files.mask(actor=engineer, attachment=masked)
    clean = looked_through(engineer, engagement, a_log(name="三.log"))
    waiting = evidence(engineer, engagement, a_log("四\n", "四.log"))
    browser = sign_in(engineer)
    answer = browser.get(reverse("engagements:file_list", args=[engagement.pk]))
    assert [row.pk for row in answer.context["page_obj"]] == [held.pk, waiting.pk, clean.pk, copy.pk, masked.pk]
    page = answer.content.decode()
    assert "Replaced by a masked copy" in page
    assert "of 2.0" in page


def test_an_empty_list_says_what_will_stand_there(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    page = sign_in(engineer).get(reverse("engagements:file_list", args=[engagement.pk])).content.decode()
    assert "No file yet" in page
