"""Signing on screen, and registering a signed sheet."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from onsite.accounts.roles import Part
from onsite.core.fields import DayField, LineField


class SignForm(RowsForm):
    """The proof that the signer is who they say, bound to the hash of the text that was shown."""

    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    proof = forms.CharField(
        label=_("Your password, or the code we mailed you"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    rows: ClassVar = ("text_hash", "proof")


class PaperForm(RowsForm):
    """A signed and chopped sheet."""

    part = forms.ChoiceField(label=_("Signed by the"))
    signer_name = LineField(label=_("Name of the signer"), max_length=80)
    signed_on = DayField(label=_("Signed on"))
    code = LineField(
        label=_("Code on the sheet"),
        max_length=20,
        help_text=_("It stands on every page. The code of an older version is refused."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    scan = forms.FileField(
        label=_("Scan of all pages"),
        help_text=_("PDF, JPEG or PNG, up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    rows: ClassVar = (("part", "signer_name"), ("signed_on", "code"), "scan")

    def __init__(self, *args: Any, parts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"] = forms.ChoiceField(
            label=self.fields["part"].label, choices=[(part, Part(part).label) for part in parts]
        )
