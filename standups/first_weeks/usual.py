"""What usually ends the first weeks: the lines that one button adds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

USUAL_CALM_DAYS = 10
LONGEST_CALM_DAYS = 365

CALM_TEXT = _("%(days)s days in a row without an open critical problem")
USUAL_BY_HAND = (
    _("Operations and support know the run book and have worked by it once"),
    _("Backup and restore were tried on the live system"),
    _("The first month-end or daily closing ran without help from the team"),
)
