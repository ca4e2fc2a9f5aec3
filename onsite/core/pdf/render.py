"""The parent's side: hand a document to a child process, wait for the PDF, say plainly what went wrong."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError
from onsite.core.pdf.child import EXIT_FONT, EXIT_FORBIDDEN, EXIT_MEMORY
from onsite.core.pdf.fonts import font_environment, printing_fonts

CHILD = Path(__file__).with_name("child.py")
# A report of twelve pages is about 60 KB of HTML; this is far beyond any honest document.
LARGEST_HTML_BYTES = 8 * 1024 * 1024

logger = structlog.get_logger(__name__)


class RenderFailed(DomainError):
    """A document that can't be printed, with the reason in the reader's language."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF. `relationship` is PDF/A-3's word for it: Source, Data, Alternative or Supplement."""

    name: str
    content: bytes = field(repr=False)
    description: str
    relationship: str = "Source"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost."""

    memory_bytes: int = 1536 * 1024 * 1024
    cpu_seconds: int = 60
    wall_seconds: int = 120


def render_pdf(
    html: str,
    *,
    title: str,
    language: str,
    created: datetime,
    attachments: Sequence[Attachment] = (),
    assets: Mapping[str, bytes] | None = None,
    limits: Limits | None = None,
) -> bytes:
    """The document as PDF/A-3u, tagged and marked as PDF/UA-1. `language` is a BCP 47 tag such as zh-Hans.

    The same arguments give the same bytes on a machine with the same `renderer_fingerprint()`. The HTML must carry all it
    needs but its pictures: `assets` are JPEGs by name, which it calls `asset:<name>`. A reference to anything outside
    fails the whole document. Raises RenderFailed, also when a limit is passed.
    """
    limits = limits or Limits()
    job = {
        "html": html,
        "title": title,
        "language": language,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attachments": [asdict(a) | {"content": base64.b64encode(a.content).decode()} for a in attachments],
        "assets": {name: base64.b64encode(content).decode() for name, content in (assets or {}).items()},
        "families": sorted({font.family for font in printing_fonts()}),
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
    }
    if len(html) > LARGEST_HTML_BYTES:
        raise RenderFailed(_("The document is too long to be printed. Shorten its texts."))
    return _run_child(json.dumps(job).encode(), limits)


def _run_child(job: bytes, limits: Limits) -> bytes:
    # By path and isolated (-I), not by module name: the child loads WeasyPrint and nothing of ours, no Django, no Celery.
    command = [sys.executable, "-I", "-X", "utf8", str(CHILD)]
    try:
        done = subprocess.run(  # noqa: S603  fixed arguments
            command,
            input=job,
            capture_output=True,
            env=dict(font_environment()),
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        logger.warning("pdf.timeout", wall_seconds=limits.wall_seconds)
        raise RenderFailed(_("The document took too long to print. Shorten its texts.")) from error
    if done.returncode == 0 and done.stdout.startswith(b"%PDF-"):
        return done.stdout
    logger.error("pdf.failed", returncode=done.returncode, stderr=done.stderr.decode(errors="replace")[-2000:])
    raise RenderFailed(_reason(done.returncode))


def _reason(returncode: int) -> str:
    if returncode == EXIT_FORBIDDEN:
        return _("The document refers to something outside itself, so it was not printed.")
    if returncode == EXIT_FONT:
        return _("The document was printed with a font that is not allowed, so it was thrown away.")
    # A negative code is a signal: out of processor time, or a library that found no more memory.
    if returncode == EXIT_MEMORY or returncode < 0:
        return _("The document needs more memory or time to print than is allowed. Shorten its texts.")
    return _("The document could not be printed. The reason is in the server's log.")
