"""Which fonts print, and which characters they have.

A character without a glyph prints as an empty box but still extracts as text, so no test of the finished PDF finds it:
it has to be looked up in the fonts' character maps before.
"""

from __future__ import annotations

import os
import subprocess
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FONTS_CONF = Path(__file__).with_name("fonts.conf")
MAIN_FAMILY = "Noto Sans CJK SC"

_UNICODE_SIZE = 0x110000
# Control, format and separator characters have no shape of their own.
_SHAPELESS = {"Cc", "Cf", "Zs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Font:
    """One face. `index` is its place in a collection file."""

    path: Path
    index: int
    family: str
    style: str
    is_variable: bool


def font_environment() -> Mapping[str, str]:
    """The environment under which FontConfig sees the printing fonts only, and nothing of ours (no keys, no database)."""
    kept = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME") if name in os.environ}
    return {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(FONTS_CONF)}


@lru_cache(maxsize=1)
def printing_fonts() -> tuple[Font, ...]:
    """The installed fonts a document may use, in a fixed order. Empty when FontConfig's tools are absent."""
    try:
        listing = subprocess.run(
            ["fc-list", "--format", "%{file}\t%{index}\t%{family}\t%{style}\t%{variable}\n"],  # noqa: S607  Debian's place
            env=dict(font_environment()),
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout.decode()
    except (OSError, subprocess.SubprocessError):
        return ()
    fonts = []
    for line in listing.splitlines():
        path, index, family, style, variable = line.split("\t")
        fonts.append(Font(Path(path), int(index), family, style, variable == "True"))
    return tuple(sorted(fonts, key=lambda font: (font.family, font.style, str(font.path))))


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` that no printing font has, each once, in code point order. Lone surrogates count as missing."""
    coverage = _coverage()
    return [char for char in sorted(set(text)) if not _is_shapeless(char) and not _has(coverage, ord(char))]


def _has(coverage: bytes, code: int) -> bool:
    return bool(coverage[code >> 3] & (1 << (code & 7)))


def _is_shapeless(char: str) -> bool:
    # Variation selectors choose between shapes of the character before.
    return (
        unicodedata.category(char) in _SHAPELESS
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    )


@lru_cache(maxsize=1)
def _coverage() -> bytes:
    """One bit per code point: 139 KB, where the maps themselves would hold several megabytes for the life of a worker."""
    # Here, not above: web processes that only ask whether printing works need not carry it.
    from fontTools.ttLib import TTFont

    bits = bytearray(_UNICODE_SIZE >> 3)
    # Bold faces hold the same characters; a fallback without bold is thickened by the renderer.
    for font in printing_fonts():
        if "Bold" in font.style:
            continue
        with TTFont(font.path, fontNumber=font.index, lazy=True) as opened:
            for code in opened.getBestCmap():
                bits[code >> 3] |= 1 << (code & 7)
    return bytes(bits)
