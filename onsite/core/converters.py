"""What a path may hold beside numbers and words: a day, written as YYYY-MM-DD."""

from __future__ import annotations

from datetime import date

from django.urls import register_converter

from onsite.core.fields import FIRST_DAY, LAST_DAY


class DayConverter:
    """A real day from 2000 to 2099; anything else matches no route, and so is a 404."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError tells Django that the path doesn't match."""
        day = date.fromisoformat(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValueError(value)
        return day

    def to_url(self, value: date | str) -> str:
        return str(value)


def register() -> None:
    """Make `<date:...>` known to the site map."""
    register_converter(DayConverter, "date")
