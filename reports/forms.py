"""The words that people add to documents, and what they search by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.models import Phase
from onsite.core.fields import LineField, TextField
from onsite.core.forms import OnSiteForm
from reports.dashboards.portfolio import FOLLOW_UP
from reports.models import DocumentKind, Draft


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


class DraftForm(OnSiteForm):
    """The narrative of a document. `version` is the one the page showed, so that nobody's text is overwritten unseen."""

    summary = TextField(label=_("Conclusion in a few sentences"), required=False, rows=5)
    proposals = TextField(label=_("Proposals, one per line"), required=False, rows=4)
    changes = LineField(label=_("What changed since the version before"), required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: DocumentKind, **kwargs: Any) -> None:
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
        else:
            del self.fields["changes"]

    def rebased_on(self, stored: Draft) -> bool:
        """Say whether another text was stored since the page was opened. The form then starts from that one: the next
        save replaces it knowingly."""
        if not self.is_bound or self.cleaned_data.get("version", stored.version) == stored.version:
            return False
        self.data = {**self.data, "version": str(stored.version)}
        return True


class IssueForm(forms.Form):
    """Which version is issued, in which language. Its fields belong to the page's form of words, so that what was typed
    is issued, too."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("zh-hans", "中文"), ("en", "English")],
        widget=forms.Select(attrs={"class": "form-select w-auto", "form": "words"}),
    )
    version = forms.IntegerField(min_value=1, max_value=32767, widget=forms.HiddenInput(attrs={"form": "words"}))
