"""Issue 4 (Files): originals stay as they were, the same bytes are kept once, and no engagement outgrows its room."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from engagements.models import Attachment, Engagement, Scan
from engagements.services import files
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import Job
from tests.conftest import InParallel
from tests.engagements.filing import (
    LEAKY_LOG,
    a_log,
    a_picture,
    a_recording,
    evidence,
    fresh,
    looked_through,
    stored_bytes,
    work,
)

KB = 1024


def a_heavy_log(kilobytes: int, letter: str = "x") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{letter}.log", letter.encode() * (kilobytes * KB))


def in_storage() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def give_room(engagement: Engagement, megabytes: int) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(file_quota_mb=megabytes)


@pytest.mark.parametrize("make", [a_log, a_picture, a_recording], ids=["log", "picture", "recording"])
@pytest.mark.parametrize("is_scanned", [True, False], ids=["looked through", "not"])
def test_what_goes_in_comes_out(make: object, is_scanned: bool, engagement: Engagement, engineer: User) -> None:
    """The original is unchanged, also after it was looked through: the same bytes, and the hash is theirs."""
    sent = make()  # type: ignore[operator]
    given_bytes = sent.read()
    row = evidence(engineer, engagement, sent, looked_through=is_scanned)
    work()
    row = fresh(row)
    assert stored_bytes(row) == given_bytes
    assert row.sha256 == hashlib.sha256(given_bytes).hexdigest()
    assert (row.name, row.size_bytes) == (sent.name, len(given_bytes))
    assert row.scan == (Scan.CLEAN if is_scanned else Scan.NOT_NEEDED)


def test_the_same_bytes_are_kept_once(engagement: Engagement, engineer: User) -> None:
    """Issue 4: dedupe by hash. Each row keeps its own name and who sent it."""
    before = len(in_storage())
    first = evidence(engineer, engagement, a_log(name="一.log"))
    second = evidence(engineer, engagement, a_log(name="二.log"))
    assert first.file.name == second.file.name
    assert (first.name, second.name) == ("一.log", "二.log")
    assert stored_bytes(second) == stored_bytes(first)
    assert len(in_storage()) == before + 1


def test_another_engagement_shares_nothing(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User
) -> None:
    """What one client gave is never known through another's: no shared bytes, no shared result."""
    ours = looked_through(engineer, engagement)
    theirs = evidence(manager, foreign_engagement)
    assert ours.file.name != theirs.file.name
    assert theirs.scan == Scan.WAITING


@pytest.mark.parametrize(("text", "expected"), [(None, Scan.CLEAN), (LEAKY_LOG, Scan.FOUND)])
def test_what_is_known_of_the_same_bytes_is_taken_over(
    text: str | None, expected: str, engagement: Engagement, engineer: User
) -> None:
    """No second job where there is a result."""
    known = looked_through(engineer, engagement, a_log(text) if text else a_log())
    again = evidence(engineer, engagement, a_log(text, "另一份.log") if text else a_log(name="另一份.log"))
    assert (known.scan, again.scan) == (expected, expected)
    assert again.findings == known.findings
    assert (again.text_excerpt, again.scanned_at is not None) == (known.text_excerpt, True)
    assert Job.objects.filter(kind=files.KIND).count() == 1


def test_pages_are_taken_over_without_drawing_them_again(engagement: Engagement, engineer: User) -> None:
    first = looked_through(engineer, engagement, a_picture())
    second = evidence(engineer, engagement, a_picture(name="又一张.png"))
    [drawn], [shared] = list(first.previews.unscoped()), list(second.previews.unscoped())
    assert (shared.image.name, shared.width, shared.height) == (drawn.image.name, drawn.width, drawn.height)


def test_what_one_was_released_with_holds_the_next_back(engagement: Engagement, engineer: User) -> None:
    """A release is about one file in one place; the same bytes elsewhere are looked at again."""
    known = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    files.release(actor=engineer, row=known, engagement=engagement, reason="测试数据")
    again = evidence(engineer, engagement, a_log(LEAKY_LOG))
    assert (fresh(known).scan, again.scan, again.release_reason) == (Scan.RELEASED, Scan.FOUND, "")


def test_two_that_wait_are_both_looked_through(engagement: Engagement, engineer: User) -> None:
    """Nothing is known yet of the first: each has a job, and the second takes over what the first found."""
    rows = [evidence(engineer, engagement, a_log(LEAKY_LOG)) for _i in range(2)]
    work()
    assert [fresh(row).scan for row in rows] == [Scan.FOUND, Scan.FOUND]


def test_a_full_engagement_says_how_much_is_left(engagement: Engagement, engineer: User) -> None:
    give_room(engagement, 1)
    evidence(engineer, engagement, a_heavy_log(600))
    with pytest.raises(DomainError, match=r"of 1 MB, 424\.0.KB are left") as refused:
        evidence(engineer, engagement, a_heavy_log(500, "y"))
    assert refused.value.field == "file"
    evidence(engineer, engagement, a_heavy_log(424, "z"))
    assert files.room_left(Engagement.objects.lock(engagement.pk)) == 0


def test_the_same_bytes_take_no_more_room(engagement: Engagement, engineer: User) -> None:
    give_room(engagement, 1)
    for _i in range(4):
        evidence(engineer, engagement, a_heavy_log(600))
    assert files.used_bytes(engagement) == 600 * KB


def test_less_room_than_is_taken_is_none(engagement: Engagement, engineer: User) -> None:
    """The manager made it smaller: what is there stays, nothing new comes."""
    for letter in "ab":
        evidence(engineer, engagement, a_heavy_log(600, letter))
    give_room(engagement, 1)
    engagement.refresh_from_db()
    assert files.room_left(engagement) == 0
    with pytest.raises(DomainError):
        evidence(engineer, engagement, a_log())


@given(sent=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=6))
@settings_of_hypothesis(max_examples=20)
def test_room_is_the_sum_of_what_differs(sent: list[tuple[str, int]], engagement: Engagement, engineer: User) -> None:
    """A property: each content counts once, however often and by whatever name it came."""
    Attachment.objects.unscoped().delete()
    for number, (letter, size) in enumerate(sent):
        evidence(engineer, engagement, a_log(letter * size, f"{number}.log"), looked_through=False)
    assert files.used_bytes(engagement) == sum(size for _letter, size in set(sent))


def test_a_refused_file_leaves_no_row(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError):
        evidence(engineer, engagement, SimpleUploadedFile("a.exe", b"MZ\x00"))
    assert not Attachment.objects.exists()
    assert not Job.objects.exists()


def test_two_at_once_never_take_more_than_the_room(
    engagement: Engagement, engineer: User, postgresql: None, in_parallel: InParallel
) -> None:
    """Without the engagement's lock both see the room and both take it."""
    give_room(engagement, 1)
    for turn in range(4):
        Attachment.objects.unscoped().delete()
        results = in_parallel(
            *[lambda letter=letter: evidence(engineer, engagement, a_heavy_log(400, letter)) for letter in "abcd"]
        )
        refused = [result for result in results if isinstance(result, DomainError)]
        assert len(refused) == 2, (turn, results)
        assert files.used_bytes(engagement) == 800 * KB


def test_the_same_file_twice_at_once_is_kept_once(
    engagement: Engagement, engineer: User, postgresql: None, in_parallel: InParallel
) -> None:
    for turn in range(4):
        rows = in_parallel(*[lambda turn=turn: evidence(engineer, engagement, a_log(f"{turn}\n" * 50))] * 4)
        assert len({row.file.name for row in rows}) == 1
        work()
        assert {fresh(row).scan for row in rows} == {Scan.CLEAN}


@pytest.mark.parametrize("where", ["store", "caller"])
def test_the_bytes_of_what_is_rolled_back_are_deleted(
    where: str, engagement: Engagement, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And never those that another row shares."""
    kept = evidence(engineer, engagement, a_log("bleibt\n"))
    before = in_storage()

    def broken(*args: object) -> None:
        raise RuntimeError

    if where == "store":
        monkeypatch.setattr("engagements.services.files.storing.looking.begin", broken)
    with pytest.raises(RuntimeError), nullcontext() if where == "store" else files.storing_atomically():
        evidence(engineer, engagement, a_log("geht\n"))
        evidence(engineer, engagement, a_log("bleibt\n"))
        raise RuntimeError
    assert in_storage() == before
    assert stored_bytes(kept) == b"bleibt\n"


def test_a_client_is_not_told_how_much_room_is_left(engagement: Engagement, client_pm: User) -> None:
    """It would say how much there is, also of what they don't see."""
    give_room(engagement, 1)
    with pytest.raises(DomainError, match="ask the delivery manager") as refused:
        evidence(client_pm, engagement, a_heavy_log(1025))
    assert (refused.value.field, "left" in refused.value.message) == ("file", False)
