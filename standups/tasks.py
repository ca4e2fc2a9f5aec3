"""What the days on site need done behind the pages."""

from __future__ import annotations

from celery import shared_task

from standups.services import reminding


@shared_task(name="standups.remind_of_missed_days")
def remind_of_missed_days() -> None:
    """Tell the leads of agreed days that passed without a stand-up."""
    reminding.remind_of_missed_days()
