"""Evidence: what it shows, where and when it was taken, and the thing itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from onsite.core.fields import LineField, MomentField, TextField
from onsite.core.files import EVIDENCE_FILES
from onsite.core.uploads import UploadField
from standups.models import Evidence

LONGEST_RESULT = 20_000


class _EvidenceForm(RowsForm):
    """What every piece of evidence has."""

    title = LineField(label=_("What it shows"), help_text=_("Such as “Response times of the plan list, 200 calls”."))
    environment = LineField(label=_("Environment"), max_length=120, help_text=_("Such as “production, node 2”."))
    taken_at = MomentField(label=_("Taken at"), help_text=_("At the site's hour."))
    is_internal = forms.BooleanField(label=_("Internal: the client never sees this evidence"), required=False)

    head: ClassVar = ("title", ("environment", "taken_at"))


class FileForm(_EvidenceForm):
    """A log, a screenshot or a recording."""

    upload = UploadField(
        label=_("File"),
        kinds=EVIDENCE_FILES,
        help_text=_("A log, a screenshot, a recording or a document. It is kept unchanged."),
    )

    rows: ClassVar = (*_EvidenceForm.head, "upload", "is_internal")


class QueryForm(_EvidenceForm):
    """A query with its result and its plan."""

    query = TextField(label=_("Query"), rows=4)
    result = TextField(label=_("Result"), rows=6, max_length=LONGEST_RESULT)
    plan = TextField(
        label=_("Query plan"), rows=4, max_length=LONGEST_RESULT, required=False,
        help_text=_("What EXPLAIN says, where the question is how fast it is."),
    )  # fmt: skip

    rows: ClassVar = (*_EvidenceForm.head, "query", "result", "plan", "is_internal")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("query", "result", "plan"):
            self.fields[name].widget.attrs |= {"class": "mono", "spellcheck": "false"}


class ReferenceForm(_EvidenceForm):
    """Where on site the thing lies."""

    taken_at = MomentField(label=_("Seen at"), help_text=_("At the site's hour."))
    place = LineField(label=_("Where it lies"), help_text=_("Such as “file server 2, /logs/2026-11/”."))
    keeper = LineField(label=_("Who keeps it"), max_length=120)
    sha256 = LineField(
        label=_("SHA-256"),
        max_length=64,
        validators=[RegexValidator(r"^[0-9a-fA-F]{64}$", _("A SHA-256 has 64 digits from 0 to 9 and a to f."))],
        help_text=_("As the keeper reads it off: sha256sum, or certutil -hashfile … SHA256."),
    )

    rows: ClassVar = (*_EvidenceForm.head, ("place", "keeper"), "sha256", "is_internal")


FORMS: dict[str, type[_EvidenceForm]] = {
    Evidence.Kind.FILE: FileForm,
    Evidence.Kind.QUERY: QueryForm,
    Evidence.Kind.REFERENCE: ReferenceForm,
}
