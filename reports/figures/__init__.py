"""Every number on a report, as pure functions from plain values to frozen dataclasses. No database in here."""

from reports.figures.attainment import Attainment, Direction, Verdict, attainment
from reports.figures.contingency import Emergency, EmergencyFigures, emergency_figures
from reports.figures.days import SiteDays, site_days, slip_days, working_days
from reports.figures.standups import StandupFigures, standup_figures

__all__ = [
    "Attainment",
    "Direction",
    "Emergency",
    "EmergencyFigures",
    "SiteDays",
    "StandupFigures",
    "Verdict",
    "attainment",
    "emergency_figures",
    "site_days",
    "slip_days",
    "standup_figures",
    "working_days",
]
