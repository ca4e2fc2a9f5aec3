"""One step on a problem's time line, and how a change in the audit reads in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from onsite.core.models import AuditEntry
from onsite.core.wording import enumerated
from standups.models import Problem

NOTHING = "—"
LONG = 160


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed, both values as they are read."""

    label: str
    was: str
    now: str

    @property
    def was_nothing(self) -> bool:
        return self.was == NOTHING

    @property
    def is_long(self) -> bool:
        return len(self.was) + len(self.now) > LONG


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. Where `on` is given, the day counts and not the moment; `who` is "" where it is not told.

    `kind` is ok, warn, info or "" and only colours the title.
    """

    at: datetime
    title: str
    on: date | None = None
    who: str = ""
    note: str = ""
    url: str = ""
    kind: str = ""
    changes: Sequence[Change] = ()
    is_internal: bool = False
    is_draft: bool = False


def who_did(entry: AuditEntry) -> str:
    """Return whose doing an audit entry tells."""
    return entry.actor.name if entry.actor is not None else "OnSite"


def changes_in(data: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what an audit entry's [was, is] pairs say of a problem's fields, in the order of its form: a database keeps
    no order."""
    for name in sorted(data, key=_place):
        pair, field = data[name], _field(name)
        if isinstance(pair, list) and len(pair) == 2:
            label = capfirst(str(field.verbose_name)) if field is not None else name
            yield Change(label, _read(field, pair[0]), _read(field, pair[1]))


_ORDER = [field.name for field in (*Problem._meta.fields, *Problem._meta.many_to_many)]


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER)), name


def _field(name: str) -> Any:
    return Problem._meta.get_field(name) if name in _ORDER else None


def _read(field: Any, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return enumerated(value) or NOTHING
    text = str(value)
    if isinstance(field, models.DateField):
        return _day(text)
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(text, text)) or NOTHING
    return text or NOTHING


def _day(text: str) -> str:
    """A day as it is read; what an older version wrote for no day stays as it is."""
    try:
        return date_format(date.fromisoformat(text))
    except ValueError:
        return text or NOTHING
