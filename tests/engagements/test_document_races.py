"""Two people at the same moment with one document or one interview, on two real connections (TRUST 9, P2).

With `EngagementQuerySet.lock` or the conditional update of `use_link` taken out, these fail.
"""

from __future__ import annotations

from typing import Any

import pytest

from engagements.models import DocumentRequest, Engagement, Function, Interview, MailedLink
from engagements.services import confirmations, documents, interviews, links, receipts
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import InParallel
from tests.engagements.conftest import a_scan
from tests.engagements.test_races import AGAIN, fresh, told
from tests.factories import DocumentRequestFactory, FunctionFactory, ModuleFactory

pytestmark = pytest.mark.usefixtures("postgresql")


def asked_row(engagement: Engagement, engineer: User, client_pm: User) -> DocumentRequest:
    row = DocumentRequestFactory(engagement=engagement, asked_of=client_pm)
    documents.ask_for(actor=engineer, engagement=engagement, request=row)
    return again(row)


def again(row: DocumentRequest) -> DocumentRequest:
    return DocumentRequest.objects.unscoped().select_related("engagement").get(pk=row.pk)


def a_link(engagement: Engagement, purpose: str, pk: int, user: User) -> Any:
    token = links.create_link(engagement=engagement, purpose=purpose, subject_id=pk, user=user, days=9)
    return lambda: links.find_link(token, purpose)


def test_one_link_used_twice_at_once_takes_one_upload(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        row = asked_row(engagement, engineer, client_pm)
        find = a_link(engagement, MailedLink.Purpose.GIVE_DOCUMENT, row.pk, client_pm)
        found = [find(), find(), find()]
        results = in_parallel(
            *[lambda link=link: receipts.give_by_link(link=link, uploads=[a_scan()]) for link in found]
        )
        assert len(told(results)) == 2
        assert row.files.count() == 1
        assert Message.objects.filter(kind="document_received", payload__request=row.pk).count() == 1


def test_two_links_at_once_keep_one_upload_and_no_half_one(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User, in_parallel: InParallel
) -> None:
    """Whoever comes second finds their link ended: what they chose is not half kept."""
    for _round in range(AGAIN):
        row = asked_row(engagement, engineer, client_pm)
        found = [
            a_link(engagement, MailedLink.Purpose.GIVE_DOCUMENT, row.pk, user)() for user in (client_pm, key_user)
        ]
        results = in_parallel(
            *[lambda link=link: receipts.give_by_link(link=link, uploads=[a_scan(), a_scan()]) for link in found]
        )
        assert len(told(results)) == 1
        assert row.files.count() == 2
        assert AuditEntry.objects.filter(action="document.received", target__endswith=f":{row.pk}").count() == 1


def test_reading_while_more_comes_overlooks_nothing(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Either the reader is told of the new file, or the giver that it was read already."""
    for _round in range(AGAIN):
        row = asked_row(engagement, engineer, client_pm)
        receipts.give_documents(actor=client_pm, request=row, uploads=[a_scan()])
        mine, theirs = again(row), again(row)
        results = in_parallel(
            lambda mine=mine: receipts.review_document(
                actor=engineer, request=mine, findings="齐全", is_enough=True, files_seen=1
            ),
            lambda theirs=theirs: receipts.give_documents(actor=client_pm, request=theirs, uploads=[a_scan()]),
        )
        assert len(told(results)) == 1
        assert (again(row).state, row.files.count()) in {("reviewed", 1), ("received", 2)}


def test_asking_for_all_twice_asks_once(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    DocumentRequestFactory.create_batch(3, engagement=engagement, asked_of=client_pm)

    def ask() -> object:
        return documents.ask_for(actor=engineer, engagement=fresh(engagement))

    assert len(told(in_parallel(*[ask] * 3))) == 2
    assert Message.objects.filter(kind="document_asked").count() == 1
    assert set(engagement.document_requests.unscoped().values_list("round", flat=True)) == {1}


def test_the_usual_list_started_twice_at_once_stands_once(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    def start() -> object:
        return documents.start_usual_list(actor=engineer, engagement=fresh(engagement))

    added = in_parallel(*[start] * 3)
    assert told(added) == []
    assert sum(added) == engagement.document_requests.count() > 0


@pytest.fixture
def function(engagement: Engagement) -> Function:
    found: Function = FunctionFactory(module=ModuleFactory(engagement=engagement))
    Function.objects.filter(pk=found.pk).update(when="")
    return found


def sent_talk(engagement: Engagement, engineer: User, user: User, function: Function, said: str) -> Any:
    """An interview that waits to be confirmed, and a call that finds its link."""
    fields: dict[str, Any] = {"person": user.name, "person_role": "", "held_on": engagement.today(), "user": user}
    row = interviews.save_interview(
        actor=engineer, engagement=engagement, functions=[function], all_six=True, **fields
    )
    note = row.notes.unscoped().get(question="when")
    interviews.save_interview(actor=engineer, engagement=engagement, interview=row, answers={note.pk: said}, **fields)
    interviews.send_to_confirm(actor=engineer, interview=Interview.objects.unscoped().get(pk=row.pk))
    token = Message.objects.filter(kind="interview_confirm").latest("pk").payload["token"]
    return row, note, fields, lambda: links.find_link(token, MailedLink.Purpose.CONFIRM_INTERVIEW)


def test_confirming_while_the_notes_change_confirms_what_was_read(
    engagement: Engagement, engineer: User, client_pm: User, function: Function, in_parallel: InParallel
) -> None:
    for number in range(AGAIN):
        read, written = f"读到的{number}", f"改过的{number}"
        row, note, fields, find = sent_talk(engagement, engineer, client_pm, function, read)
        link = find()
        results = in_parallel(
            lambda link=link: confirmations.confirm_by_link(link=link),
            lambda row=row, note=note, fields=fields, written=written: interviews.save_interview(
                actor=engineer, engagement=fresh(engagement), interview=row, answers={note.pk: written}, **fields
            ),
        )
        assert len(told(results)) == 1
        row.refresh_from_db()
        note.refresh_from_db()
        when = Function.objects.unscoped().get(pk=function.pk).when
        assert note.text == (read if row.confirmed_at else written)
        assert (read in when) == bool(row.confirmed_at)
        assert written not in when


def test_two_confirm_at_once_and_both_are_heard(
    engagement: Engagement,
    engineer: User,
    client_pm: User,
    key_user: User,
    function: Function,
    in_parallel: InParallel,
) -> None:
    """Without the lock the second overwrites what the first filled in."""
    for number in range(AGAIN):
        Function.objects.filter(pk=function.pk).update(when="")
        talks = [
            sent_talk(engagement, engineer, user, function, f"说法{number}-{user.pk}")
            for user in (client_pm, key_user)
        ]
        found = [find() for _row, _note, _fields, find in talks]
        assert told(in_parallel(*[lambda link=link: confirmations.confirm_by_link(link=link) for link in found])) == []
        when = Function.objects.unscoped().get(pk=function.pk).when
        assert all(f"说法{number}-{user.pk}" in when for user in (client_pm, key_user))


def test_one_confirmation_sent_twice_counts_once(
    engagement: Engagement, engineer: User, client_pm: User, function: Function, in_parallel: InParallel
) -> None:
    for number in range(AGAIN):
        row, _note, _fields, find = sent_talk(engagement, engineer, client_pm, function, f"说法{number}")
        found = [find(), find()]
        results = in_parallel(*[lambda link=link: confirmations.confirm_by_link(link=link) for link in found])
        assert len(told(results)) == 1
        assert AuditEntry.objects.filter(action="interview.confirmed", target__endswith=f":{row.pk}").count() == 1
