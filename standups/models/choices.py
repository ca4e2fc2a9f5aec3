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
