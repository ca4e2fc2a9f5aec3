"""Lighthouse and the HTML checker: installed on first use, exactly as locked, beside this file."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIGHTHOUSE = HERE / "node_modules/lighthouse/cli/index.js"
CHECKER = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
OLDEST_NODE = 20


def missing(program: str) -> str:
    """Return what keeps the program from running here; "" where nothing does."""
    if not shutil.which(program):
        return f"there is no {program} on this machine"
    if program == "node" and _major() < OLDEST_NODE:
        return f"node is older than {OLDEST_NODE}"
    return _installed()


def _major() -> int:
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return int(told.stdout.lstrip("v").split(".")[0])


def _installed() -> str:
    if LIGHTHOUSE.exists() and CHECKER.exists():
        return ""
    if not shutil.which("npm"):
        return "there is no npm on this machine, which fetches it"
    fetched = subprocess.run(
        # No script of a package runs here: the checker's would fetch a Java of its own.
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=HERE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if fetched.returncode == 0 else f"npm ci failed: {fetched.stderr.strip()[-300:]}"
