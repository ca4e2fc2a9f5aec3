"""Lighthouse on this machine, for a page that needs somebody signed in."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from tests.bench.timing import Figure
from tests.crawl.tools import LIGHTHOUSE
from tests.e2e.conftest import CHROMIUM, FLAGS

AIMS = {"accessibility": 98, "best-practices": 98, "performance": 90}
PRESETS = {"phone": [], "desk": ["--preset=desktop"]}


class Score(Figure):
    """Of a hundred points; here more is better."""

    @property
    def met(self) -> bool:
        return self.value >= self.aim


def scores(name: str, address: str, path: str, state: Any) -> Iterator[tuple[Score, list[str]]]:
    """Yield each category's score on a phone and on a desk, with the audits that cost points."""
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in state["cookies"])
    for preset, options in PRESETS.items():
        report = _report(urljoin(address, path), cookies, options)
        for category, aim in AIMS.items():
            found = report["categories"][category]
            score = Score(f"{name}: lighthouse {category}, {preset}", 100 * (found["score"] or 0), aim)
            yield score, [] if score.met else _missed(report, found)


def _missed(report: dict[str, Any], category: dict[str, Any]) -> list[str]:
    audits = [report["audits"][ref["id"]] for ref in category["auditRefs"] if ref["weight"]]
    return [
        f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')}".rstrip()
        for audit in audits
        if audit["score"] is not None and audit["score"] < 1
    ]


def _report(url: str, cookies: str, options: list[str]) -> dict[str, Any]:
    told = subprocess.run(
        [
            "node", str(LIGHTHOUSE), url, "--quiet", "--output=json", "--no-enable-error-reporting",
            f"--only-categories={','.join(AIMS)}", f"--extra-headers={json.dumps({'Cookie': cookies})}",
            f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}", *options,
        ],
        env={**os.environ, "CHROME_PATH": CHROMIUM}, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(told.stdout)
    return report
