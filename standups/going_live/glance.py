"""The way to go-live at a glance: five steps, each with one sentence, one number and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from engagements.models import Engagement, SignOff
from onsite.accounts.models import User
from standups.first_weeks import state as first_weeks_state
from standups.going_live import go
from standups.going_live.facts import GoFacts, facts_of
from standups.going_live.shown import ShownDecision, shown
from standups.models import ExitCriterion

ON_THE_WAY = (SignOff.Kind.DATA, SignOff.Kind.UAT, SignOff.Kind.GO, SignOff.Kind.HANDOVER)


@dataclass(frozen=True)
class Step:
    """One step of the way. `done` of `all` is its number, None where it has none; `act` is what the link says."""

    state: Literal["done", "doing", "todo"]
    title: str
    sentence: str
    url: str
    act: str
    done: int | None = None
    all: int | None = None

    @property
    def word(self) -> str:
        return {
            "done": pgettext("step of the way", "done"),
            "doing": pgettext("step of the way", "under way"),
            "todo": pgettext("step of the way", "not begun"),
        }[self.state]


@dataclass(frozen=True)
class Glance:
    """The steps, what waits for a signature, and how much stands against it. `is_empty` before anything is there."""

    steps: tuple[Step, ...]
    waiting: tuple[SignOff, ...]
    against: int
    decision: ShownDecision | None
    is_empty: bool


def glance_of(engagement: Engagement, user: User) -> Glance:
    """Return the way as this person may see it. The queries do not grow with the rows."""
    facts = facts_of(engagement)
    texts = engagement.sign_offs.visible_to(user).current().filter(kind__in=ON_THE_WAY).select_related("frozen_by")
    current = list(texts.order_by("frozen_at"))
    decision = next((shown(row) for row in current if row.kind == SignOff.Kind.GO), None)
    against = len(go.standing_against(engagement).obstacles)
    steps = [_data(engagement, facts), _rollout(engagement, facts)]
    if engagement.ends_with_go_live:
        steps += [_cutover(engagement, facts), _decision(engagement, decision, against)]
    steps.append(_first_weeks(engagement))
    is_empty = not (facts.objects or facts.stages or facts.has_steps or facts.rehearsals or current)
    waiting = tuple(row for row in current if not row.is_signed)
    return Glance(tuple(steps), waiting, against, decision, is_empty and engagement.go_live_on is None)


def _data(engagement: Engagement, facts: GoFacts) -> Step:
    url = reverse("standups:data_checks", args=[engagement.pk])
    title, total = _("The data is right"), len(facts.objects)
    if not total:
        return Step("todo", title, _("No data object is listed. Where no data is moved, none is needed."), url,
                    _("Data checks"))  # fmt: skip
    done = facts.objects_signed
    still_open = [state.data_object.name for state in facts.objects if state.newest and state.newest.has_open]
    if done == total:
        sentence = _("Every data object is checked and signed.")
    elif still_open:
        sentence = _("Differences are open: %(names)s.") % {"names": _few(still_open)}
    else:
        missing = [state.data_object.name for state in facts.objects
                   if not (state.newest and state.newest.round.is_signed)]  # fmt: skip
        sentence = _("Not signed yet: %(names)s.") % {"names": _few(missing)}
    state: Literal["done", "doing"] = "done" if done == total else "doing"
    return Step(state, title, sentence, url, _("Data checks"), done, total)


def _rollout(engagement: Engagement, facts: GoFacts) -> Step:
    url = reverse("standups:rollout", args=[engagement.pk])
    title, total, done = _("The roll-out is accepted"), facts.cells_required, facts.cells_accepted
    if not facts.stages:
        return Step("todo", title, _("The acceptance matrix is not built yet."), url, _("Roll-out"))
    rejected = sum(stage.counts["rejected"] for stage in facts.stages)
    live = sum(stage.counts["live"] for stage in facts.stages)
    if done == total:
        sentence = _("Every cell is accepted.")
    elif rejected:
        sentence = ngettext("%(count)s cell is rejected.", "%(count)s cells are rejected.", rejected) % {
            "count": rejected
        }
    else:
        sentence = ngettext("%(count)s cell is being tested.", "%(count)s cells are being tested.", live) % {
            "count": live
        }
    state: Literal["done", "doing", "todo"] = (
        "done" if done == total else "doing" if done + live + rejected else "todo"
    )
    return Step(state, title, sentence, url, _("Roll-out"), done, total)


def _cutover(engagement: Engagement, facts: GoFacts) -> Step:
    url = reverse("standups:cutover", args=[engagement.pk])
    title, last = _("The cutover is rehearsed"), facts.last_rehearsal
    if last is not None:
        told = {"day": date_format(last.held_on), "minutes": last.minutes}
        sentence = _("The last rehearsal on %(day)s took %(minutes)s minutes.") % told
        return Step("done", title, sentence, url, _("Cutover"))
    if facts.rehearsals:
        return Step("doing", title, _("No rehearsal went through to its end yet."), url, _("Cutover"))
    if facts.has_steps:
        return Step("doing", title, _("The run sheet is there; nothing is rehearsed yet."), url, _("Cutover"))
    return Step("todo", title, _("There is no run sheet yet."), url, _("Cutover"))


def _decision(engagement: Engagement, decision: ShownDecision | None, against: int) -> Step:
    url = reverse("standups:go_decision", args=[engagement.pk])
    title, act = _("The client decides to go live"), _("Go decision")
    if decision is None:
        text = (
            ngettext("%(count)s thing stands against it.", "%(count)s things stand against it.", against)
            % {"count": against}
            if against
            else _("Nothing stands against it: it can be decided.")
        )
        return Step("todo", title, text, url, act)
    signed = _("Signed.") if decision.sign_off.is_signed else _("It waits for the client's signature.")
    day = date_format(decision.day) if decision.day else ""
    said = _("%(decision)s, %(day)s. %(signed)s") % {"decision": decision.word, "day": day, "signed": signed}
    done = decision.is_to_go and decision.sign_off.is_signed
    return Step("done" if done else "doing", title, said, url, act)


def _first_weeks(engagement: Engagement) -> Step:
    url = reverse("standups:first_weeks", args=[engagement.pk])
    title, act = _("Operations take over"), _("First weeks")
    if first_weeks_state.is_handed_over(engagement):
        return Step("done", title, _("The hand-over is signed."), url, act)
    if not engagement.is_live():
        return Step("todo", title, _("It begins with the go-live day.") if engagement.ends_with_go_live
                    else _("It begins with the hand-over day."), url, act)  # fmt: skip
    since = date_format(engagement.go_live_on) if engagement.go_live_on else ""
    count = ExitCriterion.objects.filter(engagement=engagement).count()
    text = ngettext(
        "Live since %(day)s; %(count)s exit criterion is agreed.",
        "Live since %(day)s; %(count)s exit criteria are agreed.",
        count,
    )
    return Step("doing", title, text % {"day": since, "count": count}, url, act)


def _few(names: Iterable[str]) -> str:
    found = list(names)
    return pgettext("between names", ", ").join(found[:3]) + (" …" if len(found) > 3 else "")
