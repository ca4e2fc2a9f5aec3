"""N9: files under the hash of their bytes: one file, however often a worker is repeated, and never a half one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from onsite.core import stored

BODY = b"%PDF-1.7 issued" * 1000
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept() -> bytes:
    name, digest = stored.keep("documents/7", ContentFile(BODY), suffix="pdf")
    assert (name, digest) == (f"documents/7/{DIGEST[:32]}.pdf", DIGEST)
    with default_storage.open(name) as found:
        return bytes(found.read())


def test_the_same_bytes_are_one_file() -> None:
    assert kept() == kept() == BODY
    assert len(default_storage.listdir("documents/7")[1]) == 1


@pytest.mark.parametrize("left", [b"", BODY[:-1], BODY + b"x", BODY[:-1] + b"x"])
def test_what_a_killed_worker_left_half_is_replaced(left: bytes) -> None:
    default_storage.save(f"documents/7/{DIGEST[:32]}.pdf", ContentFile(left))
    assert kept() == BODY
    assert len(default_storage.listdir("documents/7")[1]) == 1


def test_a_hash_is_of_the_whole_file_from_its_beginning() -> None:
    content = ContentFile(BODY)
    content.read(5)
    assert stored.sha256_of(content) == DIGEST
    assert content.read() == BODY
