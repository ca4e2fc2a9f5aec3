"""Acceptance tests: a round, a case, what a test showed, the result, and the proof of a condition."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from engagements.forms.documents import client_people
from engagements.forms.layout import RowsForm
from engagements.models import Engagement, Function
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, RowsField, TextField
from onsite.core.files import DOCUMENTS, SCANS
from onsite.core.forms import OnSiteForm, offer_rows, rebased
from onsite.core.spreadsheet import ImportForm
from onsite.core.uploads import FilesField, UploadField
from standups.models import UatCase, UatRound

LONGEST_NOTE = 500
LONGEST_NAME = 80
MOST_FILES_AT_ONCE = 5
TAKE_BACK = "none"


def _version() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000_000)


class RoundForm(RowsForm):
    """On which build a round is tested, and by whom."""

    build = LineField(
        label=_("Environment and build"), max_length=120,
        help_text=_("Such as “test environment, build 2026.11.3”: a result holds for what was tested."),
    )  # fmt: skip
    users = RowsField(
        label=_("Testers with an account"), queryset=User.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("They are told by mail. Key users among them may sign the result."),
    )  # fmt: skip
    names = TextField(
        label=_("Testers without an account"), rows=3, required=False, max_length=2000,
        help_text=_("One name a line. Write down their results in their name."),
    )  # fmt: skip
    version = _version()

    rows: ClassVar = ("build", "users", "names", "version")

    def __init__(self, *args: Any, engagement: Engagement, row: UatRound | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "users", client_people(engagement))
        if row is None:
            del self.fields["version"]

    @staticmethod
    def initial_of(row: UatRound) -> dict[str, object]:
        """Return what stands in the fields of an open round."""
        testers = list(row.testers.unscoped())
        return {
            "build": row.build,
            "users": [tester.user_id for tester in testers if tester.user_id],
            "names": "\n".join(tester.name for tester in testers if not tester.user_id),
            "version": row.version,
        }

    def clean_names(self) -> list[str]:
        """Return one name a line."""
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if any(len(name) > LONGEST_NAME for name in names):
            raise forms.ValidationError(gettext("A name has at most %(most)s characters.") % {"most": LONGEST_NAME})
        return names

    def clean(self) -> dict[str, Any]:
        """Refuse a round that nobody tests: its signed text names who did."""
        found = super().clean() or self.cleaned_data
        if not self.errors and not found["users"] and not found["names"]:
            self.add_error("users", gettext("Choose at least one tester, or write down a name below."))
        return found

    def rebased_on(self, row: UatRound) -> bool:
        """Say whether somebody else saved meanwhile; the next save is then made knowingly."""
        return rebased(self, "version", row.version)


class CaseForm(RowsForm):
    """One thing to try and what is to be seen."""

    title = LineField(
        label=pgettext_lazy("acceptance test", "Case"),
        help_text=_("Such as “Register a new patient with an ID card”."),
    )
    function = forms.ModelChoiceField(label=_("Function"), queryset=Function.objects.none(), required=False)
    steps = TextField(label=pgettext_lazy("acceptance test", "Steps"), rows=4, required=False)
    expected = LineField(label=_("Expected"), max_length=500, help_text=_("What is to be seen when it works."))
    version = _version()

    rows: ClassVar = ("title", "function", "steps", "expected", "version")

    def __init__(self, *args: Any, engagement: Engagement, case: UatCase | None = None, **kwargs: Any) -> None:
        if case is not None:
            kwargs["initial"] = {
                "title": case.title, "function": case.function_id, "steps": case.steps, "expected": case.expected,
                "version": case.version,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        rows = engagement.functions.unscoped().select_related("module")
        offer_rows(self, "function", rows)
        if case is None:
            del self.fields["version"]

    def rebased_on(self, case: UatCase) -> bool:
        """As `RoundForm.rebased_on`."""
        return rebased(self, "version", case.version)


class ResultForm(OnSiteForm):
    """What a test showed. The three buttons say how it came out."""

    outcome = forms.ChoiceField(
        choices=[
            (UatCase.Outcome.PASS, UatCase.Outcome.PASS.label),
            (UatCase.Outcome.FAIL, UatCase.Outcome.FAIL.label),
            (UatCase.Outcome.BLOCKED, UatCase.Outcome.BLOCKED.label),
            (TAKE_BACK, pgettext_lazy("test", "Not tested")),
        ],
        error_messages={"required": _("Press one of the three results.")},
    )
    tested_by_name = LineField(
        label=_("Tested by"), max_length=LONGEST_NAME, required=False,
        help_text=_("You write it down; the test is theirs."),
    )  # fmt: skip
    note = TextField(
        label=_("What was seen"), rows=3, max_length=LONGEST_NOTE, required=False,
        help_text=_("Needed where it failed or could not be tried."),
    )  # fmt: skip
    evidence = FilesField(
        label=_("Picture or PDF"), kinds=SCANS, most=MOST_FILES_AT_ONCE, required=False,
        help_text=_("A photo of the screen does. It is checked for personal data before others see it."),
    )  # fmt: skip
    raise_problem = forms.BooleanField(
        label=_("If it failed or is blocked: raise a problem"), required=False, initial=True
    )
    version = _version()

    def __init__(self, *args: Any, engagement: Engagement, for_client: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if for_client:
            del self.fields["tested_by_name"]
        else:
            self.fields["tested_by_name"].widget.attrs |= {"list": "testers", "autocomplete": "off"}
        if engagement.data_stays_on_site:
            del self.fields["evidence"]
            self.fields["note"].help_text = _(
                "Needed where it failed or could not be tried. Data stays on site: write where the picture lies."
            )

    @staticmethod
    def initial_of(case: UatCase, tester: str) -> dict[str, object]:
        """Return what stands in the fields; `tester` where nobody tested it yet."""
        return {
            "note": case.note,
            "tested_by_name": case.tested_by_name or tester,
            "raise_problem": True,
            "version": case.version,
        }

    def clean_outcome(self) -> str:
        """Return the stored word of the button."""
        chosen: str = self.cleaned_data["outcome"]
        return "" if chosen == TAKE_BACK else chosen

    def rebased_on(self, case: UatCase) -> bool:
        """As `RoundForm.rebased_on`."""
        return rebased(self, "version", case.version)


class MeetForm(RowsForm):
    """That a condition is met, and what proves it."""

    met_on = DayField(label=pgettext_lazy("condition", "Met on"))
    proof = TextField(
        label=_("Proof"), rows=3, max_length=500,
        help_text=_("What proves it and where it can be seen. Both sides read it."),
    )  # fmt: skip
    proof_file = UploadField(label=_("File"), kinds=DOCUMENTS, required=False)

    rows: ClassVar = ("met_on", "proof", "proof_file")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"met_on": engagement.today()}, **kwargs})
        if engagement.data_stays_on_site:
            del self.fields["proof_file"]


class CasesImportForm(ImportForm):
    """An Excel file of cases."""

    raise_problems = forms.BooleanField(
        label=_("Raise a problem for each that failed or is blocked"), required=False, initial=True
    )
