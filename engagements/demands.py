"""What this app demands before a phase may begin."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements import gates, preparedness
from engagements.models import Engagement, Invocation, NoLesson, Phase, RuleVersion, SignOff
from engagements.rules import standing
from engagements.services.goals import text_of_goals
from engagements.services.signing import missing_parts
from onsite.accounts.roles import Part
from onsite.core.errors import Obstacle

SIGNED = "goals.signed"
NO_LESSON = "lessons.missing"
NOT_ASKED = "satisfaction.asked"

_MISSING = gettext_lazy("Goals and scope, version %(version)s: the signature of the %(part)s is missing.")
_BEING_CHECKED = gettext_lazy(
    "Goals and scope, version %(version)s: the signed sheet of the %(part)s waits for a second person's check."
)


def a_lead_and_a_plan(engagement: Engagement) -> Sequence[Obstacle]:
    """Somebody leads, and there is a dated plan."""
    found = []
    if not engagement.memberships.active().with_part(Part.LEAD).exists():
        url = reverse("engagements:team", args=[engagement.pk])
        found.append(Obstacle("team.lead", _("Nobody leads the engagement on site yet."), url, waivable=False))
    if not engagement.stages.exists():
        url = reverse("engagements:plan", args=[engagement.pk])
        found.append(Obstacle("plan.missing", _("There is no dated plan yet."), url, waivable=False))
    return found


def agreed_goals(engagement: Engagement) -> Sequence[Obstacle]:
    """Client PM and business owner have signed the current goals and scope."""
    prepare = reverse("engagements:prepare", args=[engagement.pk])
    sign_off = engagement.sign_offs.unscoped().current().filter(kind=SignOff.Kind.GOALS).first()
    if sign_off is None:
        frozen = _("Goals and scope are not frozen for signing yet.")
        return [*_missing_words(engagement, prepare), Obstacle("goals.frozen", frozen, prepare, waivable=False)]
    if text_of_goals(engagement) != sign_off.text:
        text = _("Goals and scope changed since version %(version)s: freeze them for signing again.")
        changed = text % {"version": sign_off.version}
        return [Obstacle("goals.changed", changed, prepare, waivable=False), *_missing_signatures(sign_off)]
    return _missing_signatures(sign_off)


def _missing_words(engagement: Engagement, url: str) -> list[Obstacle]:
    found = []
    if not engagement.objectives.exists():
        found.append(Obstacle("goals.missing", _("No measurable objective is written yet."), url, waivable=False))
    if not engagement.scope_items.filter(is_included=True).exists():
        found.append(Obstacle("scope.missing", _("Nothing is written yet of what is in scope."), url, waivable=False))
    return found


def _missing_signatures(sign_off: SignOff) -> list[Obstacle]:
    url = reverse("engagements:sign_off", args=[sign_off.engagement_id, sign_off.pk])
    on_paper = set(sign_off.signatures.unscoped().filter(checked_at=None).values_list("part", flat=True))
    return [
        Obstacle(
            f"{SIGNED}.{part}",
            (_BEING_CHECKED if part in on_paper else _MISSING)
            % {"version": sign_off.version, "part": Part(part).label},
            url,
        )
        for part in missing_parts(sign_off)
    ]


def went_live(engagement: Engagement) -> Sequence[Obstacle]:
    """The go-live (or hand-over) day is recorded and has come."""
    if engagement.is_live():
        return []
    text = (
        _("The go-live day is not recorded, or has not come yet.")
        if engagement.ends_with_go_live
        else _("The hand-over day is not recorded, or has not come yet.")
    )
    return [Obstacle("go_live.missing", text, reverse("engagements:review", args=[engagement.pk]), waivable=False)]


def no_running_emergency(engagement: Engagement) -> Sequence[Obstacle]:
    """Every emergency has ended with a cause: after the closing nobody could end it any more."""
    running = Invocation.objects.unscoped().running().filter(plan__engagement=engagement).select_related("plan")
    return [
        Obstacle(
            f"emergency.running.{row.pk}",
            _("The emergency “%(plan)s” is still running.") % {"plan": row.plan.title},
            reverse("engagements:invocation", args=[engagement.pk, row.pk]),
            waivable=False,
        )
        for row in running
    ]


def a_lesson_or_none(engagement: Engagement) -> Sequence[Obstacle]:
    """At least one lesson is written, or somebody stated why there is none."""
    if engagement.lessons.exists() or NoLesson.objects.unscoped().filter(engagement=engagement).exists():
        return []
    text = _("No lesson is written yet, nor stated why there is none.")
    return [Obstacle(NO_LESSON, text, reverse("lessons:list", args=[engagement.pk]))]


def satisfaction_asked(engagement: Engagement) -> Sequence[Obstacle]:
    """The client was asked at the end how satisfied they are: by mail, or with a first answer on paper. Where that was let
    pass, a follow-up visit makes up for it by asking: a closed engagement is not surveyed any more."""
    if engagement.surveys.unscoped().of_closing().asked().exists():
        return []
    if engagement.visits.unscoped().exclude(satisfaction=None).exists():
        return []
    text = _("The client was not asked yet how satisfied they are at the end.")
    return [Obstacle(NOT_ASKED, text, reverse("engagements:survey_list", args=[engagement.pk]))]


def register_all() -> None:
    """Called once when the apps are ready."""
    gates.register(Phase.EXECUTION, a_lead_and_a_plan)
    gates.register(Phase.EXECUTION, preparedness.agreed_plan)
    gates.register(Phase.EXECUTION, agreed_goals)
    gates.register(Phase.EXECUTION, preparedness.understood_functions)
    gates.register(Phase.EXECUTION, preparedness.contingency_plans)
    gates.register(Phase.REVIEW, went_live)
    gates.register(Phase.CLOSED, no_running_emergency)
    gates.register(Phase.CLOSED, satisfaction_asked)
    gates.register(Phase.CLOSED, a_lesson_or_none)
    for phase in RuleVersion.GATES:
        gates.register(phase, standing.demanded_before(phase))
