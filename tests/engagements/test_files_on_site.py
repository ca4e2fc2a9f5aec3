"""Issue 4: "data stays on site". No file leaves; what there is instead is a note of where it lies. Decision 0011."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Attachment, DocumentRequest, Engagement, Reading, SignOff
from engagements.services import files, goals, lifecycle, receipts
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.engagements.asking import fresh, link_in, mailed
from tests.engagements.conftest import a_scan, register
from tests.engagements.filing import LEAKY_LOG, a_log, a_picture, evidence, looked_through
from tests.engagements.forms_of_the_app import POSTS
from tests.factories import ObjectiveFactory

WHERE = "计划科 302 室的活页夹，找陈镕"


@pytest.fixture
def stays(engagement: Engagement) -> Engagement:
    return keep_on_site(engagement)


def keep_on_site(engagement: Engagement) -> Engagement:
    Engagement.objects.filter(pk=engagement.pk).update(data_stays_on_site=True)
    engagement.refresh_from_db()
    return engagement


def test_no_evidence_is_taken(stays: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError, match="stays on site") as refused:
        evidence(engineer, stays)
    assert refused.value.field == "file"
    assert not Attachment.objects.exists()


def test_a_page_that_was_open_before_is_refused_too(engagement: Engagement, engineer: User) -> None:
    """The switch is read under the engagement's lock, not from what the page knew."""
    before = Engagement.objects.unscoped().get(pk=engagement.pk)
    keep_on_site(engagement)
    with pytest.raises(DomainError, match="stays on site"):
        evidence(engineer, before)


def test_signed_sheets_of_ours_are_taken(
    sign_off: SignOff, engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """Decision 0011: they hold only what OnSite itself printed, and an engagement must be able to run on paper."""
    keep_on_site(engagement)
    assert register(sign_off, engineer).scan is not None


# --- documents asked of the client ------------------------------------------------------------------------------------


def test_the_client_says_where_a_document_lies(
    asked: DocumentRequest, engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    keep_on_site(engagement)
    browser = sign_in(client_pm)
    url = reverse("engagements:document_request_give", args=[engagement.pk, asked.pk])
    page = browser.get(url).content.decode()
    assert "Data stays on site here" in page
    assert 'type="file"' not in page
    assert "note" in browser.post(url, {"note": ""}).context["form"].errors
    assert browser.post(url, {"note": WHERE}).status_code == 302
    row = fresh(asked)
    assert (row.state, row.received_way, row.received_from, row.received_note) == (
        "received",
        "site",
        client_pm,
        WHERE,
    )
    assert "shown on site, where it stays" in browser.get(
        reverse("engagements:document_request_list", args=[engagement.pk])
    ).content.decode()  # fmt: skip


def test_a_mailed_link_asks_the_same(asked: DocumentRequest, engagement: Engagement) -> None:
    url = link_in(mailed()[0].body)
    keep_on_site(engagement)
    browser = Client()
    page = browser.get(url).content.decode()
    assert "Data stays on site here" in page
    assert 'type="file"' not in page
    assert browser.post(url, {"note": WHERE}).status_code == 200
    assert fresh(asked).received_way == "site"


def test_a_file_sent_all_the_same_is_refused(asked: DocumentRequest, engagement: Engagement, client_pm: User) -> None:
    keep_on_site(engagement)
    with pytest.raises(DomainError, match="stays on site") as refused:
        receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan()], note=WHERE)
    assert refused.value.field == "uploads"
    with pytest.raises(DomainError) as unsaid:
        receipts.give_documents(actor=client_pm, request=asked, uploads=[])
    assert unsaid.value.field == "note"
    assert fresh(asked).state == "asked"


def test_the_vendor_records_what_was_shown(
    asked: DocumentRequest, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    keep_on_site(engagement)
    browser = sign_in(engineer)
    url = reverse("engagements:document_request_receive", args=[engagement.pk, asked.pk])
    page = browser.get(url).content.decode()
    assert "Data stays on site here" in page
    assert 'type="file"' not in page
    assert "way" in browser.post(url, {"way": "file", "note": WHERE}).context["form"].errors
    assert "note" in browser.post(url, {"way": "site", "note": ""}).context["form"].errors
    assert browser.post(url, {"way": "site", "note": WHERE}).status_code == 302
    assert (fresh(asked).received_way, fresh(asked).recorded_by) == ("site", engineer)


def test_where_data_may_leave_files_are_asked_for(
    asked: DocumentRequest, engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    """The control: the switch is off."""
    page = sign_in(client_pm).get(reverse("engagements:document_request_give", args=[engagement.pk, asked.pk]))
    assert "Data stays on site" not in page.content.decode()
    assert 'type="file"' in page.content.decode()


# --- readings ---------------------------------------------------------------------------------------------------------


def test_a_reading_says_where_its_proof_lies(stays: Engagement, engineer: User, sign_in: SignIn) -> None:
    objective = ObjectiveFactory(engagement=stays)
    url = reverse("engagements:reading_create", args=[stays.pk, objective.pk])
    browser = sign_in(engineer)
    page = browser.get(url).content.decode()
    assert "Data stays on site here" in page
    assert 'type="file"' not in page
    body = {"measured_on": stays.today(), "value": "3", "evidence": WHERE}
    assert browser.post(url, body | {"file": a_picture()}).status_code == 302
    assert Reading.objects.unscoped().get().file is None
    with pytest.raises(DomainError, match="stays on site"):
        goals.record_reading(actor=engineer, objective=objective, measured_on=stays.today(), value=Decimal(1),
                             evidence=WHERE, file=a_log())  # fmt: skip


# --- the switch itself ------------------------------------------------------------------------------------------------


def test_the_manager_turns_it_and_the_audit_says_so(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    post = next(post for post in POSTS if post.name == "edit")
    body = post.body(engagement) | {"data_stays_on_site": "on", "file_quota_mb": "300"}
    assert sign_in(manager).post(post.url(engagement), body).status_code == 302
    engagement.refresh_from_db()
    assert (engagement.data_stays_on_site, engagement.file_quota_mb) == (True, 300)
    changed = AuditEntry.objects.get(action="engagement.changed").data
    assert (changed["data_stays_on_site"], changed["file_quota_mb"]) == (["False", "True"], ["2048", "300"])


@pytest.mark.parametrize("room", ["", "0", "-1", "9", "99999999", "viel"])
def test_room_that_makes_no_sense_is_refused(
    room: str, engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    post = next(post for post in POSTS if post.name == "edit")
    answer = sign_in(manager).post(post.url(engagement), post.body(engagement) | {"file_quota_mb": room})
    assert "file_quota_mb" in answer.context["form"].errors


def test_what_was_stored_before_stays_and_can_be_masked(
    engagement: Engagement, engineer: User, client_pm: User, manager: User, sign_in: SignIn
) -> None:
    held = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    lifecycle.change_engagement(actor=manager, engagement=engagement, data_stays_on_site=True)
    copy = files.mask(actor=engineer, attachment=held)
    assert list(Attachment.objects.visible_to(client_pm)) == [copy]
    page = sign_in(manager).get(reverse("engagements:edit", args=[engagement.pk])).content.decode()
    assert "Files stored before stay" in page
