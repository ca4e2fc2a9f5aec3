"""Words that clients read as soon as they are saved: nothing that a file would be held back for may stand in them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError
from onsite.core.scanner import Finding, FindingKind, scan_text
from training.materials.captions import Cue


def refuse_secrets(fields: dict[str, str]) -> None:
    """Raise DomainError beside the first field that holds a secret or personal data."""
    for name, text in fields.items():
        for one in scan_text(text):
            words = {"what": FindingKind(one.kind).label, "sample": one.sample}
            raise DomainError(_("%(what)s: %(sample)s. Your client reads this: leave it out.") % words, field=name)
    refuse_access_data(fields)


def refuse_secrets_said(cues: Sequence[Cue]) -> None:
    """Raise DomainError on "captions", with the moment, where a secret or personal data are said, also across cues."""
    said = "\n".join(cue.text for cue in cues)
    # On one line a number that goes on in the next cue is whole; both texts are of one length.
    for one in scan_text(said) or scan_text(said.replace("\n", " ")):
        words = {"what": FindingKind(one.kind).label, "sample": one.sample, "moment": _moment(cues, one)}
        sentence = _("At %(moment)s: %(what)s: %(sample)s. Your client reads this: leave it out.")
        raise DomainError(sentence % words, field="captions")
    refuse_access_data({"captions": said})


def _moment(cues: Sequence[Cue], found: Finding) -> str:
    ends_at = 0
    for cue in cues:
        ends_at += len(cue.text) + 1
        if found.start < ends_at:
            return cue.moment
    return cues[-1].moment
