"""Which messages a person wants, as the page asks it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.utils.functional import Promise

from onsite.accounts.models import User
from onsite.core.forms import OnSiteForm, offer_choices
from onsite.notifications import inbox, kinds
from onsite.notifications.kinds import Kind, Topic
from onsite.notifications.models import Muting


@dataclass(frozen=True)
class Box:
    """One tick of the table: whether it can be taken away, and whether it is set."""

    channel: str
    may_mute: bool
    is_on: bool


@dataclass(frozen=True)
class ChoiceRow:
    """A kind with its two ticks."""

    name: str
    kind: Kind
    mail: Box
    inbox: Box


class ChoicesForm(OnSiteForm):
    """The ticked kinds of each channel; what can't be muted is not among the choices."""

    mail = forms.MultipleChoiceField(required=False)
    inbox = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = kinds.for_reader(user)
        muted = inbox.muted(user)
        for channel in Muting.Channel.values:
            names = [name for name, kind in self.offered.items() if inbox.may_mute(kind, channel)]
            offer_choices(self, channel, [(name, name) for name in names])
            self.initial[channel] = [name for name in names if (name, channel) not in muted]

    def topics(self) -> list[tuple[str | Promise, list[ChoiceRow]]]:
        """Return the rows of the table, by what they are about."""
        grouped = groupby(self.offered.items(), key=lambda item: item[1].topic)
        return [(Topic(topic).label, [self._row(name, kind) for name, kind in rows]) for topic, rows in grouped]

    def _row(self, name: str, kind: Kind) -> ChoiceRow:
        return ChoiceRow(name, kind, *(self._box(name, kind, channel) for channel in Muting.Channel.values))

    def _box(self, name: str, kind: Kind, channel: str) -> Box:
        may_mute = inbox.may_mute(kind, channel)
        return Box(channel, may_mute, not may_mute or name in (self[channel].value() or []))
