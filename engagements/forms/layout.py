"""Forms whose fields stand side by side where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, LayoutObject
from django.utils.html import format_html

from onsite.core.forms import OnSiteForm, PlainHelper

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Heading:
    """The name of a part of a form."""

    def __init__(self, text: str | _StrPromise) -> None:
        self.text = text


class RowsForm(OnSiteForm):
    """A form that says in `rows` how its fields stand: a name alone, a tuple of names beside each other, a Heading,
    or a layout object of crispy's."""

    rows: ClassVar[tuple[Any, ...]] = ()

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper()
        helper.layout = Layout(*(self._placed(row) for row in self.rows))
        return helper

    def _placed(self, row: Any) -> object:
        if isinstance(row, Heading):
            return HTML(format_html('<h2 class="mt-4 mb-3">{}</h2>', row.text))
        if isinstance(row, str):
            return Field(row)
        if isinstance(row, LayoutObject):
            return row
        return Div(*(Field(name) for name in row), css_class="fields")
