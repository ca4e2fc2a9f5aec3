"""Document requests (P2): the list, asking for it, and reminders of what is late."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import CoreTask, DocumentRequest, Engagement, MailedLink
from engagements.services import documents, lifecycle, receipts
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.engagements.asking import fresh, link_in, mailed
from tests.engagements.conftest import a_scan
from tests.factories import DocumentRequestFactory, UserFactory

Fields = dict[str, Any]


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", CoreTask.values)
def test_the_usual_list_covers_each_kind(task: str, engagement: Engagement, engineer: User, client_pm: User) -> None:
    """P2: business manuals, flow charts, historical data, past problem records, by core task, asked of the client PM."""
    Engagement.objects.filter(pk=engagement.pk).update(core_task=task)
    added = documents.start_usual_list(actor=engineer, engagement=engagement)
    rows = list(engagement.document_requests.unscoped())
    assert added == len(rows) >= 6
    assert {"manual", "chart", "data", "problems"} <= {row.kind for row in rows}
    assert {row.asked_of for row in rows} == {client_pm}
    assert all(row.purpose and engagement.working_calendar.is_working(row.due_on) for row in rows)


def test_the_usual_list_twice_adds_only_what_is_missing(engagement: Engagement, engineer: User) -> None:
    """P2: also after the engagement's language changed in between."""
    first = documents.start_usual_list(actor=engineer, engagement=engagement)
    Engagement.objects.filter(pk=engagement.pk).update(language="en")
    assert documents.start_usual_list(actor=engineer, engagement=engagement) == 0
    documents.delete_request(actor=engineer, request=engagement.document_requests.unscoped()[0])
    assert documents.start_usual_list(actor=engineer, engagement=engagement) == 1
    assert engagement.document_requests.count() == first


def test_planned_requests_are_not_the_clients_business(
    engagement: Engagement, planned: DocumentRequest, client_pm: User, sign_in: SignIn
) -> None:
    """P2: the client sees what was asked."""
    page = sign_in(client_pm).get(reverse("engagements:document_request_list", args=[engagement.pk]))
    assert planned.title not in page.content.decode()
    url = reverse("engagements:document_request_give", args=[engagement.pk, planned.pk])
    assert sign_in(client_pm).get(url).status_code == 404


def test_only_planned_requests_are_deleted(engagement: Engagement, engineer: User, asked: DocumentRequest) -> None:
    with pytest.raises(DomainError):
        documents.delete_request(actor=engineer, request=asked)


def test_a_day_that_has_passed_is_refused(engagement: Engagement, engineer: User, planned: DocumentRequest) -> None:
    yesterday = engagement.today() - timedelta(days=1)
    fields: Fields = {"kind": "data", "title": "历史数据", "purpose": "", "asked_of": None}
    with pytest.raises(DomainError) as refused:
        documents.save_request(actor=engineer, engagement=engagement, due_on=yesterday, **fields)
    assert refused.value.field == "due_on"
    DocumentRequest.objects.filter(pk=planned.pk).update(due_on=yesterday)
    with pytest.raises(DomainError):
        documents.ask_for(actor=engineer, engagement=engagement)
    assert not Message.objects.filter(kind="document_asked").exists()


def test_a_stranger_is_not_asked(engagement: Engagement, engineer: User, client_pm_2: User) -> None:
    fields: Fields = {"kind": "data", "title": "历史数据", "purpose": "", "due_on": engagement.today()}
    for stranger in (client_pm_2, engineer):
        with pytest.raises(DomainError) as refused:
            documents.save_request(actor=engineer, engagement=engagement, **fields, asked_of=stranger)
        assert refused.value.field == "asked_of"


# --- asking ----------------------------------------------------------------------------------------------------------


def test_asking_for_all_writes_one_mail_with_a_link_each(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    """P2: everybody named gets one mail; where nobody is named the vendor asks by hand."""
    for user in (client_pm, client_pm, key_user, None):
        DocumentRequestFactory(engagement=engagement, asked_of=user)
    assert documents.ask_for(actor=engineer, engagement=engagement) == 4
    mails = {one.to[0]: one.body for one in mailed()}
    assert set(mails) == {client_pm.email, key_user.email}
    assert len(re.findall(r"/links/document/", mails[client_pm.email])) == 2
    assert engagement.document_requests.unscoped().open().filter(round=1).count() == 4


def test_the_token_is_stored_nowhere_once_the_mail_is_out(asked: DocumentRequest) -> None:
    """TRUST 9: the hash is stored; the payload that carried the link is erased."""
    token = Message.objects.get(kind="document_asked").payload["tokens"][str(asked.pk)]
    mailed()
    assert Message.objects.get(kind="document_asked").payload == {}
    assert not MailedLink.objects.filter(token_hash=token).exists()
    assert token not in "".join(str(entry.data) for entry in AuditEntry.objects.all())


def test_somebody_who_never_entered_is_mailed_all_the_same(
    engagement: Engagement, engineer: User, client_pm: User, planned: DocumentRequest
) -> None:
    """RULES: an engagement runs with no client ever signing in; a closed account is another thing."""
    User.objects.filter(pk=client_pm.pk).update(is_active=False)
    documents.ask_for(actor=engineer, engagement=engagement, request=planned)
    assert [one.to for one in mailed()] == [[client_pm.email]]
    User.objects.filter(pk=client_pm.pk).update(last_login=timezone.now())
    again = DocumentRequestFactory(engagement=engagement, asked_of=client_pm)
    documents.ask_for(actor=engineer, engagement=engagement, request=again)
    assert mailed() == []


def test_another_person_gets_the_link_and_the_old_one_ends(
    engagement: Engagement, engineer: User, key_user: User, asked: DocumentRequest
) -> None:
    old = link_in(mailed()[0].body)
    documents.save_request(
        actor=engineer, engagement=engagement, request=asked, asked_of=key_user, due_on=asked.due_on,
        title="改名", kind="data", purpose="",
    )  # fmt: skip
    (new,) = mailed()
    assert new.to == [key_user.email]
    assert Client().get(old).status_code == 410
    assert Client().get(link_in(new.body)).status_code == 200
    assert fresh(asked).title == "生产计划业务手册"


def test_who_is_asked_long_after_the_day_gets_a_link_that_works(
    engagement: Engagement, engineer: User, key_user: User, asked: DocumentRequest
) -> None:
    """P2: the day passed more than a month ago; whoever is asked now must still be able to answer."""
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        mailed()
        documents.save_request(
            actor=engineer, engagement=engagement, request=asked, asked_of=key_user, due_on=asked.due_on
        )
        bodies = [one.body for one in mailed() if one.to == [key_user.email]]
        assert bodies
        assert Client().get(link_in(bodies[0])).status_code == 200


# --- reminders -------------------------------------------------------------------------------------------------------

FRIDAY = date(2026, 11, 27)


@pytest.fixture
def due_on_friday(engagement: Engagement, engineer: User, planned: DocumentRequest) -> Any:
    """Asked on Monday, needed by Friday."""
    with time_machine.travel("2026-11-23 10:00 +0800", tick=False) as clock:
        DocumentRequest.objects.filter(pk=planned.pk).update(due_on=FRIDAY)
        documents.ask_for(actor=engineer, engagement=engagement, request=planned)
        mailed()
        yield clock


def test_a_late_document_is_reminded_of_the_working_day_after(
    due_on_friday: Any, planned: DocumentRequest, engineer: User, client_pm: User
) -> None:
    """P2: Friday's document on Monday at nine, to whoever was asked (with a link) and to the lead."""
    due_on_friday.move_to("2026-11-30 08:59 +0800")
    assert mailed() == []
    due_on_friday.move_to("2026-11-30 09:00 +0800")
    mails = {one.to[0]: one.body for one in mailed()}
    assert set(mails) == {client_pm.email, engineer.email}
    assert Client().get(link_in(mails[client_pm.email])).status_code == 200
    assert "/links/" not in mails[engineer.email]
    assert planned.title in mails[engineer.email]
    assert mailed() == []


def test_nobody_is_reminded_of_what_came(due_on_friday: Any, planned: DocumentRequest, client_pm: User) -> None:
    receipts.give_documents(actor=client_pm, request=fresh(planned), uploads=[a_scan()])
    mailed()
    due_on_friday.move_to("2026-11-30 09:00 +0800")
    assert mailed() == []


def test_a_moved_day_moves_the_reminder(
    due_on_friday: Any, engagement: Engagement, planned: DocumentRequest, engineer: User, client_pm: User
) -> None:
    documents.save_request(
        actor=engineer, engagement=engagement, request=planned, asked_of=client_pm, due_on=date(2026, 12, 4)
    )
    mailed()
    due_on_friday.move_to("2026-11-30 09:00 +0800")
    assert mailed() == []
    due_on_friday.move_to("2026-12-07 09:00 +0800")
    assert {one.to[0] for one in mailed()} == {client_pm.email, engineer.email}


def test_a_new_lead_is_reminded_too(
    due_on_friday: Any, engagement: Engagement, manager: User, engineer: User, client_pm: User
) -> None:
    lifecycle.end_membership(actor=manager, membership=engagement.memberships.unscoped().get(user=engineer))
    heir = UserFactory()
    lifecycle.add_colleague(actor=manager, engagement=engagement, user=heir, part="lead")
    mailed()
    due_on_friday.move_to("2026-11-30 09:00 +0800")
    assert {one.to[0] for one in mailed()} == {client_pm.email, heir.email}
