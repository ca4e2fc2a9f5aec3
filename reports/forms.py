"""The words that people add to documents, and what they search by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Client, Phase
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import OnSiteForm, offer_choices, offer_rows
from reports.dashboards.health import LEVELS
from reports.dashboards.judging import FOLLOW_UP
from reports.dashboards.portfolio import MINE, Wanted
from reports.documents.chapters import NARRATED
from reports.models import DelayVoice, Document, DocumentKind, Draft
from reports.verification import HashedFile


class PortfolioFilter(forms.Form):
    """What the portfolio is narrowed down to; it stays in the address."""

    phase = forms.ChoiceField(
        label=_("Phase"),
        required=False,
        choices=[
            ("", _("All phases")),
            *((phase.value, phase.label) for phase in (Phase.PREPARATION, Phase.EXECUTION, Phase.REVIEW)),
            (FOLLOW_UP, _("Follow-up")),
        ],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )
    health = forms.ChoiceField(
        label=_("Health"),
        required=False,
        choices=[("", _("Any health")), *LEVELS.items()],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )
    whose = forms.ChoiceField(
        label=_("Whose engagements"),
        required=False,
        choices=[("", _("Everybody's engagements")), (MINE, _("My engagements"))],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )
    q = LineField(
        label=_("Client, engagement, site or lead"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "form-control w-auto flex-grow-1",
                "type": "search",
                "placeholder": _("Client, engagement, site or lead"),
            }
        ),
    )

    @property
    def wanted(self) -> Wanted:
        """What the address asks for; what makes no sense there is as if it were not."""
        return Wanted(**self.cleaned_data) if self.is_valid() else Wanted()


class DraftForm(OnSiteForm):
    """The narrative of a document. `version` is the one the page showed, so that nobody's text is overwritten unseen."""

    summary = TextField(label=_("Conclusion in a few sentences"), required=False, rows=5)
    proposals = TextField(label=_("Proposals, one per line"), required=False, rows=4)
    changes = LineField(label=_("What changed since the version before"), required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: DocumentKind, is_first: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == DocumentKind.WEEKLY_REPORT:
            self.fields["summary"].label = _("What the week comes to, in your own words")
            self.fields["summary"].help_text = _("The report begins with it. Left empty, it begins with the plan.")
            del self.fields["proposals"]
            del self.fields["changes"]
        elif kind == DocumentKind.FIELD_MANUAL:
            self.fields["summary"].label = _("About this engagement, in a few sentences")
            self.fields["summary"].help_text = _("Left empty, the engagement's purpose stands here.")
            del self.fields["proposals"]
        elif kind == DocumentKind.APPENDIX:
            self.fields["summary"].label = _("What we say of it among ourselves")
            del self.fields["proposals"]
            del self.fields["changes"]
        else:
            self._add_chapters(is_first)

    def _add_chapters(self, is_first: bool) -> None:
        """The words around the numbers of each chapter; what changed is noted from the second version on."""
        words = self.initial.get("narrative", {})
        for anchor, title in NARRATED.items():
            field = TextField(label=_("Your words on: %(chapter)s") % {"chapter": title}, required=False, rows=3)
            field.initial = words.get(anchor, "")
            self.fields[self.of_chapter(anchor)] = field
        if is_first:
            del self.fields["changes"]

    @staticmethod
    def of_chapter(anchor: str) -> str:
        """Return the name of the field for the words of a chapter."""
        return f"on_{anchor}"

    def clean(self) -> dict[str, Any]:
        """Return the words of the chapters as one narrative, where the kind has chapters."""
        words = super().clean() or {}
        fields = {anchor: self.of_chapter(anchor) for anchor in NARRATED if self.of_chapter(anchor) in self.fields}
        if fields:
            words["narrative"] = {anchor: words.pop(name, "") for anchor, name in fields.items()}
        return words

    def rebased_on(self, stored: Draft) -> bool:
        """Say whether another text was stored since the page was opened. The form then starts from that one: the next
        save replaces it knowingly."""
        if not self.is_bound or self.cleaned_data.get("version", stored.version) == stored.version:
            return False
        self.data = {**self.data, "version": str(stored.version)}
        return True


class RemarkForm(OnSiteForm):
    """A remark on a chapter, "" for the whole report."""

    chapter = forms.ChoiceField(required=False, widget=forms.HiddenInput, choices=[("", ""), *NARRATED.items()])
    text = TextField(label=_("Remark"), rows=2)


class ShownVersionForm(forms.Form):
    """Which version of the words the page showed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class SendBackForm(OnSiteForm, ShownVersionForm):
    """What is to be done before the words can be approved."""

    text = TextField(label=_("What is to be done"), rows=3)


class IssueForm(forms.Form):
    """Which version is issued, in which language. Its fields belong to the page's form of words, so that what was typed
    is issued, too."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("zh-hans", "中文"), ("en", "English")],
        widget=forms.Select(attrs={"class": "form-select w-auto", "form": "words"}),
    )
    version = forms.IntegerField(min_value=1, max_value=32767, widget=forms.HiddenInput(attrs={"form": "words"}))


class VerifyForm(OnSiteForm):
    """What somebody holds of a document: the file, its SHA-256, or the code printed beside the QR code."""

    file = forms.FileField(
        label=_("The PDF"), required=False, widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"})
    )
    sha256 = forms.RegexField(
        label=_("SHA-256 of the PDF"), required=False, regex=r"^[0-9a-fA-F]{64}$", strip=True,
        error_messages={"invalid": _("A SHA-256 has 64 digits from 0 to 9 and letters from a to f.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )  # fmt: skip
    code = forms.RegexField(
        label=pgettext_lazy("document", "Code"), required=False, regex=r"^[0-9A-Za-z -]{1,40}$",
        error_messages={"invalid": _("A code has twelve letters and digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Take the hash of the file where one came."""
        found = super().clean() or {}
        file = found.get("file")
        if isinstance(file, HashedFile):
            if file.is_too_large:
                raise forms.ValidationError({"file": _("This file is too large to be one of ours.")})
            found["sha256"] = file.sha256
        if not self.errors and not (found.get("sha256") or found.get("code")):
            raise forms.ValidationError({"file": _("Choose the PDF, or type its SHA-256 or the code.")})
        return found


class ExportFilter(forms.Form):
    """What the list of reports is narrowed down to; it stays in the address."""

    client = forms.ModelChoiceField(
        label=_("Client"), required=False, queryset=Client.objects.none(), empty_label=_("All clients"),
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )  # fmt: skip
    phase = forms.ChoiceField(
        label=_("Phase"), required=False, choices=[("", _("All phases")), *Phase.choices],
        widget=forms.Select(attrs={"class": "form-select w-auto"}),
    )  # fmt: skip
    since = DayField(label=_("Issued from"), required=False)
    until = DayField(label=_("to"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "client", Client.objects.visible_to(user))


class ExportForm(forms.Form):
    """Which of the listed reports go into the zip; the button `everything` takes all of them."""

    documents = forms.TypedMultipleChoiceField(
        coerce=int, required=False, error_messages={"invalid_choice": _("One of these reports is not there any more.")}
    )
    everything = forms.BooleanField(required=False)

    def __init__(self, *args: Any, rows: list[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "documents", [(row.pk, str(row.pk)) for row in rows])
        self.listed = [row.pk for row in rows]

    @property
    def chosen(self) -> set[str]:
        """The ids that were ticked, as they were sent."""
        return set(self["documents"].data or ()) if self.is_bound else set()

    def clean(self) -> dict[str, Any]:
        """Return only what the service takes."""
        found = super().clean() or {}
        return {"documents": self.listed if found.get("everything") else found.get("documents", [])}


class VoiceForm(OnSiteForm):
    """What a person of the client's says of one line of the delay ledger; `mark` is that of the line the page showed."""

    stance = forms.ChoiceField(
        label=_("What you say of it"),
        choices=[
            (DelayVoice.Stance.AGREES, _("I agree")),
            (DelayVoice.Stance.OBJECTS, _("I see it differently")),
        ],
        widget=forms.RadioSelect,
    )
    comment = TextField(
        label=_("In your words"), required=False, rows=4,
        help_text=_("Needed where you see it differently. Both sides read it, and it stands in the closing report."),
    )  # fmt: skip
    mark = forms.CharField(max_length=120, widget=forms.HiddenInput)
