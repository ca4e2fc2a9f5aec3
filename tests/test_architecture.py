"""The house rules that a machine can watch: floors, rooms, size, and templates that need no inline code (HOUSE.md)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = ("engagements", "standups", "training", "reports")
APPS = ("onsite", *DOMAIN)
TOP_LEVEL = {
    *APPS,
    *("templates", "static", "tests", "manage.py", "pyproject.toml", "docker-compose.yml", "README.md"),
    *("Makefile", "Dockerfile", "LICENSE", "CHANGELOG.md", ".env.example", ".ci", ".gitignore", ".dockerignore"),
    *("requirements.txt", "requirements-dev.txt"),
}
LONGEST_PYTHON_FILE = 400
LONGEST_TEMPLATE = 150
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Mail programs ignore style sheets and print has no CSP; both are rendered away from the browser.
PAGES = [path for path in TEMPLATES if path.relative_to(ROOT / "templates").parts[0] not in ("emails", "pdf")]


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_floor_imports_an_upper_one() -> None:
    """HOUSE: an upper floor imports lower ones, never the reverse."""
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_top_level_holds_what_was_asked_for() -> None:
    """C8: the top level is the user's, and only what cannot live elsewhere stands beside it."""
    assert {path.relative_to(ROOT).parts[0] for path in committed_files()} <= TOP_LEVEL


def test_no_room_is_named_after_nothing() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [name_of(path) for path in committed_files() if nameless & {path.stem, *path.relative_to(ROOT).parts}]


def test_no_python_file_outgrows_its_room() -> None:
    """About 200 lines; from 400 on a file becomes a package."""
    long = {
        name_of(path): lines
        for path in python_files(*APPS, "tests")
        if (lines := line_count(path)) > LONGEST_PYTHON_FILE
    }
    assert not long


def test_no_template_outgrows_its_page() -> None:
    assert not {name_of(path): lines for path in TEMPLATES if (lines := line_count(path)) > LONGEST_TEMPLATE}


def line_count(path: Path) -> int:
    return path.read_text().count("\n")


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("inline style", r"<[^>]*\sstyle\s*="),
        ("inline event handler", r"<[^>]*\son[a-z]+\s*="),
        ("style element", r"<style\b"),
        ("script without a source", r"<script(?![^>]*\bsrc=)"),
        ("javascript: address", r"""["']\s*javascript:"""),
        ("address of another site", r"""(?:src|href|action)\s*=\s*["']\s*(?:https?:)?//"""),
        ("attribute HTML doesn't know (data-hx-… is the same)", r"<[^>]*\shx-[a-z]"),
    ],
)
def test_pages_hold_nothing_the_content_policy_forbids(fault: str, pattern: str) -> None:
    """CSP: no inline style, script or handler, and nothing from another site; and nothing that is no HTML."""
    found = [
        f"{name_of(path)}:{text.count(chr(10), 0, match.start()) + 1} {match.group()}"
        for path in PAGES
        for text in [path.read_text()]
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    assert not found, fault


def test_every_form_that_posts_is_protected() -> None:
    unprotected = [
        f"{name_of(path)}: {form}"
        for path in PAGES
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE)
        if re.search(r"method\s*=\s*[\"']?post", form, re.IGNORECASE) and not re.search(r"csrf_token|{% crispy ", form)
    ]
    assert not unprotected


def test_rows_are_never_listed_past_their_visibility() -> None:
    """HOUSE: views list rows of an engagement only through `visible_to`."""
    bare = [
        f"{name_of(path)}:{number} {line.strip()}"
        for path in python_files(*DOMAIN)
        if "views" in path.relative_to(ROOT).with_suffix("").parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\.objects\.(all|filter|get|exclude|first|last)\b", line)
    ]
    assert not bare


def test_figures_know_no_rows() -> None:
    """HOUSE: a number on a report is a pure function of plain values."""
    forbidden = ("django.db", "django.apps", "engagements", "standups", "training", "onsite.accounts")
    found = [
        f"{name_of(path)} imports {module}"
        for path in python_files("reports/figures")
        for module in imported_modules(path)
        if module.startswith(forbidden)
    ]
    assert not found


def test_business_rules_send_no_signals() -> None:
    """HOUSE: no signals for business rules; a rule stands in the service that carries it out."""
    found = [
        name_of(path)
        for path in python_files(*DOMAIN)
        if any(module.startswith("django.db.models.signals") for module in imported_modules(path))
    ]
    assert not found


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_dependencies_say_why_they_are_there() -> None:
    """HOUSE: a third-party part carries the comment why it was chosen beside it."""
    text = (ROOT / "pyproject.toml").read_text()
    listed = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert len(listed) == 2
    for block in listed:
        assert block.lstrip().startswith("#"), "the first dependency has no reason"


def test_no_file_names_a_package_index_or_a_path_of_one_machine() -> None:
    here = "|".join(re.escape(str(place)) for place in {ROOT, Path.home()} if len(place.parts) > 1)
    hosts = re.compile(rf"--(?:extra-)?index-url|--find-links|(?:{here})/")
    found = [
        name_of(path)
        for path in committed_files()
        if path.suffix in {".py", ".txt", ".toml", ".yml", ".md", ".html", ""}
        and path != Path(__file__)
        and hosts.search(path.read_text(errors="ignore"))
    ]
    assert not found
