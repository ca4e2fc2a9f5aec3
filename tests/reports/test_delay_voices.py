"""N5: once it is published the client agrees or objects line by line, and both sides stand in the report."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from engagements.models import Engagement, Publication, Stage, StageKind
from engagements.services import publications
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications import kinds
from onsite.notifications.models import Message
from reports import voices
from reports.building.snapshots import build
from reports.delay import delay_of, mark_of
from reports.documents.chapters import chapters
from reports.documents.closing_report import ClosingReport
from reports.documents.printing import render_html
from reports.models import DelayVoice, DocumentKind, Draft
from standups.models import Party
from tests.bench.forms import Form
from tests.conftest import InParallel, SignIn
from tests.reports.delays import agreed, day, publish, raised, slip

AGREES, OBJECTS = DelayVoice.Stance.AGREES, DelayVoice.Stance.OBJECTS
INTERNAL = "内部：脚本写错了"


@pytest.fixture
def late(engagement: Engagement, engineer: User, manager: User) -> Engagement:
    """Three days late on Wednesday, shared by client and vendor, and published."""
    agreed(engagement, engineer)
    raised(engagement, engineer, 1, "接口账号未开通", Party.CLIENT)
    raised(engagement, engineer, 1, INTERNAL, Party.VENDOR, is_internal=True)
    slip(engagement, engineer, 2, 3)
    publish(engagement, manager)
    return engagement


def go_live(engagement: Engagement) -> Stage:
    return engagement.stages.unscoped().get(kind=StageKind.GO_LIVE)


def mark(engagement: Engagement, number: int = 2) -> str:
    found = delay_of(engagement, for_client=True).milestone(go_live(engagement).pk)
    line = found.line(day(number)) if found else None
    assert line is not None
    return mark_of(line)


def say(actor: User, engagement: Engagement, stance: str = AGREES, comment: str = "", seen: str = "") -> DelayVoice:
    return voices.say(
        actor=actor, engagement=engagement, stage=go_live(engagement), arose_on=day(2), stance=stance, comment=comment,
        mark=seen or mark(engagement),
    )  # fmt: skip


def url(engagement: Engagement, number: int = 2) -> str:
    return reverse("reports:delay_voice", args=[engagement.pk, go_live(engagement).pk, day(number)])


def written(message: Message) -> Any:
    return kinds.find(message.kind).write(message)


# --- the service ------------------------------------------------------------------------------------------------------


def test_each_person_says_it_once_and_may_say_it_anew(late: Engagement, client_pm: User, business_owner: User) -> None:
    say(client_pm, late)
    say(business_owner, late, OBJECTS, "账号当天就开通了")
    for _twice in range(2):
        say(client_pm, late, OBJECTS, "不是我们的原因")
    rows = DelayVoice.objects.unscoped().order_by("pk").values_list("said_by", "stance", "comment")
    assert list(rows) == [
        (client_pm.pk, "objects", "不是我们的原因"),
        (business_owner.pk, "objects", "账号当天就开通了"),
    ]
    assert DelayVoice.objects.unscoped().first().told == {"client": "3/2", "vendor": "3/2"}  # type: ignore[union-attr]
    said = AuditEntry.objects.filter(action__startswith="delay.").order_by("number")
    assert [(row.action, row.data["before"]) for row in said] == [
        ("delay.agrees", None),
        ("delay.objects", None),
        ("delay.objects", ["agrees", ""]),
    ]
    assert audit.first_broken(late.audit_chain) is None


def test_an_objection_needs_words(late: Engagement, client_pm: User) -> None:
    with pytest.raises(DomainError) as refused:
        say(client_pm, late, OBJECTS)
    assert refused.value.field == "comment"
    assert not DelayVoice.objects.exists()


def test_nobody_answers_a_line_that_reads_otherwise_by_now(late: Engagement, engineer: User, client_pm: User) -> None:
    seen = mark(late)
    slip(late, engineer, 4, -1)
    with pytest.raises(StaleError):
        say(client_pm, late, seen=seen)
    say(client_pm, late)
    assert DelayVoice.objects.unscoped().get().told == {"client": "1", "vendor": "1"}


def test_what_was_withdrawn_is_not_answered(late: Engagement, client_pm: User, manager: User) -> None:
    seen = mark(late)
    publications.withdraw(actor=manager, engagement=late, item=Publication.Item.DELAY)
    with pytest.raises(DomainError):
        say(client_pm, late, seen=seen)


def test_only_the_clients_pm_and_owner_answer(
    late: Engagement, engineer: User, manager: User, key_user: User, sign_in: SignIn
) -> None:
    for user in (engineer, manager, key_user):
        with pytest.raises(PermissionDenied):
            say(user, late)
        assert sign_in(user).get(url(late)).status_code == 403
        assert (
            "I see it differently" not in sign_in(user).get(reverse("reports:delay", args=[late.pk])).content.decode()
        )


def test_the_lead_is_told_of_an_objection_while_it_stands(late: Engagement, engineer: User, client_pm: User) -> None:
    say(client_pm, late, OBJECTS, "账号当天就开通了")
    first = Message.objects.get(kind="delay_objected")
    assert first.recipient == engineer
    mail = written(first)
    assert "账号当天就开通了" in mail.body and reverse("reports:delay", args=[late.pk]) in mail.body
    say(client_pm, late, OBJECTS, "再想了想，一半是我们的")
    assert Message.objects.filter(kind="delay_objected").count() == 2
    assert written(first) is None
    say(client_pm, late)
    assert [written(row) for row in Message.objects.filter(kind="delay_objected")] == [None, None]


@pytest.mark.usefixtures("postgresql")
def test_two_clicks_at_once_are_one_voice(
    late: Engagement, client_pm: User, business_owner: User, in_parallel: InParallel
) -> None:
    seen = mark(late)
    results = in_parallel(
        *(lambda user=user: say(user, late, seen=seen).stance for user in (client_pm, client_pm, business_owner))
    )
    assert results == ["agrees"] * 3
    assert DelayVoice.objects.count() == 2
    assert AuditEntry.objects.filter(action="delay.agrees").count() == 2


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_client_agrees_with_one_click_and_objects_in_words(
    late: Engagement, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    browser, ledger = sign_in(client_pm), reverse("reports:delay", args=[late.pk])
    button = {"stance": "agrees", "mark": mark(late)}
    assert browser.post(url(late), button).status_code == 302
    assert "Change what you said" in browser.get(ledger).content.decode()
    form = Form(browser.get(url(late)).content.decode()).fields
    answer = browser.post(url(late), form | {"stance": ["objects"], "comment": [""]})
    assert answer.status_code == 422 and "Say what you see differently" in answer.content.decode()
    browser.post(url(late), form | {"stance": ["objects"], "comment": ["账号当天就开通了"]})
    for user in (client_pm, engineer):
        told = sign_in(user).get(ledger).content.decode()
        assert "账号当天就开通了" in told and "陈镕" in told and "objects" in told


def test_what_was_typed_survives_a_line_that_changed(
    late: Engagement, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    browser = sign_in(client_pm)
    form = Form(browser.get(url(late)).content.decode()).fields | {
        "stance": ["objects"],
        "comment": ["账号当天就开通了"],
    }
    slip(late, engineer, 4, -1)
    answer = browser.post(url(late), form)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "账号当天就开通了" in told and "This line changed since you opened the page" in told
    assert browser.post(url(late), Form(told).fields).status_code == 302
    assert DelayVoice.objects.unscoped().get().told == {"client": "1", "vendor": "1"}


def test_a_word_on_a_line_that_changed_since_says_so(
    late: Engagement, client_pm: User, engineer: User, sign_in: SignIn
) -> None:
    say(client_pm, late)
    slip(late, engineer, 4, -1)
    ledger = reverse("reports:delay", args=[late.pk])
    for user in (client_pm, engineer):
        assert "said before this line changed" in sign_in(user).get(ledger).content.decode()


@pytest.mark.parametrize(
    "typed", [{"stance": ""}, {"stance": "x"}, {"mark": ""}, {"mark": "x" * 200}, {"comment": "长" * 6000}]
)
def test_bad_input_is_said_and_nothing_is_kept(
    late: Engagement, client_pm: User, sign_in: SignIn, typed: dict[str, str]
) -> None:
    answer = sign_in(client_pm).post(url(late), {"stance": "agrees", "comment": "", "mark": mark(late)} | typed)
    assert answer.status_code == 422
    assert not DelayVoice.objects.exists()


def test_a_line_that_is_not_there_is_absent(late: Engagement, client_pm: User, sign_in: SignIn) -> None:
    browser = sign_in(client_pm)
    assert browser.get(url(late, 3)).status_code == 404
    assert browser.get(reverse("reports:delay_voice", args=[late.pk, 10**12, day(2)])).status_code == 404


# --- the closing report -----------------------------------------------------------------------------------------------


def report_of(engagement: Engagement, language: str = "en") -> ClosingReport:
    row = Engagement.objects.unscoped().select_related("client", "created_by").get(pk=engagement.pk)
    built = build(row, DocumentKind.CLOSING_REPORT, Draft(), language)
    assert isinstance(built, ClosingReport)
    return built


def test_both_sides_stand_in_the_report(late: Engagement, client_pm: User, business_owner: User) -> None:
    say(client_pm, late, OBJECTS, "账号当天就开通了")
    say(business_owner, late)
    report = report_of(late)
    assert report.delay is not None
    last = report.delay.milestones[-1]
    assert (last.title, last.slip_days) == ("Go-live", 3)
    assert [(share.label, share.days) for share in last.shares] == [("Vendor", "1 1/2"), ("Client", "1 1/2")]
    assert last.days[0].causes == ("Vendor: a matter on the vendor's side", "Client: 接口账号未开通")
    assert [(word.name, word.agrees, word.comment) for word in last.days[0].said] == [
        ("陈镕", False, "账号当天就开通了"),
        ("周㛃", True, ""),
    ]
    html = render_html(report)
    for words in ("账号当天就开通了", "接口账号未开通", "1 1/2", "周㛃"):
        assert words in html
    assert INTERNAL not in html


def test_the_report_says_nothing_of_it_until_it_is_published(late: Engagement, manager: User, client_pm: User) -> None:
    """Nor after it was withdrawn, whatever was said of it meanwhile."""
    say(client_pm, late, OBJECTS, "账号当天就开通了")
    assert "delay" in [chapter.anchor for chapter in chapters(report_of(late))]
    publications.withdraw(actor=manager, engagement=late, item=Publication.Item.DELAY)
    report = report_of(late)
    assert report.delay is None
    assert "delay" not in [chapter.anchor for chapter in chapters(report)]
    assert "账号当天就开通了" not in render_html(report)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_frozen_ledger_is_read_back_as_it_was(late: Engagement, client_pm: User, language: str) -> None:
    say(client_pm, late, OBJECTS, "账号当天就开通了")
    report = report_of(late, language)
    assert type(report).from_json(report.to_json()) == report


def test_where_nothing_slipped_the_report_has_no_such_chapter(
    engagement: Engagement, engineer: User, manager: User
) -> None:
    agreed(engagement, engineer)
    publish(engagement, manager)
    assert report_of(engagement).delay is None
