"""The form of a remark."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from onsite.core.fields import TextField
from onsite.core.forms import OnSiteForm
from standups.services.talk import LONGEST_COMMENT


class CommentForm(OnSiteForm):
    """A remark on a published day. `key` makes the same press twice one remark; its page brings the field."""

    text = TextField(label=pgettext_lazy("stand-up", "Your remark"), max_length=LONGEST_COMMENT, rows=2)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A key that nobody can see needs a sentence that somebody can."""
        if "key" in self.errors:
            raise ValidationError(_("This page came back incomplete. Please check it and save again."))
        return self.cleaned_data
