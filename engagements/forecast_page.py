"""A stored forecast in the reader's words: one sentence, the chart, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements.models import Engagement, Forecast, StageKind
from engagements.overview import Fact
from onsite.accounts.models import User
from onsite.core.charts.figure import Figure
from onsite.core.charts.histogram import Histogram, Mark, buckets, histogram_svg
from onsite.core.templatetags.when import day as day_words


def visible(engagement_id: int, user: User) -> Forecast | None:
    """Return the forecast if this person may see it. One query."""
    return Forecast.objects.visible_to(user).select_related("engagement").filter(engagement=engagement_id).first()


def facts(engagement: Engagement, user: User) -> list[Fact]:
    """Return the forecast as a fact for the overview, nothing where there is none to see. One query."""
    found = visible(engagement.pk, user)
    if found is None:
        return []
    value = _("%(share)s by the agreed day") % {"share": percent(found.probability)}
    return [Fact(_("Forecast"), value, reverse("engagements:forecast", args=[engagement.pk]))]


def percent(probability: float) -> str:
    """Return a probability as whole percent; what is only nearly certain or nearly impossible isn't rounded to it."""
    whole = round(100 * probability)
    if whole == 100 and probability < 1:
        return _("over 99%")
    if whole == 0 and probability > 0:
        return _("under 1%")
    return f"{whole}%"


def sentence(forecast: Forecast) -> str:
    """Say what the forecast says of the agreed day."""
    words = {
        "share": percent(forecast.probability),
        "runs": runs(forecast),
        "agreed": day_words(forecast.engagement.agreed_go_live_on),
        "half": day_words(forecast.p50_on),
        "most": day_words(forecast.p80_on),
        "stage": driver(forecast),
    }
    if len(forecast.histogram) == 1:
        return _("All %(runs)s runs end on %(half)s; the agreed day is %(agreed)s.") % words
    if forecast.p50_on == forecast.p80_on:
        return (
            _(
                "%(share)s of %(runs)s runs end by the agreed %(agreed)s; four fifths end by %(most)s. "
                "What drives the risk most: %(stage)s."
            )
            % words
        )
    return (
        _(
            "%(share)s of %(runs)s runs end by the agreed %(agreed)s; half end by %(half)s, four fifths by %(most)s. "
            "What drives the risk most: %(stage)s."
        )
        % words
    )


def runs(forecast: Forecast) -> str:
    """Return how many runs there were, as one reads it: 10,000."""
    return number_format(forecast.runs, use_l10n=True, force_grouping=True)


def driver(forecast: Forecast) -> str:
    """Return the name of the stage that drives the risk most, "" where nothing is uncertain."""
    return str(StageKind(forecast.driver).label) if forecast.driver else ""


def chart(forecast: Forecast) -> Figure:
    """Return the histogram with the agreed day and the two quantiles, and the same as a table."""
    drawn = Histogram(
        bars=_bars(forecast),
        agreed_on=forecast.engagement.agreed_go_live_on,
        marks=tuple(_marks(forecast)),
        label=_("On which day the runs end"),
        text=sentence(forecast),
    )
    headings = (pgettext("a column of days", "Day"), _("Runs that end then"), _("Ended by then"))
    return Figure(drawn.label, histogram_svg(drawn), headings, tuple(_rows(forecast)))


def _rows(forecast: Forecast) -> Iterator[tuple[str, ...]]:
    ended, agreed = 0, forecast.engagement.agreed_go_live_on
    for bucket in buckets(_bars(forecast), agreed):
        ended += bucket.runs
        days = f"{bucket.first}" if bucket.first == bucket.last else f"{bucket.first} – {bucket.last}"
        is_late = bucket.last > agreed
        yield (
            _("%(days)s (after the agreed day)") % {"days": days} if is_late else days,
            f"{100 * bucket.runs / forecast.runs:.1f}%",
            f"{100 * ended / forecast.runs:.1f}%",
        )


def _marks(forecast: Forecast) -> Iterator[Mark]:
    agreed = forecast.engagement.agreed_go_live_on
    yield Mark(agreed, _("agreed: %(day)s") % {"day": day_words(agreed)}, is_strong=True)
    if forecast.p50_on != forecast.p80_on:
        yield Mark(forecast.p50_on, _("half by %(day)s") % {"day": day_words(forecast.p50_on)})
    yield Mark(forecast.p80_on, _("four fifths by %(day)s") % {"day": day_words(forecast.p80_on)})


def _bars(forecast: Forecast) -> tuple[tuple[date, int], ...]:
    return tuple((date.fromisoformat(day), runs) for day, runs in forecast.histogram)
