"""What this machine prints with: the fingerprint that explains a difference, and the check at the start."""

from __future__ import annotations

import ctypes
import hashlib
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from onsite.core.pdf.fonts import MAIN_FAMILY, Font, printing_fonts

_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def check_environment() -> list[str]:
    """What keeps documents from being printed well here, one English sentence each, naming the Debian package. Empty = fine.

    Without HarfBuzz-subset a report takes ten times as long, with a variable font as well: both count as problems.
    """
    problems = [
        f"PDF: the library {library} is missing; install the package {package}."
        for library, package in _LIBRARIES.items()
        if _load(library) is None
    ]
    main = [font for font in printing_fonts() if font.family == MAIN_FAMILY]
    for style in ("Regular", "Bold"):
        faces = [font for font in main if font.style == style]
        if not faces:
            problems.append(f"PDF: the font {MAIN_FAMILY} {style} is missing; install the package fonts-noto-cjk.")
        elif any(font.is_variable for font in faces):
            problems.append(f"PDF: {MAIN_FAMILY} is a variable font here (slow); install the package fonts-noto-cjk.")
    return problems


@lru_cache(maxsize=1)
def renderer_fingerprint() -> dict[str, Any]:
    """Everything that a document's bytes depend on besides its snapshot: JSON-ready, equal on equal machines.

    Keys: `weasyprint`, `pydyf`, `pikepdf`, `pango`, `harfbuzz` (versions) and `fonts`, a list of name, size in bytes and SHA-256.
    """
    return {
        "weasyprint": version("weasyprint"),
        "pydyf": version("pydyf"),
        "pikepdf": version("pikepdf"),
        "pango": _library_version("libpango-1.0.so.0", "pango_version_string"),
        "harfbuzz": _library_version("libharfbuzz.so.0", "hb_version_string"),
        "fonts": [_font_facts(path_font) for path_font in _one_per_file(printing_fonts())],
    }


def _one_per_file(fonts: tuple[Font, ...]) -> list[Font]:
    return [font for _, font in sorted({font.path.name: font for font in fonts}.items())]


def _font_facts(font: Font) -> dict[str, Any]:
    content = font.path.read_bytes()
    return {"name": font.path.name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _load(library: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None


def _library_version(library: str, function: str) -> str:
    loaded = _load(library)
    if loaded is None:
        return ""
    call = getattr(loaded, function)
    call.restype = ctypes.c_char_p
    text: bytes = call()
    return text.decode()
