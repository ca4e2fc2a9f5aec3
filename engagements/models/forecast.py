"""What the plan's uncertainty says of the agreed day."""

from __future__ import annotations

from django.db import models

from engagements.models.engagement import Engagement
from engagements.models.plan import StageKind
from engagements.models.publication import Publication
from onsite.accounts.access import ScopedQuerySet


class ForecastQuerySet(ScopedQuerySet["Forecast"]):
    """Forecasts: vendor only until the manager publishes them."""

    def shared(self) -> ForecastQuerySet:
        return self.filter(engagement__publications__item=Publication.Item.FORECAST)


class Forecast(models.Model):
    """The newest Monte Carlo result of one engagement, recomputed whenever its plan changes and once a day.

    `histogram` is a list of [ISO day, number of runs that end on it]; `probability` runs from 0 to 1.
    """

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="forecast")
    computed_at = models.DateTimeField(auto_now=True)
    runs = models.PositiveIntegerField()
    probability = models.FloatField()
    p50_on = models.DateField()
    p80_on = models.DateField()
    driver = models.CharField(max_length=12, choices=StageKind.choices, blank=True)
    histogram = models.JSONField()

    objects = ForecastQuerySet.as_manager()
