"""The demo as `make demo` starts it, on a free port, with files and rows of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDED = "Sign-ins:"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def demo(var_dir: Path, port: int) -> Iterator[str]:
    """Run the demo in processes of its own; yield its address as soon as it answers."""
    address = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")},
        "ONSITE_MODE": "demo", "ONSITE_VAR_DIR": str(var_dir), "ONSITE_BASE_URL": address, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    with (var_dir / "demo.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_seeded(process, var_dir / "demo.log")
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_until_seeded(process: subprocess.Popen[bytes], log: Path) -> None:
    """Seeding takes a minute or three; a demo that ends before that tells why in its log."""
    while SEEDED not in log.read_text():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
            raise RuntimeError(f"The demo ended:\n{log.read_text()}")
