"""E3, N3: an answer is acknowledgement, facts and measures, and it is never given without evidence that the client sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from engagements.models import Attachment, Engagement, Scan
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import ConcernState, Evidence, Party, Problem, Remedy, Reply
from standups.phrases import PHRASES, phrases
from standups.services.replies import Measure, answer_concern, save_reply, tick_measure
from tests.conftest import SignIn
from tests.factories import ConcernFactory, EvidenceFactory, ProblemFactory
from tests.standups.browser import target, words_in
from tests.standups.concerning import TEXTS, answered, drafted, raised, state_of

MOBILE = "13812345678"
FIELDS = {"version": "0", "acknowledgement": "感谢您告诉我们。", "facts": "95% 在 412 毫秒内。"}


@pytest.fixture
def concern(engagement: Engagement, client_pm: User) -> Problem:
    return raised(engagement, client_pm)


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


@pytest.fixture
def url(concern: Problem) -> str:
    return reverse("standups:reply", args=[concern.engagement_id, concern.pk])


def test_an_answer_from_draft_to_client(
    engagement: Engagement,
    concern: Problem,
    engineer: User,
    client_pm: User,
    browser: Client,
    url: str,
    sign_in: SignIn,
) -> None:
    """The client sees nothing of a draft, and all of the answer."""
    due_on = engagement.today() + timedelta(days=3)
    measures = {"text_0": "增加索引", "party_0": "vendor", "due_on_0": str(due_on)}
    assert target(browser.post(url, FIELDS | measures)) == url
    client = sign_in(client_pm)
    page = concern.get_absolute_url()
    assert "412" not in client.get(page).content.decode()
    for rows in (Reply.objects, Remedy.objects):
        assert rows.visible_to(engineer).exists()
        assert not rows.visible_to(client_pm).exists()
    EvidenceFactory(problem=concern, title="响应时间", added_by=engineer)
    assert target(browser.post(url, FIELDS | measures | {"version": "1", "step": "answer"})) == page
    concern.refresh_from_db()
    assert (concern.concern_state, concern.next_step_with) == (ConcernState.ANSWERED, Party.CLIENT)
    assert concern.first_answered_at is not None
    assert concern.solved_on is None
    words = words_in(client.get(page).content, "main")
    assert all(word in words for word in (FIELDS["acknowledgement"], FIELDS["facts"], "增加索引", "响应时间"))
    told = Message.objects.filter(kind="concern_answered")
    assert {message.recipient for message in told} == {client_pm}


def refused(engineer: User, problem: Problem) -> set[str]:
    """Give the answer and return the codes of what is missing; nothing has changed then."""
    draft = problem.replies.unscoped().drafts().get()
    with pytest.raises(RefusedError) as error:
        answer_concern(actor=engineer, problem=problem, version=draft.version)
    assert state_of(problem) == ConcernState.OPEN
    assert not problem.replies.unscoped().given().exists()
    assert not AuditEntry.objects.filter(action="concern.answered").exists()
    return {obstacle.code for obstacle in error.value.obstacles}


def test_not_without_evidence(concern: Problem, engineer: User) -> None:
    drafted(engineer, concern)
    assert refused(engineer, concern) == {"evidence.none"}


def test_not_with_internal_evidence_alone(concern: Problem, engineer: User) -> None:
    drafted(engineer, concern)
    EvidenceFactory(problem=concern, is_internal=True)
    assert refused(engineer, concern) == {"evidence.internal"}


def test_not_with_evidence_of_another_concern(concern: Problem, engineer: User) -> None:
    drafted(engineer, concern)
    EvidenceFactory(problem=ConcernFactory(engagement=concern.engagement))
    assert refused(engineer, concern) == {"evidence.none"}


@pytest.mark.parametrize(
    ("typed", "file", "code"),
    [
        (Scan.FOUND, None, "evidence.held"),
        (Scan.CLEAN, Scan.WAITING, "evidence.waiting"),
        (Scan.CLEAN, Scan.FOUND, "evidence.held"),
        (Scan.CLEAN, Scan.UNREADABLE, "evidence.held"),
        (Scan.FOUND, Scan.CLEAN, "evidence.held"),
    ],
)
def test_not_with_evidence_that_is_not_cleared(
    concern: Problem, engineer: User, typed: Scan, file: Scan | None, code: str
) -> None:
    drafted(engineer, concern)
    EvidenceFactory(problem=concern, scan=typed, **_file(concern, engineer, file) if file else {})
    assert refused(engineer, concern) == {code}


@pytest.mark.parametrize("scan", [Scan.CLEAN, Scan.RELEASED])
def test_with_a_file_that_is_cleared(concern: Problem, engineer: User, scan: Scan) -> None:
    draft = drafted(engineer, concern)
    EvidenceFactory(problem=concern, **_file(concern, engineer, scan))
    answer_concern(actor=engineer, problem=concern, version=draft.version)
    assert state_of(concern) == ConcernState.ANSWERED


def _file(concern: Problem, actor: User, scan: Scan) -> dict[str, object]:
    released = {"released_by": actor, "release_reason": "测试数据"} if scan == Scan.RELEASED else {}
    attachment = Attachment.objects.create(
        engagement=concern.engagement, name="a.log", file="a.log", media_type="text/plain", size_bytes=1,
        sha256="c" * 64, is_internal=True, uploaded_by=actor, scan=scan, **released,
    )  # fmt: skip
    return {"kind": Evidence.Kind.FILE, "attachment": attachment, "query": "", "result": ""}


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        ({"acknowledgement": ""}, {"acknowledgement.missing"}),
        ({"facts": ""}, {"facts.missing"}),
        ({"acknowledgement": "", "facts": ""}, {"acknowledgement.missing", "facts.missing"}),
        ({"acknowledgement": f"请拨打 {MOBILE}"}, {"acknowledgement.secret"}),
        ({"facts": f"password={MOBILE}abc"}, {"facts.secret"}),
    ],
)
def test_not_when_incomplete_or_telling_a_secret(
    concern: Problem, engineer: User, texts: dict[str, str], codes: set[str]
) -> None:
    EvidenceFactory(problem=concern)
    drafted(engineer, concern, **texts)
    assert refused(engineer, concern) == codes


def test_not_with_a_secret_in_a_measure_or_the_title(concern: Problem, engineer: User) -> None:
    EvidenceFactory(problem=concern)
    today = concern.engagement.today()
    drafted(engineer, concern, measures=[Measure(f"联系 {MOBILE}", today)])
    Problem.objects.update(title=f"{MOBILE} 说系统慢")
    assert refused(engineer, concern) == {"measures.secret", "concern.secret"}


def test_not_with_a_measure_whose_day_has_passed(concern: Problem, engineer: User) -> None:
    EvidenceFactory(problem=concern)
    yesterday = concern.engagement.today() - timedelta(days=1)
    drafted(engineer, concern, measures=[Measure("增加索引", yesterday)])
    assert refused(engineer, concern) == {"measures.past"}
    Remedy.objects.update(done_on=yesterday)
    draft = Reply.objects.unscoped().get()
    answer_concern(actor=engineer, problem=concern, version=draft.version)


def test_not_while_the_concern_is_internal(engagement: Engagement, engineer: User) -> None:
    problem = ConcernFactory(engagement=engagement, is_internal=True)
    EvidenceFactory(problem=problem)
    drafted(engineer, problem)
    assert refused(engineer, problem) == {"concern.internal"}


def test_the_database_refuses_half_an_answer(concern: Problem, engineer: User) -> None:
    draft = drafted(engineer, concern, facts="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.filter(pk=draft.pk).update(answered_by=engineer, answered_at=draft.problem.said_at)


def test_what_is_missing_stands_beside_its_field_and_the_draft_is_kept(
    concern: Problem, browser: Client, url: str
) -> None:
    typed = FIELDS | {"facts": f"来电 {MOBILE} 反映", "acknowledgement": "", "step": "answer"}
    answer = browser.post(url, typed)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"__all__", "acknowledgement", "facts"}
    assert MOBILE not in errors["facts"][0], "the sample is masked"
    assert Reply.objects.unscoped().get().facts == typed["facts"]
    again = browser.post(url, typed | {"version": answer.context["form"]["version"].value(), "step": "save"})
    assert target(again) == url, "the page that came back can be saved"


def test_a_colleagues_draft_is_not_overwritten_unseen(
    concern: Problem, colleague: User, browser: Client, url: str
) -> None:
    drafted(colleague, concern, facts="王堃的事实")
    answer = browser.post(url, FIELDS | {"facts": "李喆的事实", "step": "answer"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "王堃的事实" in html and "李喆的事实" in html
    assert Reply.objects.unscoped().get().facts == "王堃的事实"
    version = answer.context["form"]["version"].value()
    browser.post(url, FIELDS | {"facts": "李喆的事实", "version": version})
    assert Reply.objects.unscoped().get().facts == "李喆的事实"


def test_an_answer_is_given_as_it_was_read(concern: Problem, engineer: User, colleague: User) -> None:
    EvidenceFactory(problem=concern)
    mine = drafted(engineer, concern)
    drafted(colleague, concern, facts="另一个版本")
    with pytest.raises(StaleError):
        answer_concern(actor=engineer, problem=concern, version=mine.version)
    assert state_of(concern) == ConcernState.OPEN


def test_what_was_answered_is_not_edited(concern: Problem, engineer: User, browser: Client, url: str) -> None:
    answered(engineer, concern)
    for version in (0, 1, 2):
        with pytest.raises(DomainError):
            save_reply(actor=engineer, problem=concern, version=version, **TEXTS | {"facts": "改写"})
    answer = browser.post(url, FIELDS | {"step": "answer"})
    assert answer.status_code == 422
    assert Reply.objects.unscoped().get().facts == TEXTS["facts"]


def test_another_problem_has_no_answer(engagement: Engagement, engineer: User, browser: Client) -> None:
    problem = ProblemFactory(engagement=engagement)
    assert browser.get(reverse("standups:reply", args=[engagement.pk, problem.pk])).status_code == 404
    with pytest.raises(DomainError):
        save_reply(actor=engineer, problem=problem, version=0, **TEXTS)


def test_those_who_may_not(concern: Problem, client_pm: User, outsider_engineer: User) -> None:
    for user in (client_pm, outsider_engineer):
        with pytest.raises(PermissionDenied):
            save_reply(actor=user, problem=concern, version=0, **TEXTS)
        with pytest.raises(PermissionDenied):
            answer_concern(actor=user, problem=concern, version=0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text_0": "增加索引"}, "due_on_0"),
        ({"due_on_0": "2026-12-01"}, "text_0"),
        ({"text_0": "增加索引", "due_on_0": "0001-01-01"}, "due_on_0"),
        ({"text_0": "x" * 301, "due_on_0": "2026-12-01"}, "text_0"),
        ({"text_0": "增加索引", "due_on_0": "2026-12-01", "party_0": "nobody"}, "party_0"),
        ({"facts": "x" * 5001}, "facts"),
        ({"version": "x"}, "version"),
        ({"version": "-1"}, "version"),
    ],
)
def test_bad_input_is_said_beside_its_field(browser: Client, url: str, change: dict[str, str], field: str) -> None:
    answer = browser.post(url, FIELDS | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert FIELDS["acknowledgement"] in answer.content.decode()
    assert not Reply.objects.exists()


def test_more_rows_than_a_form_holds_are_no_fault(browser: Client, url: str) -> None:
    many = {f"text_{number}": f"措施 {number}" for number in range(20)}
    days = {f"due_on_{number}": "2099-12-01" for number in range(20)}
    assert browser.post(url, FIELDS | many | days).status_code == 302
    assert Remedy.objects.count() == 12


def test_there_is_always_a_spare_row(concern: Problem, engineer: User, browser: Client, url: str) -> None:
    today = concern.engagement.today()
    drafted(engineer, concern, measures=[Measure(f"措施 {number}", today) for number in range(4)])
    values = [row[0].value() for row in browser.get(url).context["form"].measures]
    assert values == [f"措施 {number}" for number in range(4)] + [None, None]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_phrase_is_taken_over_without_a_script(concern: Problem, browser: Client, url: str, language: str) -> None:
    phrase = next(one for one in phrases(language) if one.language == language)
    answer = browser.post(url, FIELDS | {"step": f"phrase:{phrase.key}"})
    assert answer.status_code == 200
    assert answer.context["form"]["acknowledgement"].value() == f"{FIELDS['acknowledgement']}\n{phrase.text}"
    assert not Reply.objects.exists(), "nothing is saved by looking at a phrase"


def test_there_are_enough_phrases_in_both_languages(db: None) -> None:
    assert 5 <= len(PHRASES) <= 7
    found = phrases("en")
    assert [one.language for one in found] == ["en"] * len(PHRASES) + ["zh-hans"] * len(PHRASES)


def test_enter_saves_and_never_gives_the_answer(browser: Client, url: str) -> None:
    """The first button of a form is the one that Enter presses."""
    html = browser.get(url).content.decode()
    form = html[html.index('id="reply"') :]
    assert form.index('value="save"') < form.index('value="phrase:')
    assert form.index('value="save"') < form.index('value="answer"')


def test_measures_are_ticked_afterwards(
    engagement: Engagement, concern: Problem, engineer: User, client_pm: User, sign_in: SignIn, browser: Client
) -> None:
    due_on = engagement.today() + timedelta(days=3)
    answered(engineer, concern, Measure("增加索引", due_on))
    remedy = Remedy.objects.unscoped().get()
    url = reverse("standups:measure_tick", args=[engagement.pk, concern.pk, remedy.pk])
    browser.post(url, {"done": "1"})
    remedy.refresh_from_db()
    assert remedy.done_on == engagement.today()
    assert "Done on" in words_in(sign_in(client_pm).get(concern.get_absolute_url()).content, "concern")
    Remedy.objects.update(done_on=due_on - timedelta(days=30))
    tick_measure(actor=engineer, remedy=remedy, is_done=True)
    remedy.refresh_from_db()
    assert remedy.done_on == due_on - timedelta(days=30), "the first day stands"
    tick_measure(actor=engineer, remedy=remedy, is_done=False)
    assert not Remedy.objects.exclude(done_on=None).exists()
    with pytest.raises(PermissionDenied):
        tick_measure(actor=client_pm, remedy=remedy, is_done=True)


def test_a_drafts_measure_is_not_ticked(
    engagement: Engagement, concern: Problem, engineer: User, browser: Client
) -> None:
    drafted(engineer, concern, measures=[Measure("增加索引", engagement.today())])
    remedy = Remedy.objects.unscoped().get()
    url = reverse("standups:measure_tick", args=[engagement.pk, concern.pk, remedy.pk])
    assert browser.post(url, {"done": "1"}).status_code == 404


def test_the_audit_of_a_draft_holds_no_word_of_it(concern: Problem, engineer: User) -> None:
    drafted(engineer, concern, facts="还没有核实的话")
    assert "还没有核实的话" not in str(list(AuditEntry.objects.values_list("data", flat=True)))
