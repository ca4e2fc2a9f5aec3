"""How problems are spoken of; a client reads what they owe as a request, not as a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from standups.models import Party, Severity

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Each severity in one word, and what it means; the label of the choice says both in short.
SEVERITIES: Mapping[str, tuple[_StrPromise, _StrPromise]] = {
    Severity.CRITICAL: (
        gettext_lazy("Critical"),
        gettext_lazy("The go-live day, data or a core process is at risk, and there is no way around it."),
    ),
    Severity.MAJOR: (
        gettext_lazy("Major"),
        gettext_lazy("A function can't be used or gives wrong results; other work goes on."),
    ),
    Severity.MINOR: (
        gettext_lazy("Minor"),
        gettext_lazy("There is a way around it, or it only makes work less comfortable."),
    ),
}


def severity_word(severity: str) -> str:
    """Return the severity in one word."""
    return str(SEVERITIES[severity][0])


def party_label(party: str, *, for_client: bool) -> str:
    """Return with whom the next step is, in the reader's words."""
    if for_client and party == Party.CLIENT:
        return _("Needs your side")
    return str(Party(party).label)


def party_kind(party: str) -> str:
    """Return the tag's colour; the label carries the meaning."""
    return {Party.CLIENT: "warn", Party.VENDOR: "info"}.get(Party(party), "")


def severity_kind(severity: str) -> str:
    """Return the tag's colour; the label carries the meaning."""
    return {Severity.CRITICAL: "bad", Severity.MAJOR: "warn"}.get(Severity(severity), "")
