"""Finding an engagement in the list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.models import Phase
from onsite.core.fields import LineField
from onsite.core.forms import OnSiteForm


class SearchForm(OnSiteForm):
    """Words and a phase; both may be left empty."""

    q = LineField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[("", _("All phases")), *Phase.choices])
