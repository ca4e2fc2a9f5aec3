"""Everything a person can reach by following links, read to the last byte: pages, partials, PDF, Word, Excel, calendars, pictures."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pypdfium2
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client

_LINK = re.compile(rb'\b(?:href|src|action|formaction|hx-get|data-url)="([^"#]+)')
# Following these would sign the reader out or change the language of the pages to come.
_LEFT_OUT = re.compile(r"^/(accounts|language|static)/|/logout/")
MOST_PAGES = 600


@dataclass
class Read:
    """What came of a walk: the words of each address, and how many answers of each media type there were."""

    words: dict[str, str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def with_words(self, words: str) -> list[str]:
        return [url for url, text in self.words.items() if words in text]


def walk(browser: Client, start: list[str], *, htmx: bool = False) -> Read:
    """Open the addresses and whatever they link to, within this site; GET only."""
    read, waiting, seen = Read(), list(start), set(start)
    headers = {"HX-Request": "true"} if htmx else {}
    while waiting:
        url = waiting.pop(0)
        answer = browser.get(url, headers=headers, follow=True)
        body = body_of(answer)
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        read.kinds[kind] += answer.status_code == 200
        read.words[url] = f"{words_of(kind, body)}\n{answer.headers}"
        assert len(read.words) < MOST_PAGES, "a page leads to ever new ones"
        if kind == "text/html":
            for link in _links(url, body):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
    return read


def body_of(answer: Any) -> bytes:
    """Return an answer's bytes, and close the file behind it, which the test client leaves open; the database stays open,
    as it would not after a request."""
    body: bytes = answer.getvalue() if answer.streaming else answer.content
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
    return body


def _links(url: str, body: bytes) -> list[str]:
    found = (urljoin(url, unescape(link.decode())) for link in _LINK.findall(body))
    parts = (urlsplit(link) for link in found if link.startswith("/"))
    local = (part.path + (f"?{part.query}" if part.query else "") for part in parts)
    return [link for link in local if not _LEFT_OUT.search(link)]


def words_of(kind: str, body: bytes) -> str:
    """Return what can be read in an answer of this media type; of a file inside a file as well."""
    if kind == "application/pdf" and body.startswith(b"%PDF"):
        with pypdfium2.PdfDocument(body) as pdf:
            texts = [page.get_textpage().get_text_range() for page in pdf]
            inside = [bytes(pdf.get_attachment(n).get_data()) for n in range(pdf.count_attachments())]
        return "\n".join([*texts, *(part.decode(errors="replace") for part in inside)])
    if kind == "text/calendar":
        return body.replace(b"\r\n ", b"").decode(errors="replace")
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as office:
            return "\n".join(unescape(office.read(name).decode(errors="replace")) for name in office.namelist())
    return unescape(body.decode(errors="replace"))
