"""Several programs as one: real processes, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# Each program writes its process ids to a file named after it, so that the test can ask whether they still run.
SLEEPS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
DIES = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
PARENT = (
    "import subprocess, sys, time; "
    f"child = subprocess.Popen([sys.executable, '-c', {DEAF!r}, sys.argv[1]]); time.sleep(60)"
)
SUPERVISE = """
import sys
from pathlib import Path
from onsite.core.supervisor import Supervisor
folder = Path(sys.argv[1])
programs = {name: [sys.executable, "-c", text, str(folder / name)] for name, text in zip(sys.argv[2::2], sys.argv[3::2])}
supervisor = Supervisor(programs, cwd=folder, grace_seconds=1)
sys.exit(supervisor.run(
    ready=lambda: all((folder / name).is_file() and (folder / name).read_text() for name in programs), announce=lambda: print("ready", flush=True)
))
"""


def supervise(folder: Path, **programs: str) -> subprocess.Popen[str]:
    words = [word for pair in programs.items() for word in pair]
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(folder), *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alive(folder: Path) -> list[int]:
    return [pid for file in folder.iterdir() for pid in map(int, file.read_text().split()) if runs(pid)]


def runs(pid: int) -> bool:
    try:
        # A zombie that nobody has waited for yet is dead all the same.
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_ready(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "ready\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_ending_signal_ends_every_program(tmp_path: Path, number: signal.Signals) -> None:
    with supervise(tmp_path, one=SLEEPS, two=SLEEPS) as supervisor:
        wait_until_ready(supervisor)
        assert len(alive(tmp_path)) == 2
        supervisor.send_signal(number)
        assert supervisor.wait(10) == 0
    assert not alive(tmp_path)


def test_a_program_that_ignores_the_end_is_killed_with_its_children(tmp_path: Path) -> None:
    with supervise(tmp_path, deaf=DEAF, parent=PARENT) as supervisor:
        wait_until_ready(supervisor)
        assert len(alive(tmp_path)) == 2
        started = time.monotonic()
        supervisor.terminate()
        assert supervisor.wait(10) == 0
        assert time.monotonic() - started < 5
    assert not alive(tmp_path)


def test_a_program_that_dies_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    with supervise(tmp_path, one=SLEEPS, two=SLEEPS) as supervisor:
        wait_until_ready(supervisor)
        os.kill(int((tmp_path / "one").read_text()), signal.SIGKILL)
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "one ended with exit code -9: starting it again.\n"
        until = time.monotonic() + 10
        while len(alive(tmp_path)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(alive(tmp_path)) == 2
        supervisor.terminate()
        assert supervisor.wait(10) == 0


def test_a_program_that_keeps_dying_ends_everything(tmp_path: Path) -> None:
    with supervise(tmp_path, steady=SLEEPS, dies=DIES) as supervisor:
        output, _none = supervisor.communicate(timeout=20)
        assert supervisor.returncode == 1
    assert "dies ended 3 times (last exit code 0): ending everything." in output
    assert len((tmp_path / "dies").read_text().split()) == 3
    assert not alive(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_supervisor_leaves_nobody_behind(tmp_path: Path) -> None:
    with supervise(tmp_path, one=SLEEPS, two=SLEEPS) as supervisor:
        wait_until_ready(supervisor)
        supervisor.kill()
        until = time.monotonic() + 5
        while alive(tmp_path) and time.monotonic() < until:
            time.sleep(0.05)
    assert not alive(tmp_path)
