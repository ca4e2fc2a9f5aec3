"""Forms whose fields stand side by side where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, LayoutObject
from django import forms
from django.utils.html import format_html

from onsite.core.forms import OnSiteForm, PlainHelper, retype

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Heading:
    """The name of a part of a form."""

    def __init__(self, text: str | _StrPromise) -> None:
        self.text = text


class RowsForm(OnSiteForm):
    """A form that says in `rows` how its fields stand: a name alone, a tuple of names beside each other, a Heading,
    or a layout object of crispy's. A field that a form has taken out has no place."""

    rows: ClassVar[tuple[Any, ...]] = ()

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper()
        helper.layout = Layout(*(self._placed(row) for row in self.rows if self._is_there(row)))
        return helper

    def _is_there(self, row: Any) -> bool:
        return not isinstance(row, str) or row in self.fields

    def _placed(self, row: Any) -> object:
        if isinstance(row, Heading):
            return HTML(format_html('<h2 class="mt-4 mb-3">{}</h2>', row.text))
        if isinstance(row, str):
            return Field(row)
        if isinstance(row, LayoutObject):
            return row
        return Div(*(Field(name) for name in row), css_class="fields")


class Fingerprinted(Protocol):
    """A row that says by a hash what people wrote in it."""

    @property
    def fingerprint(self) -> str: ...


class RowOfTwoForm(RowsForm):
    """A form about a row that two people may have open at once. `was` is the fingerprint of what the page showed."""

    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def rebased_on(self, row: Fingerprinted | None) -> bool:
        """Say whether somebody else saved since the page was opened. The form then starts from their text: the next
        save replaces it knowingly."""
        if row is None or not self.is_bound or self.data.get("was", "") in {"", row.fingerprint}:
            return False
        retype(self, was=row.fingerprint)
        return True
