"""What the index is asked for: tokens, joined by "and" and "or"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One token, or with `is_prefix` all that begin with it."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """All of these, at least one."""

    parts: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of these, at least one."""

    parts: tuple[Asked, ...]


Asked = Token | All | AnyOf
