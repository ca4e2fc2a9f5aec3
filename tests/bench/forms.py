"""Reads a page's form as a browser does, so that the posts measured are the ones people send."""

from __future__ import annotations

from html.parser import HTMLParser


class Form(HTMLParser):
    """The largest form on `page`: its fields as name → values; `texts` are the names of those that take a text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self._inside = False
        self._largest: tuple[dict[str, list[str]], list[str]] = ({}, [])
        self._text: str | None = None
        self._select: str | None = None
        self.feed(page)
        self.fields, self.texts = self._largest

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside, self.fields, self.texts = True, {}, []
        if not self._inside:
            return
        name = found.get("name", "")
        if tag == "input" and name:
            self._input(name, found)
        elif tag == "textarea" and name:
            self._text = name
            self.texts.append(name)
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in self.fields):
            self.fields[self._select] = [found.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
            self._largest = max(self._largest, (self.fields, self.texts), key=lambda form: len(form[0]))
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][0] += data

    def _input(self, name: str, found: dict[str, str]) -> None:
        kind = found.get("type", "text").lower()
        if kind in ("checkbox", "radio") and "checked" not in found:
            return
        if kind not in ("submit", "button", "file", "reset"):
            self.fields.setdefault(name, []).append(found.get("value", "on" if kind == "checkbox" else ""))
        if kind == "text":
            self.texts.append(name)
