"""Go-live."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Engagement
from onsite.core.fields import DayField


class GoLiveForm(RowsForm):
    """The day on which it went, or goes, live; or was handed over."""

    on = DayField()

    rows: ClassVar = ("on",)

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only smoother: without a script the days are shown for the day that is there, and after sending.
        self.fields["on"].widget.attrs |= {
            "data-hx-get": reverse("engagements:go_live", args=[engagement.pk]),
            "data-hx-trigger": "change",
            "data-hx-target": "#coming",
            "data-hx-swap": "outerHTML",
        }
        self.fields["on"].label = _("Go-live day") if engagement.ends_with_go_live else _("Hand-over day")
