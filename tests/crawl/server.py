"""The demo as `make demo` starts it, on a free port, with files and rows of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDED = "Sign-ins:"


class Running(NamedTuple):
    """The demo that runs: where it answers, where its rows and files lie, and a folder that goes with it."""

    address: str
    var_dir: Path
    folder: Path


@contextlib.contextmanager
def running_demo() -> Iterator[Running]:
    """Set Django up in this process as the demo has it, and run the demo. ONSITE_VAR_DIR names a folder that stays,
    which spares the seeding of the next run."""
    with tempfile.TemporaryDirectory(prefix="onsite-demo-") as folder:
        var_dir = Path(os.environ.get("ONSITE_VAR_DIR") or Path(folder) / "var")
        var_dir.mkdir(parents=True, exist_ok=True)
        port = free_port()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "onsite.settings", "ONSITE_MODE": "demo", "LOG_LEVEL": "ERROR",
            "ONSITE_VAR_DIR": str(var_dir), "ONSITE_BASE_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        import django

        django.setup()
        with demo(var_dir, port) as address:
            yield Running(address, var_dir, Path(folder))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def demo(var_dir: Path, port: int) -> Iterator[str]:
    """Run the demo in processes of its own; yield its address as soon as it answers."""
    address = f"http://127.0.0.1:{port}"
    log = var_dir / "demo.log"
    with _process("demo", mode="demo", address=address, var_dir=var_dir, log=log) as process:
        _wait_until_seeded(process, log)
        yield address


@contextlib.contextmanager
def gallery(var_dir: Path) -> Iterator[str]:
    """Run the gallery, which the demo doesn't have, beside the demo of this folder; yield its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    words = f"runserver 127.0.0.1:{port} --noreload --insecure"
    with _process(words, mode="test", address=address, var_dir=var_dir, log=var_dir / "gallery.log") as process:
        while process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.2)
        yield address


@contextlib.contextmanager
def _process(words: str, *, mode: str, address: str, var_dir: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a management command until the end of the block, then end it and its children."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")},
        "ONSITE_MODE": mode, "ONSITE_VAR_DIR": str(var_dir), "ONSITE_BASE_URL": address, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    with log.open("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words.split()],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield process
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
