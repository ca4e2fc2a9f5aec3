"""The filters of the list of problems, and the change of many at once."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField
from onsite.core.forms import OnSiteForm, offer_choices
from standups.forms.problem import ID, ours
from standups.models import Kind, Party, Source
from standups.models.problem import ProblemQuerySet
from standups.wording import SEVERITIES, party_label

MINE, NOBODY = "mine", "nobody"
MOST_AT_ONCE = 100
SORTS = [
    ("oldest", _("Oldest first")),
    ("due", _("Soonest due first")),
    ("severity", _("Worst first")),
    ("changed", _("Latest changed first")),
]
# A function, an objective or a task in the address, such as "tasks-12".
_ABOUT = re.compile(r"(functions|objectives|tasks)-([0-9]{1,18})")


def _chosen(label: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, **kwargs)


class ProblemFilter(OnSiteForm):
    """What the list is narrowed to and sorted by; it stands in the address. What makes no sense is as if it were not
    there."""

    OPEN, OVERDUE, SOLVED, ALL = "open", "overdue", "solved", "all"
    MAIN = ("state", "severity", "next", "q")
    MORE = ("kind", "source", "owner", "sort", "key")

    state = _chosen(
        _("State"), choices=[(OPEN, _("Open")), (OVERDUE, _("Overdue")), (SOLVED, _("Solved")), (ALL, _("All"))]
    )
    severity = _chosen(_("Severity"))
    next = _chosen(_("Next step with"))
    q = LineField(label=_("Words"), required=False)
    kind = _chosen(_("Kind"), choices=[("", _("Any")), *Kind.choices])
    source = _chosen(pgettext_lazy("problem", "Source"), choices=[("", _("Any")), *Source.choices])
    owner = _chosen(_("Cared for by"))
    sort = _chosen(_("Order"), choices=SORTS)
    key = forms.BooleanField(label=_("Key problems only"), required=False)
    about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, engagement: Engagement, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.engagement, self.user = engagement, user
        anything = ("", _("Any"))
        parties = [(value, party_label(value, for_client=user.is_client)) for value in Party.values]
        offer_choices(self, "severity", [anything, *((value, word) for value, (word, _meaning) in SEVERITIES.items())])
        offer_choices(self, "next", [anything, *parties])
        if user.is_client:
            del self.fields["owner"]
            # The order would tell when something was changed that only the vendor sees.
            offer_choices(self, "sort", [choice for choice in SORTS if choice[0] != "changed"])
        else:
            people = [(str(pk), name) for pk, name in ours(engagement).values_list("pk", "name")]
            offer_choices(self, "owner", [anything, (MINE, _("Me")), (NOBODY, _("Nobody yet")), *people])

    def narrow(self, rows: ProblemQuerySet) -> ProblemQuerySet:
        """Return the rows that match, in their order."""
        self.is_valid()
        wanted = self.cleaned_data
        rows = self._in_state(rows, wanted.get("state") or self.OPEN)
        for name in ("severity", "kind", "source"):
            if value := wanted.get(name):
                rows = rows.filter(**{name: value})
        if party := wanted.get("next"):
            rows = rows.with_party(Party(party))
        rows = self._of_owner(rows, wanted.get("owner") or "")
        if wanted.get("key"):
            rows = rows.key()
        if words := wanted.get("q"):
            rows = rows.matching(words)
        if about := self.subject:
            rows = rows.filter(**{about[0]: about[1]})
        return self._sorted(rows, wanted.get("sort") or "oldest")

    @property
    def subject(self) -> tuple[str, int] | None:
        """Return what is asked about: the kind of link and the row's id."""
        found = _ABOUT.fullmatch(self.cleaned_data.get("about") or "")
        return (found[1], int(found[2])) if found else None

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything but the open ones was asked for."""
        return any(value for name, value in self.cleaned_data.items() if name not in {"state", "sort"})

    @property
    def uses_more(self) -> bool:
        """Say whether one of the lesser filters is in use."""
        return any(self.cleaned_data.get(name) for name in self.MORE)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MAIN]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE if name in self.fields]

    def _in_state(self, rows: ProblemQuerySet, state: str) -> ProblemQuerySet:
        if state == self.OVERDUE:
            return rows.overdue(self.engagement.today())
        return {self.OPEN: rows.open(), self.SOLVED: rows.solved()}.get(state, rows)

    def _of_owner(self, rows: ProblemQuerySet, owner: str) -> ProblemQuerySet:
        if owner == NOBODY:
            return rows.unowned()
        return rows.filter(owner=self.user.pk if owner == MINE else int(owner)) if owner else rows

    def _sorted(self, rows: ProblemQuerySet, order: str) -> ProblemQuerySet:
        orders = {
            "due": rows.soonest_due_first, "severity": rows.worst_first, "changed": rows.latest_changed_first,
        }  # fmt: skip
        return orders.get(order, rows.oldest_first)()


class _IdsField(forms.Field):
    """The ticked rows of the list."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        ids = [int(part) for part in value or () if ID.fullmatch(part)]
        if not ids:
            raise ValidationError(_("Tick at least one problem."))
        if len(ids) > MOST_AT_ONCE:
            raise ValidationError(_("At most %(most)s problems at once.") % {"most": MOST_AT_ONCE})
        return ids


class BulkForm(OnSiteForm):
    """What is to change of all ticked problems; what is left as it is does not."""

    problems = _IdsField()
    severity = _chosen(_("Severity"))
    next_step_with = _chosen(_("Next step with"))
    owner = _chosen(_("Cared for by"))
    due_on = DayField(label=_("Due"), required=False)
    is_solved = forms.BooleanField(label=_("Solved today"), required=False)

    CHANGES = ("severity", "next_step_with", "owner", "due_on")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stays = ("", _("as it is"))
        self.people = {str(row.pk): row for row in ours(engagement)}
        offered: dict[str, list[Any]] = {
            "severity": [(value, word) for value, (word, _meaning) in SEVERITIES.items()],
            "next_step_with": list(Party.choices),
            "owner": [(NOBODY, _("nobody")), *((pk, row.name) for pk, row in self.people.items())],
        }
        for name, choices in offered.items():
            offer_choices(self, name, [stays, *choices])

    def clean(self) -> dict[str, Any]:
        """Return what `change_problems` takes."""
        cleaned = super().clean() or self.cleaned_data
        changes = {name: cleaned[name] for name in self.CHANGES if cleaned.get(name)}
        if not self.errors and not changes and not cleaned.get("is_solved"):
            raise ValidationError(_("Say what is to change."))
        if "owner" in changes:
            changes["owner"] = self.people.get(changes["owner"])
        return {"problems": cleaned.get("problems", []), "is_solved": cleaned.get("is_solved", False), **changes}

    @property
    def ticked(self) -> set[int]:
        """The rows that were ticked, for a page that comes back."""
        told = self["problems"].value() if self.is_bound else None
        return {int(part) for part in told or () if ID.fullmatch(part)}
