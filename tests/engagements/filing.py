"""What the tests of files share: uploads of each kind, the worker that looks them through, and what a browser gets."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections
from PIL import Image

from engagements.models import Attachment, Engagement
from engagements.services import files
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.files import EVIDENCE_FILES
from onsite.core.models import Job

SECRET = "Zk8#pq2-Lm4v"
CLEAN_LOG = "2026-11-20 09:00:01 INFO plan list loaded in 412 ms\n2026-11-20 09:00:02 INFO done\n"
LEAKY_LOG = f"{CLEAN_LOG}2026-11-20 09:00:03 DEBUG db password={SECRET}\n"
LOCKED_PDF = b"%PDF-1.7\nnobody can read this\n"
_HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08moov"
MP4 = _HEAD + (8 + 256 * 40).to_bytes(4) + b"mdat" + bytes(range(256)) * 40


def a_log(text: str = CLEAN_LOG, name: str = "应用日志.log") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def a_recording(name: str = "录屏.mp4") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, MP4)


def a_picture(name: str = "截图.png", colour: str = "teal") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (80, 50), colour).save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue())


def evidence(
    actor: User, engagement: Engagement, upload: SimpleUploadedFile | None = None, **fields: Any
) -> Attachment:
    """Store a file as evidence is stored; it waits for the worker."""
    given: dict[str, Any] = {
        "upload": upload or a_log(),
        "field": "file",
        "kinds": EVIDENCE_FILES,
        "looked_through": True,
    } | fields
    return files.store(actor=actor, engagement=engagement, **given)


def work() -> None:
    """Do every job that waits, as a worker would."""
    for job in Job.objects.filter(kind__in=[files.KIND, files.MASKING, files.READING], state=Job.State.WAITING):
        jobs.run(job.pk)


def looked_through(
    actor: User, engagement: Engagement, upload: SimpleUploadedFile | None = None, **fields: Any
) -> Attachment:
    """Store a file as evidence and let the worker come."""
    row = evidence(actor, engagement, upload, **fields)
    work()
    return fresh(row)


def fresh(row: Attachment) -> Attachment:
    return Attachment.objects.unscoped().select_related("engagement").get(pk=row.pk)


def stored_bytes(row: Attachment) -> bytes:
    with row.stored_bytes() as stored:
        content: bytes = stored.read()
    return content


def body_of(response: Any) -> bytes:
    """Return all of what was sent, and close it without closing the database connection of the test."""
    body: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)
    return body
