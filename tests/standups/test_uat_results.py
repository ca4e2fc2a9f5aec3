"""E2, N2: what a test showed, and what becomes of it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from engagements.models import Attachment, Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.models import CaseEvidence, Cell, Problem, UatCase
from standups.services import uat_cases, uat_results
from tests.factories import MembershipFactory, UserFactory
from tests.standups.testing import a_cell, cases_of, current, fresh, judge, opened, record, record_all
from tests.world import PNG


@pytest.fixture
def cell(engagement: Engagement) -> Cell:
    return a_cell(engagement)


@pytest.fixture
def case(engineer: User, cell: Cell) -> UatCase:
    return cases_of(opened(engineer, cell))[0]


def stored(case: UatCase) -> UatCase:
    return cases_of(fresh(case.round))[0]


def test_a_client_person_tests_in_their_own_name(key_user: User, case: UatCase) -> None:
    """Whatever name was sent along."""
    record(key_user, case, tested_by_name="别人")
    found = stored(case)
    assert (found.outcome, found.tested_by_name, found.recorded_by) == ("pass", key_user.name, key_user)
    assert found.tested_at is not None
    assert audit.first_broken(case.round.cell.engagement.audit_chain) is None


def test_a_vendor_person_only_writes_down(engineer: User, case: UatCase) -> None:
    with pytest.raises(DomainError) as refused:
        record(engineer, case, tested_by_name=" ")
    assert refused.value.field == "tested_by_name"
    record(engineer, case)
    assert (stored(case).tested_by_name, stored(case).recorded_by) == ("杜护士长", engineer)


def test_who_may_record(case: UatCase, outsider_engineer: User, client_pm_2: User) -> None:
    trainer = UserFactory()
    MembershipFactory(engagement=case.round.cell.engagement, user=trainer, part=Part.TRAINER)
    for user in (trainer, outsider_engineer, client_pm_2):
        with pytest.raises(PermissionDenied):
            record(user, case)


@pytest.mark.parametrize("outcome", ["fail", "blocked"])
def test_a_failure_needs_words(key_user: User, case: UatCase, outcome: str) -> None:
    with pytest.raises(DomainError) as refused:
        record(key_user, case, outcome, note="  ")
    assert refused.value.field == "note"
    assert stored(case).outcome == ""


@pytest.mark.parametrize("outcome", ["fail", "blocked"])
def test_a_failure_becomes_one_problem(key_user: User, case: UatCase, outcome: str) -> None:
    """N2: raised with the result, by a tester who may edit no problem; said again, it is the same one."""
    record(key_user, case, outcome, note="打印卡纸")
    problem = Problem.objects.unscoped().get()
    assert (problem.title, problem.symptom, problem.source, problem.kind) == (
        "身份证必填: 打印卡纸", "打印卡纸", "uat", "function",
    )  # fmt: skip
    assert not problem.is_internal
    assert list(problem.functions.unscoped()) == [case.function]
    assert stored(case).problem == problem
    record(key_user, stored(case), outcome, note="还是卡纸")
    assert Problem.objects.unscoped().count() == 1
    assert AuditEntry.objects.filter(action="problem.raised").count() == 1


def test_a_solved_problem_that_fails_again_is_a_new_one(key_user: User, case: UatCase) -> None:
    record(key_user, case, "fail", note="卡纸")
    problem = Problem.objects.unscoped().get()
    problem.solved_on = problem.raised_on
    problem.save()
    record(key_user, stored(case), "fail", note="又卡纸")
    assert Problem.objects.unscoped().count() == 2


def test_no_problem_where_none_is_wished(key_user: User, case: UatCase) -> None:
    record(key_user, case, "fail", note="卡纸", raise_problem=False)
    assert not Problem.objects.unscoped().exists()
    record(key_user, stored(case), "pass")
    assert not Problem.objects.unscoped().exists()


def test_the_second_of_two_testers_hears_what_the_first_recorded(
    key_user: User, client_pm: User, case: UatCase
) -> None:
    record(key_user, case, "fail", note="读卡失败")
    with pytest.raises(StaleError) as refused:
        record(client_pm, case, "pass", note="没问题")
    assert "读卡失败" in refused.value.message and key_user.name in refused.value.message
    assert (stored(case).outcome, stored(case).note) == ("fail", "读卡失败")


def test_a_button_pressed_twice_records_once(key_user: User, case: UatCase) -> None:
    record(key_user, case, "fail", note="卡纸")
    record(key_user, case, "fail", note="卡纸")
    assert stored(case).version == 2
    assert AuditEntry.objects.filter(action="uat.result_recorded").count() == 1


def test_a_result_is_taken_back(key_user: User, case: UatCase) -> None:
    record(key_user, case)
    record(key_user, stored(case), "", note="")
    found = stored(case)
    assert (found.outcome, found.tested_at, found.recorded_by, found.tested_by_name) == ("", None, None, "")


def test_a_result_withdraws_what_waits_for_a_signature(engineer: User, key_user: User, case: UatCase) -> None:
    record_all(engineer, case.round)
    frozen = judge(engineer, case.round, "accepted")
    record(key_user, stored(case), "fail", note="又不行了")
    assert current(frozen).superseded_at is not None
    assert (fresh(case.round).sign_off, fresh(case.round).result) == (None, "")


def test_a_refused_result_withdraws_nothing(engineer: User, key_user: User, case: UatCase) -> None:
    record_all(engineer, case.round)
    frozen = judge(engineer, case.round, "accepted")
    with pytest.raises(DomainError):
        record(key_user, stored(case), "fail", note="")
    assert current(frozen).superseded_at is None
    assert fresh(case.round).result == "accepted"


def photo(content: bytes = PNG, name: str = "照片.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_pictures_are_kept_with_the_case(key_user: User, case: UatCase) -> None:
    record(key_user, case, "fail", evidence=[photo(), photo(PNG + b"2")])
    found = list(CaseEvidence.objects.unscoped().select_related("attachment"))
    assert {row.attachment.name for row in found} == {"照片.png"}
    assert {row.added_by for row in found} == {key_user}


def test_a_file_that_is_no_picture_undoes_the_result(key_user: User, case: UatCase) -> None:
    """All or nothing: no result without its evidence, no bytes without a row."""
    before = default_storage.listdir("attachments")[0] if default_storage.exists("attachments") else []
    with pytest.raises(DomainError) as refused:
        record(key_user, case, "fail", evidence=[photo(), photo(b"MZ\x90", "照片2.png")])
    assert refused.value.field == "evidence"
    assert stored(case).outcome == "" and not Attachment.objects.unscoped().exists()
    after = default_storage.listdir("attachments")[0] if default_storage.exists("attachments") else []
    assert before == after


def test_ten_files_are_enough(key_user: User, case: UatCase) -> None:
    files = [photo(PNG + bytes([number])) for number in range(11)]
    with pytest.raises(DomainError) as refused:
        record(key_user, case, "fail", evidence=files)
    assert refused.value.field == "evidence"


def test_no_file_leaves_the_site(engineer: User, case: UatCase) -> None:
    Engagement.objects.filter(pk=case.round.cell.engagement_id).update(data_stays_on_site=True)
    with pytest.raises(DomainError, match="stays on site"):
        record(engineer, case, "fail", evidence=[photo()])
    assert stored(case).outcome == ""


def masked(user: User, original: Attachment) -> Attachment:
    return Attachment.objects.create(
        engagement=original.engagement, name="x.png", media_type="image/png", size_bytes=1, sha256="3" * 64,
        file=original.file.name, uploaded_by=user, masked_from=original,
    )  # fmt: skip


def test_the_masked_copy_takes_the_place(engineer: User, case: UatCase) -> None:
    record(engineer, case, "fail", evidence=[photo()])
    original = Attachment.objects.unscoped().get()
    copy = masked(engineer, original)
    uat_results.take_masked(original, copy)
    assert CaseEvidence.objects.unscoped().get().attachment == copy


@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "reworded"])
def test_pictures_go_with_the_words_they_show(engineer: User, case: UatCase, is_deleted: bool) -> None:
    """Out of the client's sight, as a single file that is taken away; the audit keeps their hashes."""
    record(engineer, case, "fail", evidence=[photo()])
    file, found = Attachment.objects.unscoped().get(), stored(case)
    if is_deleted:
        uat_cases.delete_case(actor=engineer, case=found)
    else:
        uat_cases.change_case(
            actor=engineer, case=found, version=found.version, title="别的", steps="", expected="别的"
        )
    file.refresh_from_db()
    assert file.is_internal and not CaseEvidence.objects.unscoped().exists()
    action = "uat.case_deleted" if is_deleted else "uat.case_changed"
    assert AuditEntry.objects.get(action=action).data["evidence"] == [file.sha256]


def test_pictures_stay_where_only_the_function_changes(engineer: User, case: UatCase) -> None:
    record(engineer, case, "fail", evidence=[photo()])
    found = stored(case)
    uat_cases.change_case(
        actor=engineer,
        case=found,
        version=found.version,
        title=found.title,
        steps=found.steps,
        expected=found.expected,
    )
    assert CaseEvidence.objects.unscoped().exists() and stored(case).outcome == "fail"


def test_the_copy_that_took_the_place_is_taken_away(engineer: User, case: UatCase) -> None:
    """The page was loaded before the masked copy took the original's place."""
    record(engineer, case, "fail", evidence=[photo()])
    seen = CaseEvidence.objects.unscoped().select_related("attachment", "case__round__cell__engagement").get()
    copy = masked(engineer, seen.attachment)
    uat_results.take_masked(seen.attachment, copy)
    uat_results.remove_evidence(actor=engineer, evidence=seen)
    copy.refresh_from_db()
    assert copy.is_internal
    assert AuditEntry.objects.get(action="uat.evidence_removed").data["sha256"] == copy.sha256


def test_what_a_client_saw_is_not_lost_in_an_internal_problem(engineer: User, key_user: User, case: UatCase) -> None:
    record(key_user, case, "fail", note="卡纸")
    Problem.objects.update(is_internal=True)
    record(engineer, stored(case), "fail", note="还是卡纸")  # the vendor knows of it
    assert Problem.objects.unscoped().count() == 1
    record(key_user, stored(case), "fail", note="又失败了")
    assert Problem.objects.visible_to(key_user).get().symptom == "又失败了"
