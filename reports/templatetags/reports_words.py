"""Values of the overviews in words and numbers."""

from __future__ import annotations

from datetime import date

from django import template

from reports.documents import wording
from reports.rows import ObjectiveRow
from standups.models import Problem
from standups.wording import party_kind, party_label

register = template.Library()


@register.filter
def reading_amount(objective: ObjectiveRow) -> str:
    """ "3 people"; a dash while nobody measured."""
    return wording.amount(objective.reading, objective.unit)


@register.filter
def target_amount(objective: ObjectiveRow) -> str:
    """ "≥ 5 people"."""
    return wording.target(objective.agreed)


@register.filter
def thousandths(objective: ObjectiveRow) -> str:
    """How far the bar reaches, 0 to 1000; a string, so that no language groups its digits."""
    fraction = objective.attainment.fraction
    return str(int(fraction * 1000)) if fraction is not None else "0"


@register.filter
def party_words(party: str) -> str:
    """With whom the next step is, as a client reads it: their own part is asked for, not blamed."""
    return party_label(party, for_client=True)


@register.filter
def party_tag(party: str) -> str:
    """The tag's colour; the words carry the meaning."""
    return party_kind(party)


@register.filter
def age_on(problem: Problem, today: date) -> int:
    """Working days since it was raised."""
    return problem.age_in_working_days(today)
