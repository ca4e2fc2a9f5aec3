"""How measured values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.utils.formats import localize
from django.utils.translation import gettext as _

from engagements.troubles import Trouble

register = template.Library()


@register.filter
def about(troubles: Mapping[int, Sequence[Trouble]], pk: int) -> Sequence[Trouble]:
    """Return what is open about the row with this id."""
    return troubles.get(pk, ())


@register.filter
def measured(value: Decimal | str, unit: str = "") -> str:
    """Write a value without needless zeros, with its unit: 30 days, 99.5%."""
    number = Decimal(value).normalize()
    # normalize() turns 100 into 1E+2.
    plain = number.quantize(Decimal(1)) if number == number.to_integral_value() else number
    written = str(localize(plain, use_l10n=True))
    if unit in {"", "%", "‰"}:
        return written + unit
    return _("%(number)s %(unit)s") % {"number": written, "unit": unit}
