"""Who comes into an engagement."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.fields import LineField
from onsite.core.forms import offer_rows


class _PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.title}" if obj.title else str(obj.name)


class ColleagueForm(RowsForm):
    """One of the vendor's people."""

    user = _PersonField(label=_("Person"), queryset=User.objects.none())
    part = forms.ChoiceField(
        label=_("Part"), choices=[(part.value, part.label) for part in (Part.LEAD, Part.ENGINEER, Part.TRAINER)]
    )
    phone = LineField(
        label=_("Phone"), max_length=40, required=False, help_text=_("Stands on the contingency cards of the manual.")
    )

    rows: ClassVar = (("user", "part"), "phone")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "user", User.objects.filter(role__in=[Role.ENGINEER, Role.MANAGER], is_active=True))
        lead = engagement.memberships.unscoped().active().with_part(Part.LEAD)
        if not lead.exists():
            self.fields["part"].help_text = _("Nobody leads this engagement yet.")
        else:
            self.fields["part"].initial = Part.ENGINEER


class ClientPersonForm(RowsForm):
    """A person of the client."""

    name = LineField(label=_("Name"), max_length=80)
    title = LineField(label=_("Job title"), max_length=80, required=False)
    part = forms.ChoiceField(
        label=_("Part"),
        choices=[(part.value, part.label) for part in (Part.CLIENT_PM, Part.BUSINESS_OWNER, Part.KEY_USER)],
        help_text=_("Client PM and business owner sign goals and scope."),
    )
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("A link to enter goes there; it works once.")
    )
    phone = LineField(label=_("Phone"), max_length=40, required=False)

    rows: ClassVar = (("name", "title"), "part", ("email", "phone"))
