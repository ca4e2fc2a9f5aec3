"""Bad input in the forms of documents and interviews, and behind mailed links: a sentence, never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, Interview, MailedLink
from engagements.services import documents, interviews, links
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.engagements.conftest import a_scan
from tests.engagements.test_forms import ABSURD, WORST
from tests.factories import DocumentRequestFactory, FunctionFactory, ModuleFactory

Body = dict[str, Any]


@pytest.fixture
def interview(engagement: Engagement, engineer: User, client_pm: User) -> Interview:
    """A talk about one function, in which one answer was noted."""
    function = FunctionFactory(module=ModuleFactory(engagement=engagement), who="", what="")
    fields: Body = {"person": "陈镕", "person_role": "", "held_on": engagement.today(), "user": client_pm}
    row = interviews.save_interview(
        actor=engineer, engagement=engagement, functions=[function], all_six=True, **fields
    )
    answers = {row.notes.unscoped()[0].pk: "计划员"}
    return interviews.save_interview(actor=engineer, engagement=engagement, interview=row, answers=answers, **fields)


@pytest.fixture
def forms(
    engagement: Engagement, engineer: User, client_pm: User, interview: Interview, sign_in: SignIn
) -> dict[str, tuple[Client, str, Body]]:
    """Each form with a browser of somebody who may post it, its address, and a body that is right."""
    row = DocumentRequestFactory(engagement=engagement, asked_of=client_pm)
    documents.ask_for(actor=engineer, engagement=engagement, request=row)
    day = str(engagement.today())
    request = {"kind": "data", "title": "历史数据", "purpose": "核对", "asked_of": client_pm.pk, "due_on": day}
    talk = {
        "person": "周㛃",
        "person_role": "生产部",
        "held_on": day,
        "user": client_pm.pk,
        "functions": [],
        "all_six": "on",
    }
    notes = {f"note_{note.pk}": "答" for note in interview.notes.unscoped()}
    of_row, of_talk = [engagement.pk, row.pk], [engagement.pk, interview.pk]
    give = {"uploads": a_scan(), "note": "见附件"}

    def link(purpose: str, pk: int) -> str:
        return links.create_link(engagement=engagement, purpose=purpose, subject_id=pk, user=client_pm, days=9)

    interviews.send_to_confirm(actor=engineer, interview=interview)
    lead, pm, nobody = sign_in(engineer), sign_in(client_pm), Client()
    known: dict[str, tuple[Client, str, list[Any], Body]] = {
        "create": (lead, "document_request_create", [engagement.pk], request),
        "edit": (lead, "document_request_edit", of_row, request),
        "ask": (lead, "document_request_ask", [engagement.pk], {"request": "1"}),
        "receive": (lead, "document_request_receive", of_row, {**give, "way": "paper", "received_from": client_pm.pk}),
        "review": (lead, "document_request_review", of_row,
                   {"files_seen": "0", "findings": "缺第三章", "is_enough": "no", "due_on": day}),
        "give": (pm, "document_request_give", of_row, give),
        "upload": (nobody, "document_upload", [link(MailedLink.Purpose.GIVE_DOCUMENT, row.pk)], give),
        "interview": (lead, "interview_create", [engagement.pk], talk),
        "notes": (lead, "interview_edit", of_talk, talk | notes),
        "paper": (lead, "interview_paper", of_talk, {"scan": a_scan(), "remark": "节假日顺延"}),
        "confirm": (nobody, "interview_confirm", [link(MailedLink.Purpose.CONFIRM_INTERVIEW, interview.pk)],
                    {"remark": "节假日顺延"}),
    }  # fmt: skip
    return {
        name: (who, reverse(f"engagements:{route}", args=args), body)
        for name, (who, route, args, body) in known.items()
    }


NAMES = ["create", "edit", "ask", "receive", "review", "give", "upload", "interview", "notes", "paper", "confirm"]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"ask", "review"}))
def test_the_right_body_is_taken(name: str, forms: dict[str, tuple[Client, str, Body]]) -> None:
    """The control: what the test below makes wrong was right before."""
    browser, url, body = forms[name]
    before = AuditEntry.objects.count()
    response = browser.post(url, body)
    assert response.status_code == 302 or "Thank you" in response.content.decode(), response.content.decode()
    assert AuditEntry.objects.count() > before


@pytest.mark.parametrize("name", NAMES)
def test_absurd_values_never_break_a_form(name: str, forms: dict[str, tuple[Client, str, Body]]) -> None:
    """TRUST 13: each absurd value in all fields at once, and the worst of them in each field alone."""
    browser, url, right = forms[name]
    tries = [dict.fromkeys(right, value) for value in ABSURD.values()]
    tries += [right | {field: ABSURD[what]} for field in right for what in WORST]
    for body in tries:
        for value in body.values():
            if hasattr(value, "seek"):
                value.seek(0)
        assert browser.post(url, body).status_code in {200, 302, 410}, body


def test_what_was_typed_stays(forms: dict[str, tuple[Client, str, Body]]) -> None:
    for name, field in (("create", "title"), ("give", "note"), ("receive", "note"), ("notes", "person_role")):
        browser, url, right = forms[name]
        lacking = {"due_on": "", "uploads": "", "way": "", "held_on": ""}
        page = browser.post(url, {key: lacking.get(key, value) for key, value in right.items()}).content.decode()
        assert right[field] in page, name
        assert "is-invalid" in page or "invalid-feedback" in page, name
