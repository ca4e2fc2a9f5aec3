"""The stand-up page as a browser without scripts uses it: read the form, change fields, send it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement
from standups.models import Section
from standups.services.entry import LineEntry

Fields = dict[str, list[str]]


def line(text: str, section: Section = Section.PLAN, **kwargs: Any) -> LineEntry:
    """Return a new line."""
    return LineEntry(uuid4(), section, text, **kwargs)


def day_url(engagement: Engagement, day: object, route: str = "day") -> str:
    return reverse(f"standups:{route}", args=[engagement.pk, day])


def fields_of(html: bytes) -> Fields:
    """Return what the page's form would send as it stands."""
    reader = _FormReader()
    reader.feed(html.decode())
    assert reader.fields, "there is no stand-up form on this page"
    return reader.fields


def fields_at(browser: Client, url: str) -> Fields:
    """Open the page and return what its form would send."""
    response = browser.get(url)
    assert response.status_code == 200, response.status_code
    return fields_of(response.content)


def spare(fields: Fields, section: Section) -> str:
    """Return the id of an empty line of the section."""
    return next(
        row for row in fields["line"] if fields[f"section-{row}"] == [section.value] and fields[f"text-{row}"] == [""]
    )


def row_with(fields: Fields, text: str) -> str:
    """Return the id of the line with this text."""
    return next(row for row in fields["line"] if fields[f"text-{row}"] == [text])


def write(fields: Fields, section: Section, text: str, *, internal: bool = False) -> str:
    """Type a new line into the form; return its id."""
    row = spare(fields, section)
    fields[f"text-{row}"] = [text]
    fields[f"internal-{row}"] = ["1" if internal else "0"]
    return row


def target(response: HttpResponseBase) -> str:
    """Return where the answer leads."""
    assert response.status_code == 302, response.status_code
    return str(response["Location"])


def words_in(html: bytes, element_id: str) -> str:
    """Return the words inside the element with this id, spaces collapsed."""
    reader = _TextReader(element_id)
    reader.feed(html.decode())
    return " ".join("".join(reader.texts).split())


class _FormReader(HTMLParser):
    """Collects the successful controls of `form[data-standup]`; what stands in a template element is not sent."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._inside = False
        self._templates = 0
        self._textarea = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._templates += tag == "template"
        if tag == "form":
            self._inside = "data-standup" in found
        if not self._inside or self._templates:
            return
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "input" and name and (found.get("type") not in {"checkbox", "radio"} or "checked" in found):
            self._add(name, value)
        elif tag == "textarea":
            self._textarea = name
            self._add(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self._add(self._select, value)

    def handle_endtag(self, tag: str) -> None:
        self._templates -= tag == "template"
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea][-1] += data

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


class _TextReader(HTMLParser):
    _VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "path", "rect"})

    def __init__(self, element_id: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._id = element_id
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._VOID and (self._depth or ("id", self._id) in attrs):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in self._VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.texts.append(data)
