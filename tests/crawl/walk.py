"""Breadth first from the front door, over links only, as one person."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import APIRequestContext

from tests.crawl.links import links_of
from tests.crawl.routes import route_of

# Where nothing leads to, because a person is brought there: by the bar's search, by a mail, by a button.
DOORS = (
    "/", "/accounts/login/", "/accounts/logout/", "/accounts/reauthenticate/", "/accounts/settings/", "/learn/",
    "/search/?q=%E6%8E%A5%E5%8F%A3",
)  # fmt: skip
# More instances are read for what they lead to than are judged: what is rare stands behind them.
READ_FOR_ONE = 4
# The demo's mails, each a door of its own: whoever reads another's mail may not open all it speaks of.
MAIL = "mailbox:"
# A learner's link, in a mail to them: whoever follows it is that learner from then on.
ANOTHERS = "learn:open"


@dataclass
class Walk:
    """What one person found: the pages to judge by route, other answers, and links that lead nowhere."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def walk(request: APIRequestContext, address: str, *, instances: int) -> Walk:
    """Open at most `instances` × READ_FOR_ONE addresses of each route, and keep the first `instances` that are pages."""
    found = Walk()
    read: Counter[str] = Counter()
    queue = deque((door, "") for door in DOORS)
    seen = set(DOORS)
    while queue:
        path, origin = queue.popleft()
        route = route_of(path)
        if route is None:
            found.broken.append(f"{origin} links to {path}, which no route answers")
            continue
        if route == ANOTHERS:
            found.answered.add(route)
            continue
        if read[route] == instances * READ_FOR_ONE and not route.startswith(MAIL):
            continue
        read[route] += 1
        for link in _open(request, address, path, origin, route, found, instances):
            if link not in seen:
                seen.add(link)
                queue.append((link, path))
    return found


def _open(
    request: APIRequestContext, address: str, path: str, origin: str, route: str, found: Walk, instances: int
) -> list[str]:
    """Note what answers, and return the addresses it leads to."""
    answer = request.get(urljoin(address, path), max_redirects=0, timeout=120_000)
    if answer.status in (301, 302):
        target = urlsplit(urljoin(address, answer.headers["location"]))
        found.answered.add(route)
        return [target._replace(scheme="", netloc="", fragment="").geturl()]
    if answer.status != 200:
        # What is not for this person is no broken link, neither at a front door nor in another's mail.
        if answer.status >= 500 or (origin and not (route_of(origin) or "").startswith(MAIL)):
            found.broken.append(f"{origin} links to {path}, which answers {answer.status}")
        return []
    found.answered.add(route)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return []
    kept = found.pages.setdefault(route, [])
    if len(kept) < instances:
        kept.append(path)
    return links_of(answer.text(), urljoin(address, path))
