"""What people fill in about themselves and about those they invite."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from onsite.accounts import zones
from onsite.accounts.models import Theme, User
from onsite.accounts.roles import Role
from onsite.accounts.services import LOOKED_AFTER
from onsite.core.company import OWN_ACCENT
from onsite.core.fields import LineField
from onsite.core.files import PICTURES, accepted
from onsite.core.forms import OnSiteForm, offer_choices

NAME_LENGTH = 80
# Each language by its own name, so that everybody finds theirs.
LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def language_of(request_language: str) -> str:
    """Return the language of ours that a browser's language means."""
    return request_language if request_language in dict(settings.LANGUAGES) else "en"


class LanguageField(forms.ChoiceField):
    """One of the languages the pages have."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": LANGUAGES, "label": _("Language"), **kwargs})


class NameField(LineField):
    """A person's name, as it stands in the documents."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": NAME_LENGTH, "label": _("Name"), **kwargs})


class InvitationForm(OnSiteForm):
    """What a person says who enters for the first time."""

    name = NameField(
        help_text=_("As it should stand in the documents."), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Optional, at least 10 characters. Without one you sign in with a code that we mail you each time."
        ),
    )
    language = LanguageField()


class PersonForm(OnSiteForm):
    """A new person of the vendor."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("The link to enter goes there; it also signs them in.")
    )
    name = NameField()
    title = LineField(label=_("Job title"), max_length=NAME_LENGTH, required=False)
    role = forms.ChoiceField(
        label=_("Role"), help_text=_("Client people are invited on their engagement's team page.")
    )
    language = LanguageField(help_text=_("Of the invitation; they can change it later."))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vendor = (Role.ENGINEER, Role.MANAGER, Role.ADMINISTRATOR)
        offer_choices(self, "role", [(role.value, role.label) for role in vendor if role in LOOKED_AFTER[actor.role]])


class SettingsForm(OnSiteForm):
    """A person's own settings."""

    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    title = LineField(
        label=_("Job title"),
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    language = LanguageField(help_text=_("Of your pages and your mails."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Of your reminders. An engagement's own pages use the zone of its site.")
    )
    theme = forms.ChoiceField(
        label=_("Theme"), choices=Theme.choices, widget=forms.RadioSelect, help_text=_("Paper is always white.")
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "time_zone", zones.choices(actor.time_zone))


class CompanyForm(OnSiteForm):
    """What the company's documents show."""

    name = LineField(
        label=_("Name of the company"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("On covers, under signatures and at the foot of every page."),
    )
    accent = LineField(
        label=_("Colour of the documents"),
        max_length=7,
        required=False,
        help_text=_("As #0a6a68; empty for OnSite's own. White text has to be readable on it."),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": accepted(PICTURES)}),
        help_text=_("PNG or JPEG, at most 2 MB, best on white. An SVG can hold programs, so please save it as PNG."),
    )
    remove_logo = forms.BooleanField(label=_("Show no logo any more"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = settings.VENDOR_NAME
        self.fields["accent"].widget.attrs["placeholder"] = OWN_ACCENT
        if not has_logo:
            del self.fields["remove_logo"]


class SearchForm(OnSiteForm):
    """Words that a list is narrowed to."""

    q = LineField(label=_("Name, address or job title"), max_length=NAME_LENGTH, required=False)
