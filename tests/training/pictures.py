"""A picture for the tests."""

from __future__ import annotations

import io

from PIL import Image


def png() -> bytes:
    """A small one."""
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "#0a6a68").save(out, "PNG")
    return out.getvalue()
