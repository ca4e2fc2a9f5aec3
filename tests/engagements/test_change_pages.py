"""P1: change requests in the browser; the price never in an answer to a client, by page, mail or sheet."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import ChangeRequest, Engagement, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.notifications import kinds
from onsite.notifications.models import Message
from reports.building.sheet import build_sheet
from tests.conftest import SignIn
from tests.engagements.changing import CANARY_NOTE, decide, raise_change, sign_on_paper, text_of
from tests.engagements.conftest import sign
from tests.factories import ProblemFactory, ScopeItemFactory
from tests.factories.accounts import PASSWORD

MARKS = (CANARY_NOTE, "875431", "875,431", "875 431")


@pytest.fixture
def agreed(engagement: Engagement, sign_off: SignOff, client_pm: User, business_owner: User) -> Engagement:
    sign(sign_off, client_pm)
    sign(sign_off, business_owner)
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def url(name: str, engagement: Engagement, *args: object) -> str:
    return reverse(f"engagements:{name}", args=[engagement.pk, *args])


def read(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def fields(engagement: Engagement, **others: object) -> dict[str, object]:
    """Return a filled form."""
    return {
        "title": "增加移动审批", "reason": "出差多", "origin": "idea", "origin_note": "", "impact_days": "3",
        "stage": engagement.stages.unscoped()[0].pk, "impact_note": "", "into_scope": "移动审批", "out_of_scope": "",
        "price": "100", "price_note": "",
    } | others  # fmt: skip


def test_from_the_first_wish_to_the_new_agreement(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User, sign_in: SignIn
) -> None:
    """P1: raised, decided and signed in the browser; the goals say through which change they were agreed."""
    vendor = sign_in(engineer)
    assert "No change request yet" in read(vendor, url("change_list", agreed))
    vendor.post(url("change_create", agreed), fields(agreed))
    change = ChangeRequest.objects.unscoped().get()
    assert "nobody plans it or works on it" in read(vendor, url("change", agreed, change.pk))
    vendor.post(url("change_decide", agreed, change.pk), {"decision": "do", "note": "双方都需要"})
    text = text_of(change)
    for user in (client_pm, business_owner):
        browser = sign_in(user)
        assert "Please sign: Change request 1" in read(browser, reverse("reports:dashboard", args=[agreed.pk]))
        assert "Read and sign" in read(browser, url("change", agreed, change.pk))
        answer = browser.post(
            url("sign_off", agreed, text.pk), {"text_hash": text.text_hash, "proof": PASSWORD}, follow=True
        )
        assert "Your signature stands under this text" in answer.content.decode()
    goals = SignOff.objects.unscoped().current().get(kind=SignOff.Kind.GOALS)
    shown = read(sign_in(client_pm), url("sign_off", agreed, goals.pk))
    assert "Agreed through change request 1" in shown
    assert "What changed since version 1" in shown
    assert "Register a signed sheet" not in read(vendor, url("sign_off", agreed, goals.pk))
    for browser in (vendor, sign_in(client_pm)):
        assert "was signed by both" in read(browser, url("prepare", agreed))
        assert "Both sides agreed" in read(browser, url("change", agreed, change.pk))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"impact_days": "-1"}, "impact_days"),
        ({"impact_days": "9999"}, "impact_days"),
        ({"stage": ""}, "stage"),
        ({"stage": "987654"}, "stage"),
        ({"origin": "rumour"}, "origin"),
        ({"price": "-3"}, "price"),
        ({"title": "a\x00b"}, "title"),
    ],
)
def test_what_can_not_be_is_said_beside_its_field(
    wrong: dict[str, object], field: str, agreed: Engagement, engineer: User, sign_in: SignIn
) -> None:
    response = sign_in(engineer).post(url("change_create", agreed), fields(agreed, **wrong))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not ChangeRequest.objects.exists()


def test_a_problem_fills_the_form(agreed: Engagement, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    """The link stands on the problem's page; the title it brings is looked at like a typed one."""
    problem = ProblemFactory(engagement=agreed, title="审批 <太慢> & 多")
    page = read(sign_in(engineer), reverse("standups:problem", args=[agreed.pk, problem.pk]))
    link = next(part for part in page.split('"') if "changes/new/" in part).replace("&amp;", "&")
    initial = sign_in(engineer).get(link).context["form"].initial
    assert (initial["origin"], initial["title"]) == ("problem", problem.title)
    assert initial["origin_note"]
    assert "changes/new/" not in read(sign_in(client_pm), reverse("standups:problem", args=[agreed.pk, problem.pk]))


def test_an_internal_problem_is_no_link(agreed: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Its title would stand where the client reads it."""
    problem = ProblemFactory(engagement=agreed, is_internal=True)
    page = read(sign_in(engineer), reverse("standups:problem", args=[agreed.pk, problem.pk]))
    assert "changes/new/" not in page


@pytest.mark.parametrize("query", ["?origin=rumour", "?title=" + "x" * 300, "?title=%00", "?title=%E2%80%AE"])
def test_a_link_fills_in_nothing_a_field_would_refuse(
    query: str, agreed: Engagement, engineer: User, sign_in: SignIn
) -> None:
    initial = sign_in(engineer).get(url("change_create", agreed) + query).context["form"].initial
    assert not {name: value for name, value in initial.items() if value}


def test_what_is_decided_is_not_edited(agreed: Engagement, engineer: User, sign_in: SignIn) -> None:
    change = decide(raise_change(agreed, engineer), engineer, "reject")
    browser = sign_in(engineer)
    assert browser.get(url("change_edit", agreed, change.pk)).status_code == 302
    assert browser.post(url("change_edit", agreed, change.pk), fields(agreed)).status_code == 302
    assert ChangeRequest.objects.unscoped().get().decision == "reject"
    assert "It is not done" in read(browser, url("change", agreed, change.pk))


def test_a_text_out_of_date_says_so_and_offers_no_form(
    agreed: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    change = decide(raise_change(agreed, engineer), engineer)
    text = text_of(change)
    ScopeItemFactory(engagement=agreed)
    signing.freeze_goals(actor=engineer, engagement=agreed)
    browser = sign_in(client_pm)
    shown = read(browser, url("sign_off", agreed, text.pk))
    assert "made again" in shown
    assert 'name="proof"' not in shown
    answer = browser.post(url("sign_off", agreed, text.pk), {"text_hash": text.text_hash, "proof": PASSWORD})
    assert answer.status_code == 409
    assert "can't be signed any more" in read(sign_in(engineer), url("change", agreed, change.pk))
    answer = sign_in(engineer).post(url("change_withdraw", agreed, change.pk), follow=True)
    assert "The decision is withdrawn" in answer.content.decode()
    shown = read(browser, url("sign_off", agreed, text.pk))
    assert "nothing can be signed here" in shown


@pytest.mark.parametrize("stands", ["undecided", "reject", "next", "do", "signed", "on paper"])
def test_no_client_ever_sees_the_price(
    stands: str, agreed: Engagement, engineer: User, colleague: User, client_pm: User, business_owner: User,
    key_user: User, sign_in: SignIn,
) -> None:  # fmt: skip
    """TRUST 4: pages, forms they may not open, mails and the printed sheet."""
    change = raise_change(agreed, engineer)
    if stands in {"do", "signed", "on paper"}:
        decide(change, engineer)
    elif stands != "undecided":
        decide(change, engineer, stands)
    if stands == "signed":
        sign(text_of(change), client_pm)
        sign(text_of(change), business_owner)
    elif stands == "on paper":
        sign_on_paper(text_of(change), engineer, colleague)
    told = []
    texts = list(SignOff.objects.unscoped())
    for user in (client_pm, business_owner, key_user):
        browser = sign_in(user)
        told += [read(browser, url("change_list", agreed)), read(browser, url("change", agreed, change.pk))]
        told += [read(browser, url("sign_off", agreed, text.pk)) for text in texts]
        told += [read(browser, url(name, agreed)) for name in ("prepare", "plan")]
        told.append(read(browser, reverse("reports:dashboard", args=[agreed.pk])))
        told += [
            browser.get(url(name, agreed, change.pk)).content.decode() for name in ("change_edit", "change_decide")
        ]
    told += [
        build_sheet(text).to_json().decode()
        for text in SignOff.objects.unscoped().select_related("engagement__client")
    ]
    told += [str(kinds.find(message.kind).write(message)) for message in Message.objects.filter(kind="sign_request")]
    assert change.title in "".join(told)
    assert not [mark for mark in MARKS for text in told if mark in text]
    assert CANARY_NOTE in read(sign_in(engineer), url("change", agreed, change.pk))


def test_the_sheet_tells_the_change_and_what_it_leads_to(agreed: Engagement, engineer: User, client_pm: User) -> None:
    """On paper as on screen: the same change, the same goals, both who sign."""
    change = decide(raise_change(agreed, engineer), engineer)
    text = text_of(change)
    sheet = build_sheet(text)
    words = str(sheet.sections)
    assert [row.name for row in sheet.signatories] == ["陈镕", "周㛃"]
    assert all(word in words for word in (change.title, change.reason, "移动审批", change.impact_note, "双方都需要"))
    assert text.text["goals"]["objectives"][0]["title"] in words
    assert sheet.code == text.code
    assert (
        len(SignOff.NEEDS[SignOff.Kind.CHANGE]) == len(sheet.signatories) == len({Part.CLIENT_PM, Part.BUSINESS_OWNER})
    )


def test_the_sheet_of_new_goals_tells_what_changed(agreed: Engagement, engineer: User) -> None:
    ScopeItemFactory(engagement=agreed, text="条码打印")
    newer = signing.freeze_goals(actor=engineer, engagement=agreed)
    row = SignOff.objects.unscoped().select_related("engagement__client").get(pk=newer.pk)
    first = build_sheet(row).sections[0]
    assert len(first.points) == 1
    assert "条码打印" in first.points[0]
