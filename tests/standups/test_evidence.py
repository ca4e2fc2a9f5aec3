"""E3, N3: evidence holds its place, its time and its hash; it is looked through, and no answer loses what it stands on."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Attachment, Engagement, Scan
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import Evidence, Problem
from standups.services import evidence as services
from standups.services.evidence import MOST_PIECES, canonical, hash_of
from tests.engagements.filing import CLEAN_LOG, LEAKY_LOG, SECRET, a_log, fresh, work
from tests.factories import ConcernFactory, EvidenceFactory, ProblemFactory
from tests.standups.concerning import answered, raised

MOBILE = "13812345678"


@pytest.fixture
def concern(engagement: Engagement, client_pm: User) -> Problem:
    return raised(engagement, client_pm)


def head(**fields: Any) -> dict[str, Any]:
    taken_at = timezone.now() - timedelta(minutes=5)
    return {"title": "响应时间", "environment": "生产环境", "taken_at": taken_at, "is_internal": False} | fields


def a_query(actor: User, problem: Problem, **fields: Any) -> Evidence:
    texts = {"query": "select 1", "result": "412 ms", "plan": "Seq Scan"}
    return services.add_query(actor=actor, problem=problem, **head() | texts | fields)


def a_file(actor: User, problem: Problem, text: str = CLEAN_LOG, **fields: Any) -> Evidence:
    return services.add_file(actor=actor, problem=problem, upload=a_log(text), **head() | fields)


def stored(evidence: Evidence) -> Evidence:
    return Evidence.objects.unscoped().select_related("attachment", "problem__engagement").get(pk=evidence.pk)


def seen_by(user: User, problem: Problem) -> set[int]:
    return set(problem.evidence.visible_to(user).values_list("pk", flat=True))


def test_a_query_is_hashed_with_all_that_makes_it(concern: Problem, engineer: User, client_pm: User) -> None:
    row = stored(a_query(engineer, concern))
    body = json.loads(canonical(row))
    assert set(body) == {"environment", "plan", "query", "result", "taken_at"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert row.sha256 == hashlib.sha256(text.encode()).hexdigest(), "whoever has the values can compute it"
    assert (row.scan, row.kind) == (Scan.CLEAN, Evidence.Kind.QUERY)
    assert seen_by(client_pm, concern) == {row.pk}
    entry = AuditEntry.objects.get(action="evidence.added")
    assert entry.data["sha256"] == row.sha256


def test_a_files_hash_is_that_of_its_bytes_and_the_file_is_not_the_clients(
    concern: Problem, engineer: User, client_pm: User
) -> None:
    """The client sees the piece once the file was looked through, and never the file's own row."""
    row = a_file(engineer, concern)
    assert row.sha256 == hashlib.sha256(CLEAN_LOG.encode()).hexdigest()
    assert seen_by(client_pm, concern) == set(), "nobody has looked through it yet"
    work()
    assert seen_by(client_pm, concern) == {row.pk}
    assert row.attachment is not None and row.attachment.is_internal
    assert not Attachment.objects.visible_to(client_pm).exists()


def test_where_data_stays_on_site_only_a_reference_is_taken(
    engagement: Engagement, concern: Problem, engineer: User, client_pm: User
) -> None:
    Engagement.objects.update(data_stays_on_site=True)
    for add in (a_file, a_query):
        with pytest.raises(DomainError):
            add(engineer, concern)
    given_hash = "AB" * 32
    row = services.add_reference(
        actor=engineer, problem=concern, place="文件服务器 2", keeper="信息部 张工", sha256=given_hash, **head()
    )
    assert row.sha256 == given_hash.lower()
    assert seen_by(client_pm, concern) == {row.pk}
    assert not Attachment.objects.exists()


def test_elsewhere_the_thing_itself_is_the_evidence(concern: Problem, engineer: User) -> None:
    with pytest.raises(DomainError):
        services.add_reference(
            actor=engineer, problem=concern, place="文件服务器 2", keeper="张工", sha256="a" * 64, **head()
        )


@pytest.mark.parametrize("field", ["title", "environment", "query", "result", "plan"])
def test_what_is_typed_is_looked_through(concern: Problem, engineer: User, client_pm: User, field: str) -> None:
    row = stored(a_query(engineer, concern, **{field: f"联系 {MOBILE}"}))
    assert row.scan == Scan.FOUND
    (finding,) = row.findings
    assert finding["place"] == field
    assert MOBILE not in json.dumps(row.findings), "a finding never holds the secret"
    assert seen_by(client_pm, concern) == set()


@pytest.mark.parametrize("field", ["place", "keeper"])
def test_a_reference_is_looked_through(engagement: Engagement, concern: Problem, engineer: User, field: str) -> None:
    Engagement.objects.update(data_stays_on_site=True)
    texts: dict[str, Any] = {"place": "文件服务器 2", "keeper": "张工"} | {field: f"张工 {MOBILE}"}
    row = services.add_reference(actor=engineer, problem=concern, sha256="a" * 64, **texts, **head())
    assert row.scan == Scan.FOUND
    services.mask_evidence(actor=engineer, evidence=row)
    row = stored(row)
    assert (row.scan, row.sha256) == (Scan.CLEAN, "a" * 64), "the hash is the keeper's, not ours"
    assert MOBILE not in getattr(row, field)


def test_masking_a_query_hashes_it_anew(concern: Problem, engineer: User, client_pm: User) -> None:
    row = a_query(engineer, concern, result=f"1 | 张三 | {MOBILE}", title=f"{MOBILE} 的单据")
    before = row.sha256
    services.mask_evidence(actor=engineer, evidence=row)
    row = stored(row)
    assert MOBILE not in row.result + row.title
    assert "张三" in row.result
    assert row.sha256 == hash_of(row) != before
    assert (row.scan, row.findings) == (Scan.CLEAN, [])
    assert seen_by(client_pm, concern) == {row.pk}
    assert AuditEntry.objects.get(action="evidence.masked").data["sha256"] == row.sha256
    with pytest.raises(DomainError):
        services.mask_evidence(actor=engineer, evidence=row)


def test_masking_a_file_puts_the_masked_copy_in_its_place(concern: Problem, engineer: User, client_pm: User) -> None:
    """The original is unchanged, and stays with us."""
    row = a_file(engineer, concern, LEAKY_LOG)
    work()
    row = stored(row)
    original = row.attachment
    assert original is not None
    assert (original.scan, seen_by(client_pm, concern)) == (Scan.FOUND, set())
    services.mask_evidence(actor=engineer, evidence=row)
    work()
    row = stored(row)
    assert row.attachment is not None
    assert row.attachment.masked_from_id == original.pk
    assert row.sha256 == row.attachment.sha256 != original.sha256
    with row.attachment.stored_bytes() as copy:
        assert SECRET.encode() not in copy.read()
    assert fresh(original).scan == Scan.FOUND
    assert seen_by(client_pm, concern) == {row.pk}


def test_the_lead_releases_with_a_reason(
    concern: Problem, engineer: User, colleague: User, manager: User, client_pm: User
) -> None:
    row = a_query(engineer, concern, result=f"测试号 {MOBILE}")
    with pytest.raises(PermissionDenied):
        services.release_evidence(actor=colleague, evidence=row, reason="测试号码")
    for reason in ("", "  "):
        with pytest.raises(DomainError) as refused:
            services.release_evidence(actor=engineer, evidence=row, reason=reason)
        assert refused.value.field == "reason"
    assert seen_by(client_pm, concern) == set()
    services.release_evidence(actor=engineer, evidence=row, reason="测试号码，客户同意")
    row = stored(row)
    assert (row.scan, row.released_by, row.release_reason) == (Scan.RELEASED, engineer, "测试号码，客户同意")
    assert seen_by(client_pm, concern) == {row.pk}
    with pytest.raises(DomainError):
        services.release_evidence(actor=manager, evidence=row, reason="再次")


def test_releasing_covers_what_was_typed_and_the_file(concern: Problem, engineer: User, client_pm: User) -> None:
    row = a_file(engineer, concern, LEAKY_LOG, title=f"{MOBILE} 的日志")
    work()
    row = stored(row)
    services.release_evidence(actor=engineer, evidence=row, reason="测试数据")
    row = stored(row)
    assert row.attachment is not None
    assert {row.scan, row.attachment.scan} == {Scan.RELEASED}
    assert seen_by(client_pm, concern) == {row.pk}


def test_before_an_answer_it_is_removed_or_made_internal(concern: Problem, engineer: User, client_pm: User) -> None:
    row = a_query(engineer, concern)
    services.show_evidence(actor=engineer, evidence=row, is_internal=True)
    assert seen_by(client_pm, concern) == set()
    services.show_evidence(actor=engineer, evidence=row, is_internal=True)
    services.show_evidence(actor=engineer, evidence=row, is_internal=False)
    assert seen_by(client_pm, concern) == {row.pk}
    services.remove_evidence(actor=engineer, evidence=row)
    assert not Evidence.objects.exists()
    told = list(AuditEntry.objects.filter(action__startswith="evidence.").values_list("action", flat=True))
    assert sorted(told) == ["evidence.added", "evidence.made_internal", "evidence.removed", "evidence.shared"]
    with pytest.raises(DomainError):
        services.remove_evidence(actor=engineer, evidence=row)


def test_what_an_answer_was_given_on_stays(concern: Problem, engineer: User) -> None:
    row = a_query(engineer, concern)
    hidden = a_query(engineer, concern, is_internal=True)
    answered(engineer, concern)
    with pytest.raises(DomainError):
        services.remove_evidence(actor=engineer, evidence=row)
    with pytest.raises(DomainError):
        services.show_evidence(actor=engineer, evidence=row, is_internal=True)
    assert not stored(row).is_internal
    services.remove_evidence(actor=engineer, evidence=hidden)
    later = a_query(engineer, concern)
    services.remove_evidence(actor=engineer, evidence=later)
    assert seen_by(engineer, concern) == {row.pk}


def test_any_problem_may_carry_evidence(engagement: Engagement, engineer: User, client_pm: User) -> None:
    problem = ProblemFactory(engagement=engagement)
    row = a_query(engineer, problem)
    assert seen_by(client_pm, problem) == {row.pk}
    services.remove_evidence(actor=engineer, evidence=row)


def test_evidence_of_an_internal_problem_is_internal(engagement: Engagement, engineer: User, client_pm: User) -> None:
    problem = ConcernFactory(engagement=engagement, is_internal=True)
    a_query(engineer, problem)
    assert seen_by(client_pm, problem) == set()


def test_a_moment_to_come_and_one_piece_too_many(concern: Problem, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        a_query(engineer, concern, taken_at=timezone.now() + timedelta(minutes=2))
    assert refused.value.field == "taken_at"
    EvidenceFactory.create_batch(MOST_PIECES, problem=concern)
    with pytest.raises(DomainError):
        a_query(engineer, concern)


def test_those_who_may_not(concern: Problem, engineer: User, client_pm: User, outsider_engineer: User) -> None:
    row = a_query(engineer, concern)
    for user in (client_pm, outsider_engineer):
        for forbidden in (
            lambda user=user: a_query(user, concern),
            lambda user=user: services.remove_evidence(actor=user, evidence=row),
            lambda user=user: services.show_evidence(actor=user, evidence=row, is_internal=True),
            lambda user=user: services.mask_evidence(actor=user, evidence=row),
            lambda user=user: services.release_evidence(actor=user, evidence=row, reason="x"),
        ):
            with pytest.raises(PermissionDenied):
                forbidden()


@pytest.mark.parametrize(
    "change",
    [{"query": ""}, {"result": ""}, {"sha256": "x" * 64}, {"sha256": "A" * 64}, {"sha256": ""}, {"kind": "file"}],
)
def test_the_database_refuses_what_is_none(db: None, change: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceFactory(**change)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@given(st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS))
def test_different_queries_never_share_their_canonical_text(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """No words can move from the query into the result without moving the hash."""
    at = timezone.now()
    rows = [
        Evidence(query=query, result=result, plan=plan, environment="e", taken_at=at)
        for query, result, plan in (one, other)
    ]
    assert (canonical(rows[0]) == canonical(rows[1])) == (one == other)
    assert json.loads(canonical(rows[0]))["query"] == one[0]


def test_what_was_internal_when_the_answer_was_given_is_not_relied_on(concern: Problem, engineer: User) -> None:
    hidden = a_query(engineer, concern, is_internal=True)
    answered(engineer, concern)
    services.show_evidence(actor=engineer, evidence=hidden, is_internal=False)
    assert not services.is_relied_on(stored(hidden))
    services.remove_evidence(actor=engineer, evidence=hidden)


def test_a_file_whose_evidence_fails_is_not_kept(
    concern: Problem, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []

    def broken(actor: User, row: Problem, evidence: Evidence, action: str) -> None:
        assert evidence.attachment is not None
        names.append(str(evidence.attachment.file.name))
        raise RuntimeError

    monkeypatch.setattr(services, "_audit", broken)
    with pytest.raises(RuntimeError):
        a_file(engineer, concern)
    assert [default_storage.exists(name) for name in names] == [False]


def test_an_entry_names_the_piece_that_was_removed(concern: Problem, engineer: User) -> None:
    row = a_query(engineer, concern)
    services.remove_evidence(actor=engineer, evidence=row)
    assert AuditEntry.objects.get(action="evidence.removed").target == f"standups.evidence:{row.pk}"
