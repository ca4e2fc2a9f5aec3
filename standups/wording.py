"""How problems are spoken of; a client reads what they owe as a request, not as a fault."""

from __future__ import annotations

from django.utils.translation import gettext as _

from standups.models import Party, Severity


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
