"""N9: the same snapshot gives the same bytes in another process, another zone, another year; and all of it can be read."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from onsite.core.pdf import RenderFailed, render
from reports.documents.closing_report import ClosingReport
from reports.documents.printing import print_document, refuse_missing_glyphs
from tests.installation import ROOT, outside
from tests.reports.test_documents import closing_report, field_manual

RARE = "喆堃镕㛃𠮷"
PRINT = """
import sys, hashlib, django
django.setup()
from reports.documents.closing_report import ClosingReport
from reports.documents.printing import print_document
from onsite.core.pdf import renderer_fingerprint
import json
print(hashlib.sha256(print_document(ClosingReport.from_json(sys.stdin.buffer.read()))).hexdigest())
print(hashlib.sha256(json.dumps(renderer_fingerprint()).encode()).hexdigest())
"""
# Stands in front of the renderer's own program, in its process.
LATER = """
import runpy, sys, time_machine
with time_machine.travel("2031-02-28T23:59:58+00:00"):
    runpy.run_path({child!r}, run_name="__main__")
"""


def report(**changes: Any) -> ClosingReport:
    return closing_report(summary=f"{RARE} 😀 都印得出来。", **changes)


@pytest.fixture(scope="module")
def printed() -> bytes:
    return print_document(report())


@pytest.mark.parametrize(
    ("zone", "seed", "language"), [("Asia/Shanghai", "1", "C.UTF-8"), ("America/Los_Angeles", "4711", "de_DE.UTF-8")]
)
def test_another_process_prints_the_same_bytes(
    zone: str, seed: str, language: str, printed: bytes, tmp_path: Path
) -> None:
    """N9: with the same fingerprint, whatever the zone, the order of its sets and the machine's language."""
    seen = []
    for hash_seed in (seed, "0"):
        done = subprocess.run(
            [sys.executable, "-c", PRINT],
            input=report().to_json(),
            env={**outside(tmp_path), "TZ": zone, "PYTHONHASHSEED": hash_seed, "LANG": language, "LC_ALL": "C"},
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=300,
        )
        seen.append(done.stdout.decode().split())
        zone, language = "UTC", "C"
    assert seen[0] == seen[1]
    assert seen[0][0] == hashlib.sha256(printed).hexdigest()


def test_another_day_prints_the_same_bytes(printed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """N9: printed again years later. Only the renderer's own process reads a clock, so it is that one that travels."""
    later = tmp_path / "later.py"
    later.write_text(LATER.format(child=str(render.CHILD)))
    monkeypatch.setattr(render, "CHILD", later)
    assert print_document(report()) == printed


def test_a_changed_snapshot_prints_other_bytes(printed: bytes) -> None:
    """The control: one character more."""
    assert print_document(report(title="生产计划模块上线。")) != printed


def test_every_chinese_text_of_the_snapshot_can_be_read(printed: bytes) -> None:
    """N9, R1: by the text extraction that a reader or a search uses, the rows of the Gantt among them."""
    text = _text(printed)
    told = [
        part
        for part in _texts(json.loads(report().to_json()))
        if re.search(r"[\u3400-\u9fff\U00020000-\U0002ffff]", part)
    ]
    assert len(told) > 30
    assert [part for part in told if "".join(part.split()) not in text] == []
    assert all(row.label in text for row in report().plan.rows)


def test_rare_names_and_an_emoji_print_with_our_fonts(printed: bytes) -> None:
    """R1: each has its glyph; what stands for a missing one is nowhere in the file."""
    assert all(char in _text(printed) for char in f"{RARE}😀")
    with pikepdf.open(BytesIO(printed)) as opened:
        names = {
            str(item.FontName).split("+")[-1]
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
        }
        assert names
        assert all(name.startswith(("Noto-Sans", "Symbola")) for name in names)


@pytest.mark.parametrize("kind", [closing_report, field_manual])
def test_a_character_without_a_font_is_named(kind: Any) -> None:
    """R1: it stops the issue, in the words of whoever issues."""
    with pytest.raises(RenderFailed, match=r"𐀀 \(U\+10000\)"):
        refuse_missing_glyphs(kind(title="上线 𐀀"))


def _text(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def _texts(plain: Any) -> Iterator[str]:
    if isinstance(plain, str):
        yield from plain.split("\n\n")
    elif isinstance(plain, dict):
        for value in plain.values():
            yield from _texts(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from _texts(value)
