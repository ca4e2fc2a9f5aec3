"""The text of a Go decision: what the client signs, in the language of the engagement's documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from engagements.go_decision import Decision
from engagements.models import Engagement
from engagements.section_text import Section, text_of_sections
from standups.going_live.facts import GoFacts, StageFacts, facts_of
from standups.going_live.go import Standing
from standups.models import CellState


@dataclass(frozen=True)
class Decided:
    """What was decided. `day` is the go-live day, or for "not yet" the one by which it is decided again."""

    decision: Decision
    note: str
    day: date


def text_of(engagement: Engagement, decided: Decided, standing: Standing) -> dict[str, Any]:
    """Return the text to freeze, with what it rests on and with `standing`, which speaks the documents' language."""
    with override(engagement.language):
        facts = facts_of(engagement)
        sections = [_decision(decided), _against(decided, standing), _rests_on(engagement, facts)]
        sections += [_data(facts), _matrix(facts), _rehearsals(facts)]
        return text_of_sections(
            engagement,
            [section for section in sections if section.paragraphs or section.points or section.rows],
            _for_our_code(engagement, decided, standing),
        )


def _for_our_code(engagement: Engagement, decided: Decided, standing: Standing) -> dict[str, Any]:
    is_to_go = decided.decision != Decision.NOT_YET
    return {
        "decision": decided.decision.value,
        "go_live_on": str(decided.day) if is_to_go else None,
        "look_again_on": None if is_to_go else str(decided.day),
        "note": decided.note,
        "risks": [obstacle.text for obstacle in standing.obstacles],
        "codes": sorted(obstacle.code for obstacle in standing.obstacles),
        "marks": sorted(standing.marks),
        # Whether somebody recorded another day by hand between the freezing and the signature.
        "revision": engagement.go_live_revision,
    }


def _decision(decided: Decided) -> Section:
    said = {
        Decision.GO: _("We go live. The go-live day is %(day)s."),
        Decision.WITH_RISKS: _("We go live with the risks listed below. The go-live day is %(day)s."),
        Decision.NOT_YET: _("We do not go live yet. It is decided again by %(day)s."),
    }[decided.decision]
    lines = [said % {"day": date_format(decided.day)}]
    if decided.decision == Decision.NOT_YET:
        lines.append(_("Reason: %(reason)s") % {"reason": decided.note})
    elif decided.note:
        lines.append(_("Note: %(note)s") % {"note": decided.note})
    return Section(_("Decision"), paragraphs=tuple(lines))


def _against(decided: Decided, standing: Standing) -> Section:
    points = tuple(obstacle.text for obstacle in standing.obstacles)
    if decided.decision == Decision.WITH_RISKS:
        return Section(_("Risks we take"), (_("We know of these and go live all the same."),), points)
    heading = _("What stands against it")
    return Section(heading, points=points) if points else Section(heading, (_("Nothing stands against it."),))


def _rests_on(engagement: Engagement, facts: GoFacts) -> Section:
    of = _("%(done)s of %(all)s")
    last = facts.last_rehearsal
    rollback_at = facts.last_rollback_at
    rows = [
        (_("Data objects checked and signed"), of % {"done": facts.objects_signed, "all": len(facts.objects)}),
        (_("Cells of the matrix accepted"), of % {"done": facts.cells_accepted, "all": facts.cells_required}),
        (_("Roles trained"), of % {"done": facts.roles_trained, "all": facts.roles}),
        (
            _("Last rehearsal"),
            _("%(day)s, %(minutes)s minutes") % {"day": date_format(last.held_on), "minutes": last.minutes}
            if last
            else pgettext("rehearsal", "none"),
        ),
        (
            _("Last moment to roll back"),
            date_format(rollback_at.astimezone(engagement.zone), "DATETIME_FORMAT") if rollback_at else _("not set"),
        ),
        (_("Agreed go-live day"), date_format(facts.agreed_on)),
    ]
    return Section(_("What it rests on"), columns=(_("What"), _("How it stands")), rows=tuple(rows))


def _data(facts: GoFacts) -> Section:
    rows = []
    for state in facts.objects:
        newest = state.newest
        rows.append(
            (
                state.data_object.name,
                _("Round %(number)s") % {"number": newest.round.number} if newest else "—",
                str(len(newest.differing)) if newest else "—",
                str(newest.explained_count) if newest else "—",
                _("yes") if newest and newest.round.is_signed else _("no"),
            )
        )
    columns = (_("Data object"), _("Load round"), _("Differences"), _("of these explained"), _("Signed"))
    return Section(_("Data checks"), columns=columns, rows=tuple(rows))


def _matrix(facts: GoFacts) -> Section:
    columns = (
        _("Stage of the roll-out"),
        pgettext("cells", "Accepted"),
        _("With conditions"),
        pgettext("cells", "Rejected"),
        _("Not accepted yet"),
        _("Descoped"),
    )
    return Section(_("Acceptance matrix"), columns=columns, rows=tuple(_matrix_row(stage) for stage in facts.stages))


def _matrix_row(stage: StageFacts) -> tuple[str, ...]:
    told = (CellState.ACCEPTED, CellState.CONDITIONAL, CellState.REJECTED, CellState.DESCOPED)
    waiting = stage.counts.total() - sum(stage.counts[state] for state in told)
    accepted, conditional, rejected, descoped = (stage.counts[state] for state in told)
    return (stage.name, *(str(count) for count in (accepted, conditional, rejected, waiting, descoped)))


def _rehearsals(facts: GoFacts) -> Section:
    rows = tuple(
        (str(run.number), date_format(run.held_on), str(run.minutes), str(run.steps), str(run.rollbacks), run.outcome)
        for run in facts.rehearsals
    )
    columns = (_("No."), _("Day"), _("Minutes"), pgettext("cutover", "Steps"), _("Steps rolled back"), _("Outcome"))
    return Section(_("Rehearsals of the cutover"), columns=columns, rows=rows)
