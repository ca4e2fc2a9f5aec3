"""Where an engagement stands, in plain sentences."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement, Phase
from engagements.planning import Plan


def sentences(engagement: Engagement, plan: Plan) -> list[str]:
    """Return one to three whole sentences for the top of a page."""
    match Phase(engagement.phase):
        case Phase.PREPARATION:
            return [_beginning(engagement), *_ending(engagement, plan)]
        case Phase.EXECUTION:
            return [day_of(engagement), *_stage(plan), *_ending(engagement, plan)]
        case Phase.REVIEW:
            return [_since(engagement), _("The review is under way.")]
        case Phase.CLOSED:
            return [_since(engagement), _("The engagement is closed.")]
    return [_("The engagement was cancelled.")]


def briefly(engagement: Engagement) -> str:
    """Return one sentence for a list."""
    match Phase(engagement.phase):
        case Phase.PREPARATION | Phase.EXECUTION:
            return day_of(engagement)
        case Phase.REVIEW | Phase.CLOSED:
            return _since(engagement)
    return _("The engagement was cancelled.")


def day_of(engagement: Engagement) -> str:
    """Say which working day of how many it is."""
    calendar = engagement.working_calendar
    day = calendar.day_number(engagement.start_on, engagement.today())
    total = calendar.day_number(engagement.start_on, engagement.agreed_go_live_on)
    if day == 0:
        return _("Work on site begins on %(day)s.") % {"day": date_format(engagement.start_on)}
    if day > total:
        late = day - total
        text = ngettext(
            "Working day %(day)s: the agreed day was %(late)s working day ago.",
            "Working day %(day)s: the agreed day was %(late)s working days ago.",
            late,
        )
        return text % {"day": day, "late": late}
    return _("Working day %(day)s of %(total)s.") % {"day": day, "total": total}


def _beginning(engagement: Engagement) -> str:
    start = {"day": date_format(engagement.start_on)}
    if engagement.today() < engagement.start_on:
        return _("Work on site begins on %(day)s.") % start
    return _("Work on site began on %(day)s; the engagement is still in preparation.") % start


def _stage(plan: Plan) -> list[str]:
    if plan.current is None:
        return [_("All stages are done.")] if plan.stages else []
    return [
        _("Under way: %(stage)s, %(percent)s%% done.")
        % {"stage": plan.current.stage, "percent": plan.current.stage.percent}
    ]


def _ending(engagement: Engagement, plan: Plan) -> list[str]:
    if plan.finish_on is None:
        return []
    agreed = engagement.agreed_go_live_on
    late = engagement.working_calendar.working_days_between(agreed, plan.finish_on)
    words = {"day": date_format(plan.finish_on), "agreed": date_format(agreed), "late": late}
    if late <= 0:
        return [_("The plan ends on %(day)s; the agreed day is %(agreed)s.") % words]
    text = ngettext(
        "The plan ends on %(day)s, %(late)s working day after the agreed %(agreed)s.",
        "The plan ends on %(day)s, %(late)s working days after the agreed %(agreed)s.",
        late,
    )
    return [text % words]


def _since(engagement: Engagement) -> str:
    if engagement.go_live_on is None:
        return day_of(engagement)
    text = _("Live since %(day)s.") if engagement.ends_with_go_live else _("Handed over on %(day)s.")
    return text % {"day": date_format(engagement.go_live_on)}
