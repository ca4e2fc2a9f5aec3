"""What every form shares: no form tag of its own, and domain refusals shown beside the field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.db import models
from django.http import HttpRequest

from onsite.core.errors import DomainError

Result = TypeVar("Result")


class PlainHelper(FormHelper):
    """Fields only: the page brings the form tag, the token and the buttons."""

    form_tag = False
    disable_csrf = True


class OnSiteBoundField(forms.BoundField):
    """A field of a page, and beside it what it showed at first, which nobody reads: no help text describes that."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        found = super().build_widget_attrs(attrs, widget)
        if widget is not None and widget.is_hidden:
            found.pop("aria-describedby", None)
        return found


class OnSiteForm(forms.Form):
    """A form whose page brings the tag; required fields carry no asterisk noise for optional ones."""

    bound_field_class = OnSiteBoundField

    @property
    def helper(self) -> FormHelper:
        return PlainHelper(self)


def offer_rows(form: forms.BaseForm, name: str, rows: models.QuerySet[Any]) -> None:
    """Let a field of rows offer these, and refuse every other."""
    # Quoted: the class takes no type at run time.
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Let a field of choices offer these (pairs of value and label, or groups of them), and refuse every other."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def retype(form: forms.BaseForm, /, **fields: str) -> None:
    """Put these values into what was posted, as if the page had sent them: the next save goes by them."""
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a posted form's: several ticks stay several
    for name, value in fields.items():
        form.data[name] = value  # type: ignore[index]


def rebased(form: forms.BaseForm, name: str, value: object) -> bool:
    """Say whether what was posted was made from another version, held in the field `name`. The form then starts from
    `value`: the next save replaces what is stored, knowingly."""
    if not form.is_bound or form.data.get(name, "") == str(value):
        return False
    retype(form, **{name: str(value)})
    return True


def submitted(request: HttpRequest, form: forms.BaseForm, action: Callable[..., Result]) -> Result | None:
    """Run `action(**form.cleaned_data)` if the posted form is valid; return its result, or None with errors on the form.

    A DomainError becomes an error beside its field, so what was typed stays on the page.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return action(**form.cleaned_data)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
