"""The words that lines and problems share."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Section(models.TextChoices):
    """The three questions of a stand-up."""

    DONE = "done", _("Yesterday")
    PLAN = "plan", _("Today")
    PROBLEM = "problem", _("Problems")


class Severity(models.TextChoices):
    """How bad it is."""

    CRITICAL = "critical", _("Critical: go-live or data at risk")
    MAJOR = "major", _("Major: a function can't be used")
    MINOR = "minor", _("Minor: there is a way around")


class Party(models.TextChoices):
    """With whom the next step is."""

    VENDOR = "vendor", _("Vendor")
    CLIENT = "client", _("Client")
    THIRD_PARTY = "third_party", _("Third party")


class Answer(models.TextChoices):
    """What a stand-up says of a problem it found open."""

    STILL = "still", _("Still there")
    CHANGED = "changed", _("Changed")
    SOLVED = "solved", _("Solved")


class Source(models.TextChoices):
    """Where a problem came up."""

    STAND_UP = "stand_up", _("Stand-up")
    UAT = "uat", _("Acceptance test")
    CLIENT = "client", _("Client")
    CONTINGENCY = "contingency", _("Emergency")
    DATA_CHECK = "data_check", _("Data check")
    TEAM = "team", _("Our own work")


class Kind(models.TextChoices):
    """What kind of problem it is. A concern is a doubt of the client's, which only evidence answers (E3)."""

    FUNCTION = "function", _("Function")
    DATA = "data", _("Data")
    INTERFACE = "interface", _("Interface")
    ENVIRONMENT = "environment", _("Environment or network")
    PERMISSION = "permission", _("Permission")
    PERFORMANCE = "performance", _("Performance")
    PROCESS = "process", _("Process or cooperation")
    CONCERN = "concern", _("Concern")
    OTHER = "other", _("Other")


class ConcernState(models.TextChoices):
    """Where the answer to a concern stands; no other problem has one."""

    NONE = "", _("No concern")
    OPEN = "open", _("Waits for our answer")
    ANSWERED = "answered", _("Answered, waits for the client")
    CONFIRMED = "confirmed", _("Confirmed by the client")


class Mood(models.TextChoices):
    """How somebody at the client's seems to take the work."""

    TRUSTING = "trusting", _("Trusting")
    NEUTRAL = "neutral", _("Neutral")
    TENSE = "tense", _("Tense")
    UPSET = "upset", _("Upset")
