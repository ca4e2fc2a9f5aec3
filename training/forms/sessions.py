"""Planning a training session, and who comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowOfTwoForm, RowsForm
from onsite.accounts.models import User
from onsite.core.fields import LineField, MomentField, RowsField
from onsite.core.forms import offer_rows
from training.models import Course, Learner, TrainingSession

MOST_SEATS = 500


class LinkField(forms.URLField):
    """The address of a page of the web."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 500, "required": False, "assume_scheme": "https", **kwargs})
        self.validators.append(URLValidator(schemes=["http", "https"]))


class SessionForm(RowOfTwoForm):
    """When, where, with whom and for how many."""

    course = forms.ModelChoiceField(label=_("Course"), queryset=Course.objects.none(), empty_label=None)
    trainer = forms.ModelChoiceField(label=_("Trainer"), queryset=User.objects.none(), empty_label=None)
    starts_at = MomentField(label=_("Begins"))
    ends_at = MomentField(label=_("Ends"))
    place = LineField(label=_("Place"), max_length=120, required=False)
    link = LinkField(label=_("Link of the meeting"), help_text=_("For those who join from elsewhere."))
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS, initial=12)
    all_the_same = forms.BooleanField(
        label=_("It takes place all the same"),
        required=False,
        help_text=_("Tick this where somebody is in another session at that time and that is all right."),
    )

    rows: ClassVar[tuple[Any, ...]] = (
        "was",
        ("course", "trainer"),
        ("starts_at", "ends_at"),
        ("place", "link"),
        "capacity",
        "all_the_same",
    )

    def __init__(self, *args: Any, courses: QuerySet[Course], trainers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "course", courses)
        offer_rows(self, "trainer", trainers)

    @classmethod
    def initial_of(cls, session: TrainingSession) -> dict[str, Any]:
        """Return what the form of a session begins with."""
        names = ("starts_at", "ends_at", "place", "link", "capacity")
        return {
            "was": session.fingerprint,
            "course": session.course_id,
            "trainer": session.trainer_id,
            **{name: getattr(session, name) for name in names},
        }

    @classmethod
    def initial_for(cls, course: Course | None, trainer: User, day: datetime) -> dict[str, Any]:
        """Return what a new session's form begins with: two in the afternoon of that day, as long as the course takes."""
        begins = timezone.localtime(day).replace(hour=14, minute=0, second=0, microsecond=0)
        minutes = course.duration_minutes if course else 90
        return {
            "course": course.pk if course else None,
            "trainer": trainer.pk,
            "starts_at": begins,
            "ends_at": begins + timedelta(minutes=minutes),
        }


class CancelForm(RowsForm):
    """Why a session does not take place."""

    reason = LineField(label=_("Why it is cancelled"), help_text=_("Everybody invited reads it."))

    rows: ClassVar[tuple[Any, ...]] = ("reason",)


class LearnersField(RowsField):
    """People to tick, each with their role."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.role.name}" + ("" if obj.email else f" · {self.without_address}")

    without_address = _("no e-mail address")


class EnrolForm(RowsForm):
    """Who is enrolled besides those who are."""

    learners = LearnersField(
        label=_("People"), queryset=Learner.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    all_the_same = forms.BooleanField(label=_("They come all the same"), required=False)

    rows: ClassVar[tuple[Any, ...]] = ("learners", "all_the_same")

    def __init__(self, *args: Any, learners: QuerySet[Learner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "learners", learners)

    def clean_learners(self) -> list[Learner]:
        """Return who is ticked, and with the button of a role everybody of it."""
        field = self.fields["learners"]
        whole = self.data.get("role", "")
        if whole:
            return [row for row in field.queryset if str(row.role_id) == whole]  # type: ignore[attr-defined]
        return list(self.cleaned_data["learners"])
