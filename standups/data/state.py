"""How far the data checks are, and what of them stands against going live (N11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onsite.core.errors import Obstacle
from standups.models import CountLine, DataObject, LoadRound
from standups.models.data_check import explains

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from engagements.models import Engagement

UNCOUNTED = gettext_lazy("%(name)s: nothing was counted yet.")
UNSAMPLED = gettext_lazy("%(name)s: the owner has not checked a sample yet.")
UNSIGNED = gettext_lazy("%(name)s: the data check is not signed yet.")


@dataclass(frozen=True)
class RoundState:
    """A load round with what it shows. `missing` are lines that are not counted on both sides."""

    round: LoadRound
    lines: tuple[CountLine, ...]

    @property
    def differing(self) -> list[CountLine]:
        """Lines that were counted and are not equal."""
        return [line for line in self.lines if line.difference]

    @property
    def unexplained(self) -> list[CountLine]:
        return [line for line in self.differing if line.is_open]

    @property
    def missing(self) -> list[CountLine]:
        return [line for line in self.lines if line.difference is None]

    @property
    def explained_count(self) -> int:
        return len(self.differing) - len(self.unexplained)

    @property
    def is_sampled(self) -> bool:
        return bool(self.round.sample_size) and self.round.sample_wrong is not None

    @property
    def is_sample_open(self) -> bool:
        """Whether the sample held something wrong that nobody explained."""
        return bool(self.round.sample_wrong) and not explains(self.round.sample_explanation)

    @property
    def has_open(self) -> bool:
        """Whether a difference is open, of the lines or of the sample."""
        return self.is_sample_open or any(line.is_open for line in self.lines)

    @property
    def is_ready(self) -> bool:
        """Whether it can be frozen: something is counted, nothing is open, the sample was checked."""
        return bool(self.lines) and self.is_sampled and not self.has_open

    @property
    def is_untouched(self) -> bool:
        """Whether nobody loaded, counted or sampled anything in it yet."""
        is_counted = any(line.target_value is not None for line in self.lines)
        return self.round.loaded_on is None and self.round.sample_size is None and not is_counted

    @property
    def is_frozen(self) -> bool:
        return self.round.sign_off is not None

    @property
    def step(self) -> str:
        """Return what comes next: count, explain, sample, explain_sample, freeze, sign or, when all is done, signed."""
        if self.is_frozen:
            return "signed" if self.round.is_signed else "sign"
        if not self.lines or self.missing:
            return "count"
        if self.unexplained:
            return "explain"
        if not self.is_sampled:
            return "sample"
        return "explain_sample" if self.is_sample_open else "freeze"


@dataclass(frozen=True)
class ObjectState:
    """A data object with its newest round, None before the first."""

    data_object: DataObject
    newest: RoundState | None


def state_of(load_round: LoadRound) -> RoundState:
    """Return the round with its lines, from what is prefetched or from one query."""
    return RoundState(load_round, tuple(load_round.lines.unscoped()))


def states(engagement: Engagement) -> list[ObjectState]:
    """Return every data object with its newest round, in the objects' order; the queries do not grow with the rows."""
    return states_of(engagement.data_objects.unscoped())


def states_of(objects: Any) -> list[ObjectState]:
    """As `states`, for the objects of this queryset."""
    lines = Prefetch("lines", CountLine.objects.unscoped().select_related("problem"), to_attr="fetched_lines")
    newest = LoadRound.objects.unscoped().newest().select_related("sign_off", "mapping").prefetch_related(lines)
    found = objects.select_related("engagement").prefetch_related(Prefetch("rounds", newest, to_attr="newest_rounds"))
    return [ObjectState(row, _newest(row)) for row in found]


def _newest(row: Any) -> RoundState | None:
    for load_round in row.newest_rounds:
        load_round.data_object = row
        return RoundState(load_round, tuple(load_round.fetched_lines))
    return None


def is_withdrawable(state: RoundState) -> bool:
    """Say whether a round may be taken back, as opened by mistake: untouched, not signed, and only the same again. What a
    changed mapping opened stays: that mapping is still to be loaded. One query at most."""
    if state.is_frozen or not state.is_untouched:
        return False
    row = state.round
    return LoadRound.objects.filter(
        data_object=row.data_object_id, number=row.number - 1, mapping=row.mapping_id
    ).exists()


def before_go(engagement: Engagement) -> list[Obstacle]:
    """Return what of the data stands against going live. Nothing where no data is moved.

    An open difference can't be taken as a risk: nobody knows what it is.
    """
    return [obstacle for state in states(engagement) for obstacle in _obstacles(state)]


def _obstacles(state: ObjectState) -> list[Obstacle]:
    newest = state.newest
    found = []
    if newest is not None and newest.has_open:
        found.append(_obstacle("open", state, _what_is_open(newest), waivable=False))
    if newest is None or not newest.lines:
        found.append(_obstacle("unchecked", state, UNCOUNTED))
    elif not newest.is_sampled:
        found.append(_obstacle("unchecked", state, UNSAMPLED))
    elif not found and not newest.round.is_signed:
        found.append(_obstacle("unsigned", state, UNSIGNED))
    return found


def _what_is_open(state: RoundState) -> str:
    """Return the sentence for what is open, with a place left for the object's name."""
    if count := len(state.unexplained):
        return ngettext(
            "%%(name)s: %(count)s difference is not explained.",
            "%%(name)s: %(count)s differences are not explained.",
            count,
        ) % {"count": count}
    if state.is_sample_open:
        return _("%(name)s: nobody explained what the sample showed.")
    count = len(state.missing)
    return ngettext(
        "%%(name)s: %(count)s line is not counted on both sides.",
        "%%(name)s: %(count)s lines are not counted on both sides.",
        count,
    ) % {"count": count}


def _obstacle(kind: str, state: ObjectState, text: _StrOrPromise, *, waivable: bool = True) -> Obstacle:
    row = state.data_object
    return Obstacle(f"data.{kind}.{row.pk}", str(text) % {"name": row.name}, row.get_absolute_url(), waivable=waivable)
