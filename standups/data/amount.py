"""Counts and control sums as people write them: 482113, 482,113 or -1250.50; nothing else is taken for a number."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# SQLite keeps a number in eight bytes, Excel shows fifteen digits: what is longer would come back as another number.
MOST_DIGITS = 15
MOST_PLACES = 2
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class AmountField(forms.DecimalField):
    """A number with at most two decimals and fifteen digits, with or without commas between the thousands."""

    default_error_messages = {
        "invalid": _("Please write a number such as 482113 or 1250.50."),
        "max_digits": _("A number has at most 15 digits."),
        "max_decimal_places": _("A number has at most 2 decimals."),
        "max_whole_digits": _("A number has at most 13 digits before the point."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"max_digits": MOST_DIGITS, "decimal_places": MOST_PLACES, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say IntegerField's
        """Read the number, also with full-width digits and commas as Chinese keyboards write them."""
        if value in self.empty_values:
            return None
        text = str(value).strip().translate(_NARROW)
        if _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        if not _PLAIN.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(text)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number without needless zeros."""
        return plain(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


def plain(value: Decimal | None) -> str:
    """Return the number without exponent and needless zeros; "" for none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: Decimal | None) -> str:
    """Return the number for reading, 482,113.5; a dash for none."""
    if value is None:
        return "—"
    whole = value == value.to_integral_value()
    return f"{value:,.0f}" if whole else f"{value:,.2f}"


_NARROW = {ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９，．－", "0123456789,.-", strict=True)}
