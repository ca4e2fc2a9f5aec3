"""Named places where a test may kill the process, to prove that nothing is lost or told twice by our own fault."""

from __future__ import annotations

import os
import signal

from django.conf import settings


def failpoint(name: str) -> None:
    """In test mode, die by SIGKILL if ONSITE_FAILPOINT names this place; do nothing anywhere else."""
    if settings.MODE == "test" and os.environ.get("ONSITE_FAILPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
