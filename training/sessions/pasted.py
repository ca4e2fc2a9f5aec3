"""A list of people as one pastes it: a name in each line, and the e-mail address after a comma where there is one."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

MOST_LINES = 300
LONGEST_NAME = 80
LONGEST_ADDRESS = 254
# As lists are typed, and as a table's columns are copied.
_BETWEEN = re.compile("[,\uff0c;\uff1b\u3001\t]")


class Named(NamedTuple):
    """One person of the list."""

    name: str
    email: str


def read_people(text: str) -> tuple[list[Named], list[str]]:
    """Return the people in their order, each once, and what is wrong with which line; empty lines are left out."""
    found: dict[Named, None] = {}
    faults: list[str] = []
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        return [], [_("These are more than %(most)s lines. Please paste fewer at once.") % {"most": MOST_LINES}]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        person, fault = _read(line)
        if fault:
            faults.append(_("Line %(number)s (%(line)s): %(fault)s") % _shown(number, line, fault))
        else:
            found[person] = None
    return list(found), faults


def _read(line: str) -> tuple[Named, str]:
    parts = [" ".join(part.split()) for part in _BETWEEN.split(line.strip())]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    person = Named(parts[0], parts[1].lower() if len(parts) > 1 else "")
    if len(parts) > 2:
        return person, _("there is more than a name and an e-mail address.")
    if not person.name or "@" in person.name:
        return person, _("the name is missing.")
    if len(person.name) > LONGEST_NAME:
        return person, _("the name is longer than %(most)s characters.") % {"most": LONGEST_NAME}
    if person.email and not _is_address(person.email):
        return person, _("this is no e-mail address.")
    return person, ""


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS


def _shown(number: int, line: str, fault: str) -> dict[str, object]:
    short = line.strip()
    return {"number": number, "line": short if len(short) <= 40 else f"{short[:40]}…", "fault": fault}
