"""The templates of what rules demand: what belongs to each form, and the words as they stand in one engagement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from engagements.models import Client, DocumentRequest, Emergency, Engagement, RuleVersion
from engagements.models.site import ChecklistItem
from engagements.section_text import Section, text_of_sections
from engagements.services.contingency import LONGEST_LIMIT_MINUTES, LONGEST_STEP, MOST_STEPS
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError
from onsite.core.names import first_named

Form = RuleVersion.Form
LONGEST_TITLE = 120
LONGEST_LINE = 200
LONGEST_TEXT = 2000
MOST_LINES = 40
# Filled in where the letter is frozen, each for its own engagement.
CLIENT, ENGAGEMENT = "{client}", "{engagement}"
_WORDS = frozenset({"title", "paragraphs", "points", "purpose", "text", "trigger", "steps", "fallback"})


def checked_content(form: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template with exactly the parts of its form. Raises DomainError on "content_<part>"."""
    made = _READ[Form(form)](content)
    refuse_access_data(words_of(made))
    return made


def words_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the words of a template by the field in which they were written."""
    return {f"content_{name}": "\n".join(_texts(value)) for name, value in content.items()}


def refuse_other_clients(words: Mapping[str, str], clients: Collection[Client]) -> None:
    """Raise DomainError on the field whose words name a client: people of other engagements read them, and of the template
    other clients do.

    A rule that binds one client only may name that one.
    """
    own = {client.pk for client in clients} if len(clients) == 1 else set()
    known = [
        name
        for row in Client.objects.unscoped().exclude(pk__in=own)
        for name in (row.name, row.short_name)
    ]  # fmt: skip
    for field, said in words.items():
        if name := first_named(said, known):
            message = _("Other engagements would read this, and it names a client: %(name)s.") % {"name": name}
            raise DomainError(message, field=field)


def letter_of(engagement: Engagement, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the text to freeze: the template's own words with the names of this client and engagement."""
    section = Section(
        heading=content["title"],
        paragraphs=tuple(_filled_in(text, engagement) for text in content["paragraphs"]),
        points=tuple(_filled_in(text, engagement) for text in content["points"]),
    )
    return text_of_sections(engagement, [section], {})


def texts_of(content: Mapping[str, Any]) -> list[str]:
    """Return the words of a template, without what chooses or counts."""
    return [text for part, value in content.items() if part in _WORDS for text in _texts(value)]


def _filled_in(text: str, engagement: Engagement) -> str:
    return text.replace(CLIENT, engagement.client.name).replace(ENGAGEMENT, engagement.name)


def _letter(content: Mapping[str, Any]) -> dict[str, Any]:
    paragraphs, points = _lines(content, "paragraphs"), _lines(content, "points")
    if not paragraphs and not points:
        raise DomainError(_("Write what the client confirms."), field="content_paragraphs")
    return {"title": _line(content, "title", LONGEST_TITLE), "paragraphs": paragraphs, "points": points}


def _document(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _line(content, "title", LONGEST_LINE),
        "purpose": _line(content, "purpose", LONGEST_LINE, may_be_empty=True),
        "kind": _choice(content, "kind", DocumentRequest.Kind.values),
    }


def _checklist(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": _line(content, "text", LONGEST_LINE),
        "moment": _choice(content, "moment", ChecklistItem.Moment.values),
    }


def _plan(content: Mapping[str, Any]) -> dict[str, Any]:
    minutes = content.get("minutes")
    if not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_LIMIT_MINUTES:
        raise DomainError(_("Say a limit between 1 minute and 24 hours."), field="content_minutes")
    steps = _lines(content, "steps")
    if not steps:
        raise DomainError(_("Write at least one step."), field="content_steps")
    if len(steps) > MOST_STEPS or any(len(step) > LONGEST_STEP for step in steps):
        raise DomainError(
            _("At most 30 steps of 300 characters: who reads this is in a hurry."), field="content_steps"
        )
    return {
        "title": _line(content, "title", LONGEST_TITLE),
        "emergency": _choice(content, "emergency", Emergency.values),
        "trigger": _line(content, "trigger", LONGEST_TEXT),
        "minutes": minutes,
        "steps": steps,
        "fallback": _line(content, "fallback", LONGEST_TEXT, may_be_empty=True),
    }


_READ: dict[RuleVersion.Form, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Form.SIGN_OFF: _letter,
    Form.DOCUMENT: _document,
    Form.CHECKLIST: _checklist,
    Form.CONTINGENCY: _plan,
}


def _line(content: Mapping[str, Any], name: str, longest: int, *, may_be_empty: bool = False) -> str:
    text = str(content.get(name) or "").strip()
    if not text and not may_be_empty:
        raise DomainError(_("This field is required."), field=f"content_{name}")
    _refuse_long(text, longest, name)
    return text


def _lines(content: Mapping[str, Any], name: str) -> list[str]:
    lines = [line for line in (str(line).strip() for line in content.get(name) or ()) if line]
    if len(lines) > MOST_LINES:
        raise DomainError(_("At most %(most)s lines.") % {"most": MOST_LINES}, field=f"content_{name}")
    for line in lines:
        _refuse_long(line, LONGEST_TEXT, name)
    return lines


def _choice(content: Mapping[str, Any], name: str, known: Collection[str]) -> str:
    value = str(content.get(name) or "")
    if value not in known:
        raise DomainError(_("Choose one of the list."), field=f"content_{name}")
    return value


def _refuse_long(text: str, longest: int, name: str) -> None:
    if len(text) > longest:
        raise DomainError(_("At most %(most)s characters.") % {"most": longest}, field=f"content_{name}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from value
