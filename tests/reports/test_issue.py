"""Drafting and issuing: what is refused, and what is frozen."""

from __future__ import annotations

from typing import Any

import pytest

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry, Job
from reports import services
from reports.building.snapshots import build, restored
from reports.models import Document, Draft
from tests.conftest import InParallel, SignIn
from tests.reports.issuing import MANUAL, REPORT, approve, draft, issue, url

pytestmark = pytest.mark.django_db
NO_GLYPH = "\U0001000c"  # Linear B, which no printing font has

# --- Drafts ---------------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_with_its_audit_entry(engagement: Engagement, engineer: User) -> None:
    """R1: the narrative is a person's, and the chain knows whose."""
    row = draft(engineer, engagement, summary="按期上线。", proposals="一\n二")
    assert (row.version, row.summary, row.edited_by) == (1, "按期上线。", engineer)
    row = draft(engineer, engagement, version=1, summary="晚两天。")
    assert (row.version, row.summary, row.proposals) == (2, "晚两天。", "")
    assert AuditEntry.objects.filter(chain=engagement.audit_chain, action="document.drafted").count() == 2


@pytest.mark.parametrize("version", [0, 1, 7])
def test_a_stale_draft_overwrites_nobody(
    version: int, engagement: Engagement, engineer: User, colleague: User
) -> None:
    """RULES.md, Editing together: nothing is written, nothing is lost."""
    draft(engineer, engagement, summary="第一稿")
    draft(engineer, engagement, version=1, summary="第二稿")
    with pytest.raises(StaleError):
        draft(colleague, engagement, version=version, summary="同事的")
    assert services.draft_of(engagement, MANUAL).summary == "第二稿"


def test_the_page_keeps_both_texts_for_a_person_to_choose(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """RULES.md, Editing together: the loser sees the other text, and the next save knowingly replaces it."""
    draft(engineer, engagement, summary="李喆写的")
    browser = sign_in(colleague)
    response = browser.post(url("draft", engagement, "field_manual"), {"summary": "王堃写的", "version": "0"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "李喆写的" in html
    assert "王堃写的" in html
    assert 'name="version" value="1"' in html
    browser.post(url("draft", engagement, "field_manual"), {"summary": "两人的", "version": "1"})
    assert services.draft_of(engagement, MANUAL).summary == "两人的"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary", "x" * 5001),
        ("summary", "a\x00b"),
        ("summary", "\u202e反"),
        ("changes", "x" * 201),
        ("version", "x"),
    ],
)
def test_an_absurd_text_gets_a_message_and_keeps_what_was_typed(
    field: str, value: str, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """Bad input: a field message, never a 500, and the rest stays on the page."""
    fields = {"summary": "打好的字", "changes": "改动", "version": "0", field: value}
    response = sign_in(engineer).post(url("draft", engagement, "field_manual"), fields)
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    kept = "改动" if field == "summary" else "打好的字"
    assert kept in response.content.decode()
    assert not Draft.objects.exists()


def test_an_unknown_kind_is_no_page(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Bad input: a kind nobody prints is absent."""
    for name, method in (("draft", "get"), ("draft", "post"), ("issue", "post")):
        assert getattr(sign_in(engineer), method)(url(name, engagement, "nonsense")).status_code == 404


# --- Issuing ----------------------------------------------------------------------------------------------------------------


def test_issuing_freezes_the_snapshot_with_audit_and_job(engagement: Engagement, engineer: User) -> None:
    """C3, N9: the snapshot with its hash, its address, one audit entry and one waiting job, in one transaction."""
    draft(engineer, engagement, summary="手册", changes="首版")
    head = audit.head_of(engagement.audit_chain)
    document = issue(engineer, engagement)
    snapshot = restored(document)
    assert snapshot.sha256 == document.snapshot_hash
    assert document.snapshot["version"] == "1"
    assert document.snapshot["verify_url"].endswith(f"/verify/{document.code}/")
    assert (document.version, document.language, document.is_ready) == (1, "en", False)
    entry = AuditEntry.objects.get(chain=engagement.audit_chain, action="document.issued")
    assert entry.data["hash"] == document.snapshot_hash
    assert entry.previous_hash == head
    assert Job.objects.filter(kind="document", subject_id=document.pk, state="waiting").count() == 1
    # What this version changed was told; the next one starts without.
    assert services.draft_of(engagement, MANUAL).changes == ""


def test_the_reports_audit_head_is_the_entry_before_its_issue(engagement: Engagement, engineer: User) -> None:
    """TRUST.md 7: the head printed in the closing report is of the data it tells."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.REVIEW)
    engagement.refresh_from_db()
    draft(engineer, engagement, REPORT)
    approve(engagement)
    head = audit.head_of(engagement.audit_chain)
    assert issue(engineer, engagement, REPORT).snapshot["audit_head"] == head


def test_data_that_moves_while_it_is_built_is_built_again(
    engagement: Engagement, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N9: data and audit head belong together; an engagement that never rests is refused with a sentence."""
    seen = []

    def moving(*args: Any) -> Any:
        built = build(*args)
        seen.append(built)
        if len(seen) in moves:
            draft(
                engineer,
                engagement,
                version=services.draft_of(engagement, MANUAL).version,
                summary=f"第 {len(seen)} 次，共 {len(moves)} 次",
            )
        return built

    monkeypatch.setattr(services, "build", moving)
    moves = {1}
    document = issue(engineer, engagement)
    assert len(seen) == 2
    assert document.snapshot["version"] == "1"
    seen.clear()
    moves = {1, 2, 3}
    with pytest.raises(DomainError, match="being changed right now"):
        issue(engineer, engagement, version=2)
    assert Document.objects.count() == 1


def test_versions_count_up_and_a_second_click_issues_nothing(engagement: Engagement, engineer: User) -> None:
    """N9: a correction is a new version; the version the page offered is issued once."""
    assert [issue(engineer, engagement, version=number).version for number in (1, 2)] == [1, 2]
    for stale in (1, 2, 4):
        with pytest.raises(StaleError):
            issue(engineer, engagement, version=stale)
    assert list(Document.objects.order_by("version").unscoped().values_list("version", flat=True)) == [1, 2]
    assert Job.objects.count() == 2


def test_two_who_issue_at_once_issue_one(
    postgresql: None, engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    """N9: the version is decided under the lock."""
    results = in_parallel(*[lambda: issue(engineer, engagement)] * 4)
    assert sum(isinstance(result, Document) for result in results) == 1
    assert all(isinstance(result, Document | StaleError | DomainError) for result in results)
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("phase", "summary", "refused"),
    [
        (Phase.PREPARATION, "结论", "once the review has begun"),
        (Phase.EXECUTION, "结论", "once the review has begun"),
        (Phase.REVIEW, " \n ", "Write the conclusion first"),
        (Phase.REVIEW, "结论", ""),
        (Phase.CLOSED, "结论", ""),
    ],
)
def test_a_closing_report_needs_the_review_and_a_conclusion(
    phase: Phase, summary: str, refused: str, engagement: Engagement, engineer: User
) -> None:
    """R1: refusals say what is missing."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=phase)
    engagement.refresh_from_db()
    draft(engineer, engagement, REPORT, summary=summary)
    if refused:
        with pytest.raises(DomainError, match=refused):
            issue(engineer, engagement, REPORT)
    else:
        approve(engagement)
        assert issue(engineer, engagement, REPORT).version == 1


def test_a_character_without_a_font_is_named_before_anything_is_issued(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """RULES.md, Documents: an empty box is never printed; rare Chinese characters are fine."""
    draft(engineer, engagement, summary=f"字{NO_GLYPH}")
    response = sign_in(engineer).post(
        url("issue", engagement, "field_manual"), {"issue-language": "en", "issue-version": "1"}, follow=True
    )
    assert "U+1000C" in response.content.decode()
    assert not Document.objects.exists()
    draft(engineer, engagement, version=1, summary="喆 堃 镕 㛃 𠮷")
    assert issue(engineer, engagement).version == 1


def test_a_draft_is_the_vendors_alone(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """RULES.md: drafts are vendor only, whichever door asks."""
    row = draft(engineer, engagement)
    assert list(Draft.objects.visible_to(engineer)) == [row]
    assert list(Draft.objects.visible_to(client_pm)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"issue-language": "fr", "issue-version": "1"},
        {"issue-language": "en", "issue-version": "9" * 30},
        {"issue-language": "en"},
    ],
)
def test_a_forged_issue_form_issues_nothing(
    fields: dict[str, str], engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """Bad input: a message on the page it came from."""
    response = sign_in(engineer).post(url("issue", engagement, "field_manual"), fields, follow=True)
    assert "Choose the language" in response.content.decode()
    assert not Document.objects.exists()


def test_the_words_on_the_page_are_issued_with_it(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """C3: issuing freezes what was typed, not what was saved before; a refusal keeps it."""
    Engagement.objects.filter(pk=engagement.pk).update(phase="review")
    browser = sign_in(manager)
    offered = {"issue-language": "en", "issue-version": "1", "version": "0", "proposals": "盖章前先核对权限"}
    browser.post(url("issue", engagement, "closing_report"), {**offered, "summary": ""})
    assert not engagement.documents.exists()
    assert engagement.drafts.unscoped().get().proposals == "盖章前先核对权限"
    browser.post(url("issue", engagement, "closing_report"), {**offered, "version": "1", "summary": "按期上线。"})
    assert engagement.documents.unscoped().get().snapshot["summary"] == "按期上线。"


def test_words_that_cannot_be_saved_issue_nothing(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """C3: a stale page keeps both texts, and no version is used up."""
    services.save_draft(actor=manager, engagement=engagement, kind=MANUAL, version=0, summary="先存的", changes="")
    answer = sign_in(manager).post(
        url("issue", engagement, "field_manual"),
        {"issue-language": "en", "issue-version": "1", "version": "0", "summary": "后打的", "changes": ""},
    )
    assert answer.status_code == 422
    assert "先存的" in answer.content.decode() and "后打的" in answer.content.decode()
    assert not engagement.documents.exists()
