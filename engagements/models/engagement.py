"""One engagement and the people in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagements.models.client import Client
from onsite.accounts import zones
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission, permissions_of
from onsite.core import calendars
from onsite.core.calendar import WorkingCalendar


class Phase(models.TextChoices):
    """Where an engagement stands; only `engagements.gates` moves it."""

    PREPARATION = "preparation", _("Preparation")
    EXECUTION = "execution", _("Execution")
    REVIEW = "review", _("Review")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


# Visits, corrected documents, what is learned from both, and the people who see them outlive the engagement.
AFTER_THE_END = frozenset(
    {
        Permission.HOLD_VISIT,
        Permission.WRITE_LESSON,
        Permission.DRAFT_DOCUMENT,
        Permission.REVIEW_DOCUMENT,
        Permission.ISSUE_DOCUMENT,
        Permission.EDIT_TEAM,
        Permission.VIEW_AS_CLIENT,
    }
)


class CoreTask(models.TextChoices):
    """What the engineers are there for."""

    GO_LIVE = "go_live", _("Go live with a system")
    IMPROVE = "improve", _("Improve a process")
    FIX = "fix", _("Fix a key module")


class EngagementQuerySet(ScopedQuerySet["Engagement"]):
    """Engagements by where they stand."""

    engagement_path: ClassVar[str] = "pk"

    def running(self) -> Self:
        return self.exclude(phase__in=[Phase.CLOSED, Phase.CANCELLED])

    def in_phase(self, phase: Phase) -> Self:
        return self.filter(phase=phase)

    def matching(self, words: str) -> Self:
        """Keep those whose name or site, or whose client's name, holds the words."""
        places = ("name", "site", "client__name", "client__short_name")
        return self.filter(reduce(or_, (models.Q(**{f"{place}__icontains": words}) for place in places)))

    def lock(self, pk: int) -> Engagement:
        """Return the engagement, held until the transaction ends.

        Every change that reads before it writes takes this one lock first, so two callers queue and none deadlocks.
        Rows that only point to the engagement may still be added meanwhile (no_key).
        """
        return self.unscoped().select_for_update(no_key=True).get(pk=pk)


def _working_week() -> list[int]:
    return [1, 2, 3, 4, 5]


class Engagement(models.Model):
    """One team of engineers at one client's site for one core task."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engagements", verbose_name=_("client"))
    name = models.CharField(_("name"), max_length=120)
    core_task = models.CharField(_("core task"), max_length=10, choices=CoreTask.choices, default=CoreTask.GO_LIVE)
    purpose = models.TextField(_("purpose in one or two sentences"), blank=True)
    site = models.CharField(_("site"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    calendar = models.CharField(_("working calendar"), max_length=20, choices=calendars.CHOICES, default="CN")
    language = models.CharField(
        _("language of documents"), max_length=10, default="zh-hans", choices=[("zh-hans", "中文"), ("en", "English")]
    )
    phase = models.CharField(max_length=12, choices=Phase.choices, default=Phase.PREPARATION)
    start_on = models.DateField(_("first day on site"))
    agreed_go_live_on = models.DateField(_("agreed go-live day"))
    go_live_on = models.DateField(_("go-live day"), null=True)
    go_live_revision = models.PositiveSmallIntegerField(default=0)
    signs_on_paper = models.BooleanField(_("both sides sign on paper"), default=False)
    stand_up_at = models.TimeField(_("stand-up hour"), default=time(9, 0))
    stand_up_weekdays = models.JSONField(_("stand-up days"), default=_working_week)
    stand_up_in_writing = models.BooleanField(_("in writing, no meeting"), default=False)
    data_stays_on_site = models.BooleanField(_("data stays on site"), default=False)
    file_quota_mb = models.PositiveIntegerField(_("room for files in MB"), default=2048)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ["-start_on", "name"]
        indexes = [models.Index(fields=["phase", "start_on"])]
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="engagement_name_once_per_client"),
            models.CheckConstraint(condition=models.Q(phase__in=Phase.values), name="engagement_phase_known"),
            models.CheckConstraint(
                condition=models.Q(agreed_go_live_on__gte=models.F("start_on")),
                name="engagement_goes_live_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("engagements:detail", args=[self.pk])

    @property
    def audit_chain(self) -> str:
        return f"engagement:{self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def zone_name(self) -> str:
        """Return what the site's zone is called in the active language."""
        return zones.name(self.time_zone)

    @property
    def is_running(self) -> bool:
        return self.phase not in {Phase.CLOSED, Phase.CANCELLED}

    @property
    def ends_with_go_live(self) -> bool:
        """Whether its last day is a go-live; the other core tasks end with a hand-over day."""
        return self.core_task == CoreTask.GO_LIVE

    @cached_property
    def working_calendar(self) -> WorkingCalendar:
        return calendars.load(self.calendar)

    def today(self) -> date:
        """Return the day it is at the site. The demo stays on the latest working day, so that a weekend shows it too."""
        day = timezone.localdate(timezone=self.zone)
        if settings.DEMO and not self.working_calendar.is_working(day):
            return self.working_calendar.shift(day, -1)
        return day

    def local(self, day: date, hour: time) -> datetime:
        """Return the aware moment of this day and hour at the site."""
        return datetime.combine(day, hour, tzinfo=self.zone)

    def next_midnight(self) -> datetime:
        """Return the moment at which the present day ends at the site."""
        return self.local(timezone.localdate(timezone=self.zone) + timedelta(days=1), time.min)

    def is_live(self) -> bool:
        """Whether the go-live (or hand-over) day is known and has come."""
        return self.go_live_on is not None and self.go_live_on <= self.today()

    def is_stand_up_day(self, day: date) -> bool:
        """Whether both sides agreed on a stand-up that day: the rhythm's weekday and a working day."""
        return day.isoweekday() in self.stand_up_weekdays and self.working_calendar.is_working(day)

    def expects_stand_up(self, day: date) -> bool:
        """Whether a stand-up was to be held that day: an agreed day from the first one on site until the work there is
        over, which is the go-live day once the review has begun."""
        works_there = self.phase in {Phase.PREPARATION, Phase.EXECUTION}
        is_over = not works_there and (self.go_live_on is None or day > self.go_live_on)
        return day >= self.start_on and not is_over and self.is_stand_up_day(day)

    def parts_of(self, user: User) -> frozenset[str]:
        """Return what this person is here; asked once per request and person."""
        known: dict[int, frozenset[str]] = self.__dict__.setdefault("_parts", {})
        if user.pk not in known:
            known[user.pk] = frozenset(
                self.memberships.unscoped().active().filter(user=user).values_list("part", flat=True)
            )
        return known[user.pk]

    def know_parts(self, user: User, parts: Iterable[str]) -> None:
        """Take what this person is here from whoever asked it for many engagements at once."""
        self.__dict__.setdefault("_parts", {})[user.pk] = frozenset(parts)

    def permissions_of(self, user: User) -> frozenset[Permission]:
        """Return what this person may do here; once it is over, only what still goes on then."""
        allowed = permissions_of(user.role, self.parts_of(user))
        return allowed if self.is_running else allowed & AFTER_THE_END


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    """Who is in an engagement."""

    def active(self) -> Self:
        return self.filter(ended_at=None)

    def of_client(self) -> Self:
        return self.filter(part__in=[Part.CLIENT_PM, Part.BUSINESS_OWNER, Part.KEY_USER])

    def of_vendor(self) -> Self:
        return self.filter(part__in=[Part.LEAD, Part.ENGINEER, Part.TRAINER])

    def with_part(self, part: Part) -> Self:
        return self.filter(part=part)


class Membership(models.Model):
    """One person in one part of one engagement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person"))
    part = models.CharField(_("part"), max_length=20, choices=Part.choices)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "user", "part"],
                condition=models.Q(ended_at=None),
                name="membership_part_once",
            ),
            models.UniqueConstraint(
                fields=["engagement"],
                condition=models.Q(ended_at=None, part=Part.LEAD),
                name="membership_one_lead",
            ),
            models.CheckConstraint(condition=models.Q(part__in=Part.values), name="membership_part_known"),
        ]
        indexes = [
            models.Index(fields=["user", "engagement"], condition=models.Q(ended_at=None), name="membership_live")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_part_display()}"

    @property
    def is_client_side(self) -> bool:
        return self.part in {Part.CLIENT_PM, Part.BUSINESS_OWNER, Part.KEY_USER}
