"""What is wrong in an uploaded file, cell by cell, and the form that takes such a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from onsite.core.errors import DomainError
from onsite.core.forms import OnSiteForm, submitted

Result = TypeVar("Result")
MOST_FAULTS = 200  # What nobody reads to the end need not be listed to the end.


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the sheet's title, Excel's row number, the column's title, and why."""

    sheet: str
    row: int
    column: str
    reason: str


class FaultsError(DomainError):
    """Nothing was imported; `faults` holds what must be mended, at most MOST_FAULTS of it."""

    def __init__(self, faults: Sequence[Fault], *, field: str) -> None:
        message = ngettext(
            "Nothing was imported: %(count)s cell must be mended. Correct it in your file and upload it again.",
            "Nothing was imported: %(count)s cells must be mended. Correct them in your file and upload it again.",
            len(faults),
        )
        super().__init__(message % {"count": len(faults)}, field=field)
        self.faults = tuple(faults[:MOST_FAULTS])


class ImportForm(OnSiteForm):
    """One Excel file. After a refusal `faults` holds what components/import_faults.html lists."""

    file = forms.FileField(
        label=_("Excel file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        help_text=_("At most 5 MB and 5,000 rows, saved as .xlsx."),
    )
    faults: tuple[Fault, ...] = ()

    def imported(self, request: HttpRequest, action: Callable[..., Result]) -> Result | None:
        """Run `action(file=…)` as `submitted` does, and keep the faults it names."""

        def remembering(**fields: object) -> Result:
            try:
                return action(**fields)
            except FaultsError as error:
                self.faults = error.faults
                raise

        return submitted(request, self, remembering)
