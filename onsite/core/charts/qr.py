"""A QR code as SVG, for the printed documents and the sign-off page."""

from __future__ import annotations

from itertools import groupby

import segno
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# The quiet zone that the standard asks for; readers fail without it.
QUIET_MODULES = 4


def qr_svg(text: str, *, label: str) -> SafeString:
    """`text` as one black path on white. `label` is read out in its place.

    Raises segno.DataOverflowError when the text is longer than a code can hold (about 2,300 characters).
    """
    matrix = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=QUIET_MODULES)]
    side = len(matrix)
    # Dark runs of a row become one rectangle each: a third of the size of single squares, and no hairlines between them.
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(matrix) for x, length in _dark_runs(row))
    name = escape(label)
    return mark_safe(  # noqa: S308  only numbers and the escaped label
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{name}">'
        f'<title>{name}</title><path d="M0 0h{side}v{side}h-{side}z" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def _dark_runs(row: list[int]) -> list[tuple[int, int]]:
    runs, x = [], 0
    for is_dark, modules in groupby(row, key=bool):
        length = len(list(modules))
        if is_dark:
            runs.append((x, length))
        x += length
    return runs
