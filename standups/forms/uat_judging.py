"""The result of a round, with a few conditions below it, each with who sees to it and by when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import OnSiteForm, rebased
from standups.models import UatRound
from standups.services.uat_judging import MOST_CONDITIONS, Wanted

LEAST_ROWS = 3
SPARE_ROWS = 2
_MOST_DIGITS = 4
_PARTS = ("text", "owner", "owner_name", "due_on")


class JudgeForm(OnSiteForm):
    """`rows` says how many rows of conditions the page had; two spare ones follow what is filled in."""

    result = forms.ChoiceField(
        label=_("Result"),
        widget=forms.RadioSelect,
        choices=[
            (UatRound.Result.ACCEPTED, UatRound.Result.ACCEPTED.label),
            (UatRound.Result.CONDITIONAL, UatRound.Result.CONDITIONAL.label),
            (UatRound.Result.REJECTED, UatRound.Result.REJECTED.label),
        ],
    )
    note = TextField(
        label=_("Reason"), rows=3, max_length=500, required=False,
        help_text=_("Needed where it is rejected. It stands in the signed text."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000_000)
    row_count = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_CONDITIONS + SPARE_ROWS)

    def __init__(
        self, *args: Any, engagement: Engagement, wanted: Sequence[dict[str, Any]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.count = self._count(len(wanted))
        self.initial["row_count"] = self.count
        people = User.objects.filter(pk__in=engagement.memberships.unscoped().active().values("user_id")).order_by(
            "name"
        )
        choices = [(str(user.pk), user.name) for user in people]
        self._people = {str(user.pk): user for user in people}
        for at in range(self.count):
            row = wanted[at] if at < len(wanted) else {}
            self._add_row(at, row, choices)

    def _count(self, wanted: int) -> int:
        if self.is_bound:
            said = self.data.get("row_count", "")
            # Python refuses to read a number of thousands of digits.
            found = int(said) if said.isascii() and said.isdigit() and len(said) < _MOST_DIGITS else 0
            return min(max(found, LEAST_ROWS), MOST_CONDITIONS + SPARE_ROWS)
        return min(max(LEAST_ROWS, wanted + SPARE_ROWS), MOST_CONDITIONS)

    def _add_row(self, at: int, row: dict[str, Any], choices: list[tuple[str, str]]) -> None:
        fields: dict[str, forms.Field] = {
            "text": LineField(label=_("Condition"), max_length=300, required=False),
            "owner": forms.ChoiceField(
                label=_("Who sees to it"), choices=[("", _("somebody else")), *choices], required=False
            ),
            "owner_name": LineField(label=_("or the name"), max_length=80, required=False),
            "due_on": DayField(label=pgettext_lazy("deadline", "By"), required=False),
        }
        for name, field in fields.items():
            field.initial = row.get(name)
            self.fields[f"{name}_{at}"] = field

    @property
    def condition_rows(self) -> list[list[BoundField]]:
        """The fields of each condition, in the order they are filled in."""
        return [[self[f"{part}_{at}"] for part in _PARTS] for at in range(self.count)]

    def clean(self) -> dict[str, Any]:
        """Return what `judge` takes; a row in which something stands must say everything."""
        cleaned = super().clean() or self.cleaned_data
        conditions = [wanted for at in range(self.count) if (wanted := self._wanted(at, cleaned)) is not None]
        plain: dict[str, Any] = {name: cleaned[name] for name in ("result", "note", "version") if name in cleaned}
        return {**plain, "conditions": conditions}

    def _wanted(self, at: int, cleaned: dict[str, Any]) -> Wanted | None:
        told = {part: cleaned.get(f"{part}_{at}") for part in _PARTS}
        if not any(told.values()):
            return None
        owner = self._people.get(told["owner"] or "")
        name = told["owner_name"] or (owner.name if owner else "")
        if not told["text"] and f"text_{at}" not in self.errors:
            self.add_error(f"text_{at}", gettext("Write the condition."))
        if not name and f"owner_name_{at}" not in self.errors:
            self.add_error(f"owner_name_{at}", gettext("Say who sees to it."))
        if not told["due_on"] and f"due_on_{at}" not in self.errors:
            self.add_error(f"due_on_{at}", gettext("Say by when."))
        if not (told["text"] and name and told["due_on"]):
            return None
        return Wanted(told["text"], name[:80], told["due_on"], owner)

    @classmethod
    def with_more_rows(cls, data: QueryDict, *, engagement: Engagement) -> JudgeForm:
        """Return a form that is not judged yet: what was typed, as it stands, and two rows more below it."""
        typed = cls(data, engagement=engagement)
        wanted = [{part: data.get(f"{part}_{at}", "") for part in _PARTS} for at in range(typed.count)]
        initial = {name: data.get(name, "") for name in ("result", "note", "version")}
        return cls(engagement=engagement, wanted=wanted, initial=initial)

    def rebased_on(self, row: UatRound) -> bool:
        """Say whether the round changed meanwhile; the next press is then made knowingly."""
        return rebased(self, "version", row.version)
