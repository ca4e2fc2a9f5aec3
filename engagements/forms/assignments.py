"""Who works where from when to when, and when somebody is away."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Absence, Assignment, Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core.fields import DayField
from onsite.core.forms import offer_rows


class AssignmentForm(RowsForm):
    """One of the vendor's people in the team, from one day to another."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    start_on = DayField(label=_("First day"))
    finish_on = DayField(label=_("Last day"))
    percent = forms.IntegerField(
        label=_("Share of the week, percent"), min_value=1, max_value=100, initial=100,
        help_text=_("100 is the whole working week, 40 two days of five."),
    )  # fmt: skip
    is_meant = forms.BooleanField(
        label=_("More than the whole week"), required=False,
        help_text=_("Tick it only where the person is knowingly planned for more than a whole week in all engagements together."),
    )  # fmt: skip

    rows: ClassVar = ("user", ("start_on", "finish_on"), "percent", "is_meant")

    def __init__(
        self, *args: Any, engagement: Engagement, assignment: Assignment | None = None, **kwargs: Any
    ) -> None:
        row = assignment or Assignment(start_on=engagement.start_on, finish_on=engagement.agreed_go_live_on)
        initial = {name: getattr(row, name) for name in ("start_on", "finish_on", "percent")} | {"user": row.user_id}
        super().__init__(*args, **{"initial": initial, **kwargs})
        members = engagement.memberships.unscoped().active().of_vendor().values("user_id")
        offer_rows(self, "user", User.objects.filter(pk__in=members))


class AbsenceForm(RowsForm):
    """When somebody is away. Whoever may only write their own has no choice of persons."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    start_on = DayField(label=_("First day"))
    finish_on = DayField(label=_("Last day"))
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Absence.Kind.choices,
        help_text=_("Only the person and the managers read it; a client never learns of it."),
    )  # fmt: skip

    rows: ClassVar = ("user", ("start_on", "finish_on"), "kind")

    def __init__(self, *args: Any, actor: User, absence: Absence | None = None, **kwargs: Any) -> None:
        row = absence or Absence(user=actor)
        initial = {name: getattr(row, name) for name in ("start_on", "finish_on", "kind")} | {"user": row.user_id}
        super().__init__(*args, **{"initial": initial, **kwargs})
        people = User.objects.filter(role__in=[Role.ENGINEER, Role.MANAGER], is_active=True)
        offer_rows(self, "user", people)
        if not actor.is_manager:
            del self.fields["user"]
