"""What names a client or a person of a client, in whatever the whole company reads: articles, templates of courses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from engagements.models import Client
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core.names import SHORTEST_NAME, as_word, folded
from training.models import Learner


@dataclass(frozen=True, slots=True)
class Named:
    """A name that stands in a text: what it says, the name, and in which line."""

    what: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class ClientNames:
    """The names of clients and of their people, folded, each with what it says."""

    known: dict[str, str]

    def named_in(self, text: str) -> Iterator[Named]:
        """Yield each name that stands in the text, with the first line that holds it."""
        lines = [folded(line) for line in text.split("\n")]
        whole = "\n".join(lines)
        for name, what in self.known.items():
            if name not in whole:
                continue
            word = as_word(name)
            number = next((number for number, line in enumerate(lines, 1) if word.search(line)), None)
            if number is not None:
                yield Named(what, name, number)


def client_names(*, but: int | None = None) -> ClientNames:
    """Return the names of all clients, their members and their learners; without those of the client `but`."""
    clients = Client.objects.unscoped()
    people = User.objects.filter(role=Role.CLIENT)
    learners = Learner.objects.unscoped().filter(~Q(name=""))
    if but is not None:
        clients = clients.exclude(pk=but)
        people = people.exclude(memberships__engagement__client=but)
        learners = learners.exclude(role__engagement__client=but)
    known: dict[str, str] = {}
    for what, rows in (
        (_("names a client"), clients.values_list("name", "short_name")),
        (_("names a person of a client"), people.values_list("name", "email")),
        (_("names a person of a client"), learners.values_list("name", "email")),
    ):
        for name in (folded(name) for row in rows for name in row):
            if len(name) >= SHORTEST_NAME:
                known.setdefault(name, what)
    return ClientNames(known)


def naming(texts: Iterable[str]) -> set[str]:
    """Return those of the texts that name a client or a person of a client."""
    names = client_names()
    return {text for text in texts if any(names.named_in(text))}
