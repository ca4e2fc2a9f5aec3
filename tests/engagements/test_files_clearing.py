"""Issue 4 (Files): what is found must be masked, or released by the lead with a reason, before a client sees it (N3)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from engagements.models import Attachment, Engagement, Reading, Scan
from engagements.services import files
from engagements.services.files import looking
from engagements.tasks import mask_file
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import jobs
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry, Job
from tests.conftest import InParallel
from tests.engagements.filing import (
    LEAKY_LOG,
    LOCKED_PDF,
    SECRET,
    a_log,
    a_picture,
    evidence,
    fresh,
    looked_through,
    stored_bytes,
)
from tests.factories import MembershipFactory, ObjectiveFactory, UserFactory


@pytest.fixture
def held(engagement: Engagement, engineer: User) -> Attachment:
    return looked_through(engineer, engagement, a_log(LEAKY_LOG))


def release(actor: User, row: Attachment, reason: str = "测试数据，已与客户确认") -> None:
    files.release(actor=actor, row=row, engagement=row.engagement, reason=reason)


# --- releasing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["engineer", "manager"])
def test_the_lead_or_the_manager_releases_with_a_reason(
    who: str, held: Attachment, client_pm: User, request: pytest.FixtureRequest
) -> None:
    actor: User = request.getfixturevalue(who)
    assert not Attachment.objects.visible_to(client_pm).exists()
    release(actor, held)
    row = fresh(held)
    assert (row.scan, row.released_by, row.release_reason) == (Scan.RELEASED, actor, "测试数据，已与客户确认")
    assert row.released_at is not None
    assert Attachment.objects.visible_to(client_pm).get() == row
    entry = AuditEntry.objects.get(action="file.released")
    assert (entry.actor, entry.data["reason"], entry.data["kinds"]) == (actor, row.release_reason, ["password"])


@pytest.mark.parametrize("part", [Part.ENGINEER, Part.TRAINER, Part.CLIENT_PM, Part.BUSINESS_OWNER])
def test_nobody_else_releases(part: Part, held: Attachment) -> None:
    user = UserFactory(role="client" if part in {Part.CLIENT_PM, Part.BUSINESS_OWNER} else "engineer")
    MembershipFactory(engagement=held.engagement, user=user, part=part)
    with pytest.raises(PermissionDenied):
        release(user, held)
    assert fresh(held).scan == Scan.FOUND


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_release_needs_a_reason(reason: str, held: Attachment, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        release(engineer, held, reason)
    assert refused.value.field == "reason"


def test_no_row_is_released_without_reason_and_name(held: Attachment, engineer: User) -> None:
    """A constraint of the database, whoever writes."""
    for values in ({"release_reason": "x"}, {"released_by": engineer}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=held.pk).update(scan=Scan.RELEASED, **values)


def test_only_what_is_held_is_released(engagement: Engagement, engineer: User, held: Attachment) -> None:
    """A file that waits may hold anything: it can't be released past the check."""
    clean = looked_through(engineer, engagement)
    for row in (evidence(engineer, engagement, a_log("anders\n")), clean):
        with pytest.raises(DomainError, match="not held back"):
            release(engineer, row)
    release(engineer, held)
    with pytest.raises(DomainError, match="not held back"):
        release(engineer, held, "again")


def test_two_release_at_once_and_one_reason_stays(
    engagement: Engagement, engineer: User, manager: User, postgresql: None, in_parallel: InParallel
) -> None:
    for number in range(4):
        row = looked_through(engineer, engagement, a_log(f"{LEAKY_LOG}{number}\n"))
        results = in_parallel(lambda row=row: release(engineer, row, "A"), lambda row=row: release(manager, row, "B"))
        assert sorted(str(type(result).__name__) for result in results) == ["DomainError", "NoneType"]
        kept = fresh(row)
        assert (kept.released_by, kept.release_reason) in {(engineer, "A"), (manager, "B")}


# --- masking ----------------------------------------------------------------------------------------------------------


def test_a_masked_copy_stands_beside_the_unchanged_original(held: Attachment, colleague: User) -> None:
    before = stored_bytes(held)
    copy = files.mask(actor=colleague, attachment=held)
    masked = stored_bytes(copy)
    assert SECRET.encode() not in masked
    assert b"plan list loaded in 412 ms" in masked
    assert (copy.scan, copy.masked_from, copy.uploaded_by) == (Scan.CLEAN, held, colleague)
    assert (copy.sha256, copy.size_bytes) == (hashlib.sha256(masked).hexdigest(), len(masked))
    assert SECRET not in copy.text_excerpt
    assert "412 ms" in copy.text_excerpt
    original = fresh(held)
    assert (original.scan, stored_bytes(original)) == (Scan.FOUND, before)
    assert AuditEntry.objects.get(action="file.masked").data["of"] == held.sha256


def test_a_client_gets_the_copy_and_never_the_original(held: Attachment, engineer: User, client_pm: User) -> None:
    copy = files.mask(actor=engineer, attachment=held)
    assert list(Attachment.objects.visible_to(client_pm)) == [copy]


def test_what_is_taken_away_meanwhile_has_an_internal_copy(held: Attachment, engineer: User, client_pm: User) -> None:
    """Masking a long file takes its time: the client must not get the copy of what was taken away until then."""
    mine = fresh(held)
    Attachment.objects.filter(pk=held.pk).update(is_internal=True)
    files.mask(actor=engineer, attachment=mine)
    assert not Attachment.objects.visible_to(client_pm).exists()


def test_an_internal_original_has_an_internal_copy(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = looked_through(engineer, engagement, a_log(LEAKY_LOG), is_internal=True)
    assert files.mask(actor=engineer, attachment=row).is_internal
    assert not Attachment.objects.visible_to(client_pm).exists()


def test_the_copy_takes_the_place_of_the_original(held: Attachment, engineer: User) -> None:
    """In readings, and wherever another app says so."""
    objective = ObjectiveFactory(engagement=held.engagement)
    reading = Reading.objects.create(
        objective=objective,
        measured_on=held.engagement.today(),
        value=1,
        evidence="x",
        file=held,
        recorded_by=engineer,
    )
    copy = files.mask(actor=engineer, attachment=held)
    assert Reading.objects.unscoped().get(pk=reading.pk).file == copy


def test_a_secret_in_a_name_is_masked_in_the_copys_name(engagement: Engagement, engineer: User) -> None:
    row = looked_through(engineer, engagement, a_picture(name="password=Zk8#pq2-Lm4v.png"))
    copy = files.mask(actor=engineer, attachment=row)
    assert "Zk8" not in copy.name
    assert copy.name.endswith(".png")
    assert stored_bytes(copy) == stored_bytes(row), "nothing was found in the picture itself"
    assert copy.previews.count() == 1


def test_what_cannot_be_masked_says_what_to_do(engagement: Engagement, engineer: User) -> None:
    """Where the scanner makes no copy, the person is told the way by hand."""
    row = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    Attachment.objects.filter(pk=row.pk).update(media_type="application/msword")
    with pytest.raises(DomainError, match="Black out"):
        files.mask(actor=engineer, attachment=fresh(row))
    assert Attachment.objects.count() == 1


def test_only_what_was_found_is_masked_and_only_once(engagement: Engagement, engineer: User, held: Attachment) -> None:
    unread = looked_through(engineer, engagement, SimpleUploadedFile("合同.pdf", LOCKED_PDF))
    for row in (unread, looked_through(engineer, engagement)):
        with pytest.raises(DomainError, match="nothing to mask"):
            files.mask(actor=engineer, attachment=row)
    files.mask(actor=engineer, attachment=held)
    with pytest.raises(DomainError, match="already"):
        files.mask(actor=engineer, attachment=held)
    assert held.masked_copies.count() == 1


def test_a_worker_that_dies_while_masking_is_followed_by_another(held: Attachment, engineer: User) -> None:
    """The sweep resumes it; asked for twice it is done once, also where the first had made the copy and not said so."""
    job = files.start_masking(actor=engineer, attachment=held)
    assert files.start_masking(actor=engineer, attachment=held) == job
    for _worker in range(2):
        over = {"state": Job.State.RUNNING, "attempts": 1, "lease_until": timezone.now() - timedelta(seconds=1)}
        Job.objects.filter(pk=job.pk).update(**over)
        assert jobs.sweep() == 1
        mask_file(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE
        assert held.masked_copies.count() == 1


def test_a_client_masks_nothing(held: Attachment, client_pm: User) -> None:
    for mask in (files.mask, files.start_masking):
        with pytest.raises(PermissionDenied):
            mask(actor=client_pm, attachment=held)


def test_two_mask_at_once_and_one_copy_stays(
    engagement: Engagement, engineer: User, colleague: User, postgresql: None, in_parallel: InParallel
) -> None:
    """Without the engagement's lock both find no copy and both make one."""
    for number in range(3):
        row = looked_through(engineer, engagement, a_log(f"{LEAKY_LOG}{number}\n"))
        results: list[Any] = in_parallel(
            *[
                lambda user=user, row=row: files.mask(actor=user, attachment=fresh(row))
                for user in (engineer, colleague)
            ]
        )
        assert sorted(type(result).__name__ for result in results) == ["Attachment", "DomainError"]
        assert row.masked_copies.count() == 1


def test_what_is_released_while_it_is_masked_stays_in_its_place(
    held: Attachment, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer may rest on it by then: the copy comes too late, and leaves nothing behind."""
    see = looking.see

    def releasing(*args: Any) -> looking.Seen:
        release(engineer, held)
        return see(*args)

    monkeypatch.setattr(looking, "see", releasing)
    with pytest.raises(DomainError, match="nothing to mask"):
        files.mask(actor=engineer, attachment=fresh(held))
    assert (fresh(held).scan, held.masked_copies.unscoped().count()) == (Scan.RELEASED, 0)


def test_a_masked_copy_is_no_larger_than_a_file_may_be(
    held: Attachment, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onsite.core.files.MOST_BYTES", held.size_bytes - 1)
    with pytest.raises(DomainError, match="Black out"):
        files.mask(actor=engineer, attachment=held)
    assert Attachment.objects.count() == 1
