"""Pictures as files: small enough for a repository, and the first pages of a PDF."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

from PIL import Image

MOST_BYTES = 150_000
PAGES, DPI = 4, 60


def small(png: bytes) -> bytes:
    """Return the picture with at most 256 colours where it is heavier than MOST_BYTES, else as it is."""
    if len(png) <= MOST_BYTES:
        return png
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def first_pages(pdf: bytes, stem: Path) -> list[Path]:
    """Write the first pages as `<stem>-1.png` and so on; nothing without poppler's pdftoppm."""
    if not shutil.which("pdftoppm"):
        return []
    words = ["pdftoppm", "-png", "-r", str(DPI), "-l", str(PAGES), "-", str(stem)]
    subprocess.run(words, input=pdf, check=True)
    return sorted(stem.parent.glob(f"{stem.name}-*.png"))
