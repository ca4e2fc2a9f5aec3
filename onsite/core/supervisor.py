"""Runs several programs as one: starts them, restarts one that dies, and ends them all together.

Each program gets a session of its own and only its first process is signalled: a Celery worker whose whole group gets
SIGTERM hangs, because its pool dies before it can say goodbye (that is also why honcho doesn't serve here).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_SECONDS = 0.2
PR_SET_PDEATHSIG = 1


@dataclass
class _Program:
    name: str
    command: Sequence[str]
    started_at: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] = field(init=False)


class Supervisor:
    """Keeps `programs` (name → command) running until told to end.

    A program that dies is started again, and that is said; after `max_starts` starts within `window_seconds` all are
    ended. On SIGINT, SIGTERM or SIGHUP each gets SIGTERM, and after `grace_seconds` SIGKILL.
    """

    def __init__(
        self,
        programs: Mapping[str, Sequence[str]],
        *,
        cwd: Path,
        grace_seconds: float = 4,
        max_starts: int = 3,
        window_seconds: float = 60,
    ) -> None:
        self._programs = [_Program(name, command) for name, command in programs.items()]
        self._cwd = cwd
        self._grace_seconds = grace_seconds
        self._max_starts = max_starts
        self._window_seconds = window_seconds
        self._ending = False

    def run(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Start everything and stay until the end; call `announce` once, when `ready()` first holds.

        Returns the exit code: 0 when asked to end, 1 when a program couldn't be kept alive.
        """
        before = {number: signal.signal(number, self._end) for number in END_SIGNALS}
        try:
            for program in self._programs:
                self._start(program)
            return self._watch(ready, announce)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _watch(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        announced = False
        while not self._ending:
            time.sleep(TICK_SECONDS)
            for program in self._programs:
                if not self._ending and not self._keep_alive(program):
                    return 1
            if not announced and not self._ending and ready():
                announced = True
                announce()
        return 0

    def _keep_alive(self, program: _Program) -> bool:
        """Start a dead program again; False when it died too often."""
        code = program.process.poll()
        if code is None:
            return True
        _kill_session(program.process)
        recent = [at for at in program.started_at if at > time.monotonic() - self._window_seconds]
        if len(recent) >= self._max_starts:
            _say(f"{program.name} ended {len(recent)} times (last exit code {code}): ending everything.")
            return False
        _say(f"{program.name} ended with exit code {code}: starting it again.")
        self._start(program)
        return True

    def _start(self, program: _Program) -> None:
        program.process = subprocess.Popen(  # noqa: S603 - the commands are our own
            program.command,
            cwd=self._cwd,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509
        )
        program.started_at.append(time.monotonic())

    def _stop_all(self) -> None:
        running = [program.process for program in self._programs if program.started_at]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + self._grace_seconds
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
        for process in running:
            _kill_session(process)
            process.wait()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True


def _end_with_parent() -> None:
    """Ask Linux for SIGTERM when the supervisor itself is killed, so that nothing keeps the port. (No other thread
    runs in the supervisor, so code between fork and exec is safe.)
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End what a program left behind, such as the pool of a killed worker."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
