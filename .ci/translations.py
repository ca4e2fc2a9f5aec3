"""The catalogues: `update` collects the strings and compiles, `check` fails when that would change anything.

A string counts as translated when it has a text and isn't fuzzy. The compiled catalogue must say what the source says,
because machines without gettext run from it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("onsite/locale/zh_Hans/LC_MESSAGES/django.po")
LEFT_OUT = (
    ".venv",
    "var",
    ".git",
    "tests",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
)


def collect(root: Path) -> polib.POFile:
    """Run makemessages in `root` and return the catalogue it wrote."""
    (root / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    ignored = [f"--ignore={name}" for name in LEFT_OUT]
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=zh_Hans", "--no-obsolete", "--add-location=file",
         "--extension=html,txt,py", "--verbosity=0", *ignored],
        cwd=root,
        check=True,
    )  # fmt: skip
    return polib.pofile(str(root / CATALOGUE))


def texts(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], object]:
    """Return every translated entry's text or plural texts, by context and msgid."""
    return {
        (entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in catalogue.translated_entries()
    }


def problems(committed: Path) -> list[str]:
    """Return one sentence for each thing wrong with the committed catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        fresh = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in collect(copy)}
    if not committed.exists():
        return [f"{CATALOGUE} is missing: {len(fresh)} strings wait for it."]
    source = polib.pofile(str(committed))
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in source if not entry.obsolete}
    compiled = committed.with_suffix(".mo")
    found = [f"not collected yet: {msgid!r}" for _context, msgid, _plural in sorted(fresh - known, key=str)]
    found += [f"no longer used: {msgid!r}" for _context, msgid, _plural in sorted(known - fresh, key=str)]
    found += [f"fuzzy: {entry.msgid!r}" for entry in source.fuzzy_entries()]
    found += [f"not translated: {entry.msgid!r}" for entry in source.untranslated_entries()]
    if not compiled.exists() or texts(polib.mofile(str(compiled))) != texts(source):
        found.append(f"{compiled.name} isn't compiled from this {committed.name}: run `make messages`.")
    return found + format_errors(committed)


def format_errors(catalogue: Path) -> list[str]:
    """Return what msgfmt says of placeholders that differ between a string and its translation."""
    checked = subprocess.run(
        ["msgfmt", "--check", "--output-file=/dev/null", str(catalogue)], capture_output=True, text=True, check=False
    )
    return checked.stderr.strip().splitlines() if checked.returncode else []


def main(task: str) -> int:
    """Carry out `task`, "update" or "check"; return the exit code."""
    committed = ROOT / CATALOGUE
    if task == "update":
        collect(ROOT).save_as_mofile(str(committed.with_suffix(".mo")))
        return 0
    found = problems(committed)
    sys.stdout.writelines(f"{sentence}\n" for sentence in found)
    sys.stdout.write(f"translations: {len(found)} problems\n" if found else "translations: complete and current\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
