"""The goal chain as a picture on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement, FollowUpVisit
from onsite.core.charts.chain import Box, ChainChart, Lane, Tone, chain_figure
from onsite.core.charts.figure import Figure
from onsite.core.wording import enumerated
from reports.building.goal_chain import After, Chain, GoalChain, Proof, Value, Work, last_name
from reports.documents import wording
from reports.documents.wording import VERDICTS
from reports.figures.goal_chain import Change

MOST_ABREAST = 6
WIDTHS = (168, 146, 146, 116, 116, 116, 116)
# The sign before the word, and the colour: neither says it alone.
CHANGES: Mapping[Change, tuple[str, Tone]] = {
    "held": ("＝", "ok"),
    "improved": ("▲", "ok"),
    "decayed": ("▼", "bad"),
    "not_measured": ("○", "gone"),
}
TONES: Mapping[str, Tone] = {"met": "ok", "exceeded": "ok", "missed": "warn", "not_measured": "gone"}


def change_word(change: Change) -> str:
    """Return the sign and the word: "▲ Improved"."""
    sign, _tone = CHANGES[change]
    return f"{sign} {wording.CHANGES[change]}"


def chain_chart(engagement: Engagement, found: GoalChain) -> Figure:
    """Return the chart of all chains with its table; false without objectives."""
    headings = (
        _("Objective"), _("Functions"), _("Acceptance"), _("Evidence"), _("At closing"),
        _("+1 month"), _("+3 months"),
    )  # fmt: skip
    return chain_figure(
        ChainChart(
            headings=headings,
            widths=WIDTHS,
            lanes=tuple(_lane(engagement, chain) for chain in found.chains),
            label=_("Goal chain"),
            text=_("Each row leads from an objective to its functions, their acceptance, the evidence, and the measured "
                   "values. The same stands below in words."),
        )
    )  # fmt: skip


def _lane(engagement: Engagement, chain: Chain) -> Lane:
    works, proofs = chain.works[:MOST_ABREAST], list(chain.proofs[:MOST_ABREAST])
    unproved = any(work.proof is None for work in works)
    proof_boxes = [_proof_box(engagement, proof) for proof in proofs]
    if unproved or not proofs:
        proof_boxes.append(Box(_("No acceptance cell"), is_gap=True))
    work_boxes = [_work_box(engagement, work) for work in works] or [Box(_("No function"), is_gap=True)]
    work_boxes += _more(len(chain.works))
    proof_boxes += _more(len(chain.proofs))
    columns = (
        (_goal_box(engagement, chain),),
        tuple(work_boxes),
        tuple(proof_boxes),
        (_evidence_box(chain),),
        (_closing_box(chain),),
        *((_after_box(chain, after),) for after in chain.after),
    )
    return Lane(columns, _links(columns, _proved(works, proofs)))


def _more(count: int) -> list[Box]:
    """What has no room is counted; the list below the chart names it."""
    left = count - MOST_ABREAST
    return [Box(ngettext("%(count)s more", "%(count)s more", left) % {"count": left}, is_gap=True)] if left > 0 else []


def _proved(works: Sequence[Work], proofs: Sequence[Proof]) -> list[tuple[int, int]]:
    """Return from which function's place to which module's; to the gap behind them where there is none."""
    places = {proof.pk: place for place, proof in enumerate(proofs)}
    return [(place, places.get(work.proof or 0, len(proofs))) for place, work in enumerate(works)] or [(0, 0)]


def _links(
    columns: Sequence[Sequence[Box]], proved: Sequence[tuple[int, int]]
) -> tuple[tuple[tuple[int, int], ...], ...]:
    goal, proofs = columns[1], columns[2]
    return (
        tuple((0, place) for place in range(len(goal))),
        tuple((start, min(end, len(proofs) - 1)) for start, end in proved),
        tuple((place, 0) for place in range(len(proofs))),
        ((0, 0),),
        ((0, 0),),
        ((0, 0),),
    )


def _goal_box(engagement: Engagement, chain: Chain) -> Box:
    row = chain.objective
    start = wording.amount(row.baseline, row.unit)
    return Box(
        row.title, (f"{start} → {wording.target(row.agreed)}",),
        url=reverse("engagements:reading_list", args=[engagement.pk, row.pk]),
    )  # fmt: skip


def _work_box(engagement: Engagement, work: Work) -> Box:
    shared = ngettext("serves %(count)s objective", "serves %(count)s objectives", work.goals) % {"count": work.goals}
    words = (last_name(work.module), shared) if work.goals > 1 else (last_name(work.module),)
    return Box(work.name, words, url=reverse("engagements:function", args=[engagement.pk, work.pk]))


def _proof_box(engagement: Engagement, proof: Proof) -> Box:
    told = _("%(accepted)s of %(required)s accepted") % {"accepted": proof.accepted, "required": proof.required}
    tone: Tone = "ok" if proof.is_accepted else "warn" if proof.required else "gone"
    cell = proof.cells[0].cell
    url = cell.get_absolute_url() if len(proof.cells) == 1 else reverse("standups:rollout", args=[engagement.pk])
    return Box(last_name(proof.module), (told,), tone, url)


def _evidence_box(chain: Chain) -> Box:
    words = []
    if chain.closing.evidence:
        words.append(chain.closing.evidence)
    if chain.files:
        words.append(
            ngettext("%(count)s file of tests", "%(count)s files of tests", chain.files) % {"count": chain.files}
        )
    if not words:
        return Box(_("No evidence"), is_gap=True)
    return Box(words[0], tuple(words[1:]))


def _closing_box(chain: Chain) -> Box:
    if chain.closing.value is None:
        return Box(_("Not measured"), is_gap=True)
    words = (reached_words(chain.closing), *([] if chain.is_closed else [_("so far")]))
    return Box(_amount(chain, chain.closing), words, TONES[chain.closing.attainment.verdict])


def _after_box(chain: Chain, after: After) -> Box:
    if after.value.value is None:
        return Box(change_word("not_measured"), is_gap=True)
    _sign, tone = CHANGES[after.change]
    became = _("nothing to compare") if after.change == "not_measured" else change_word(after.change)
    words = (reached_words(after.value), became)
    return Box(_amount(chain, after.value), words, tone)


def _amount(chain: Chain, value: Value) -> str:
    return wording.amount(value.value, chain.objective.unit)


def reached_words(value: Value) -> str:
    """ "Met", or how far it came: "Not met, 92%"."""
    verdict, fraction = value.attainment.verdict, value.attainment.fraction
    if verdict != "missed" or fraction is None:
        return str(VERDICTS[verdict])
    return _("%(verdict)s, %(percent)s%%") % {"verdict": VERDICTS[verdict], "percent": int(fraction * 100)}


def tally(found: GoalChain) -> list[str]:
    """Return sentences: how many objectives are reached, and what became of them by each visit at which one was measured."""
    total = len(found.chains)
    told = ngettext(
        "%(reached)s of %(total)s objective is reached.", "%(reached)s of %(total)s objectives are reached.", total
    ) % {"reached": found.reached, "total": total}
    sentences = [told] if total else []
    for kind in FollowUpVisit.Kind:
        counts = found.changes(kind)
        if any(count for change, count in counts.items() if change != "not_measured"):
            words = enumerated(f"{wording.CHANGES[change]} {counts[change]}" for change in CHANGES if counts[change])
            sentences.append(_("%(visit)s: %(changes)s.") % {"visit": kind.label, "changes": words})
    return sentences
