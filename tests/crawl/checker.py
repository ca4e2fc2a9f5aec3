"""The HTML checker of the W3C (vnu), run once over all the pages' HTML."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.crawl.judging import Finding, Visit
from tests.crawl.tools import CHECKER


def check(html: list[tuple[Visit, str]], folder: Path) -> list[Finding]:
    """Write each text to a file below the folder; return every error under the page that it stands on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_visit, text) in enumerate(html):
        (folder / f"{number}.html").write_text(text)
    told = subprocess.run(
        ["java", "-Xss4m", "-jar", str(CHECKER), "--errors-only", "--exit-zero-always", "--format", "json", "--stdout", str(folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return errors_of(told.stdout, [visit for visit, _text in html])


def errors_of(told: str, visits: list[Visit]) -> list[Finding]:
    """Read the checker's JSON; a file's name is its visit's number."""
    return [
        Finding(
            visits[int(Path(message["url"]).stem)], f"html: {message['message']}", message.get("extract", "").strip()
        )
        for message in json.loads(told)["messages"]
        if message["type"] != "info"
    ]
