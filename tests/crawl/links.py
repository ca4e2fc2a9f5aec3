"""The addresses a page leads to by plain links and by forms that only ask."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


class _Links(HTMLParser):
    """Notes each link, and each GET form as it stands, with what its fields hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._form: str | None = None
        self._fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href") and "download" not in given:
            self.found.append(given["href"])
        elif tag == "form" and given.get("method", "get").lower() == "get":
            self._form, self._fields = given.get("action", ""), []
        elif tag == "input" and given.get("name") and given.get("type") not in ("checkbox", "radio", "submit"):
            self._fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.found.append(f"{self._form}?{urlencode(self._fields)}")
            self._form = None


def links_of(html: str, address: str) -> list[str]:
    """Return path and query of each address of the same origin, in the page's order, each once."""
    reader = _Links()
    reader.feed(html)
    here = urlsplit(address)
    found = (urlsplit(urljoin(address, link)) for link in reader.found)
    same = (url for url in found if (url.scheme, url.netloc) == (here.scheme, here.netloc))
    return list(dict.fromkeys(f"{url.path}?{url.query}" if url.query else url.path for url in same))
