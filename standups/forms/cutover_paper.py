"""A run that was gone through with the printed sheet, entered later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from onsite.core.fields import HourField, LineField, MomentField, TextField
from onsite.core.forms import OnSiteForm, rebased, retype
from standups.models import CutoverRun, RunStep, SheetStep
from standups.services.cutover_results import PaperStep
from standups.services.cutover_runs import LONGEST_NOTE

State = RunStep.State
DAY = timedelta(days=1)
# So long a run may last that the hours alone tell the day of each of its steps.
_BY_HOURS = timedelta(hours=12)
# Steps begin in the order of the sheet, give or take: so much earlier than the one before it a parallel one may begin.
_SLACK = timedelta(hours=2)
# On paper a step has one line: that it was rolled back and then stayed done is told by its own word.
REDONE = "redone"
_STATES = [
    (State.DONE, State.DONE.label),
    (REDONE, pgettext_lazy("step", "Rolled back, then done")),
    (State.SKIPPED, State.SKIPPED.label),
    (State.ROLLED_BACK, State.ROLLED_BACK.label),
    (State.TODO, pgettext_lazy("step", "Not reached")),
]
_OUTCOMES = [(value, label) for value, label in CutoverRun.Outcome.choices if value]
_TIMED = {State.DONE, State.ROLLED_BACK, REDONE}
_UNTIMED = {State.SKIPPED, State.TODO}
_EXPLAINED = {State.SKIPPED, State.ROLLED_BACK, REDONE}


@dataclass(frozen=True)
class PaperRow:
    """The fields beside one step."""

    step: SheetStep
    state: forms.BoundField
    started_at: forms.BoundField
    finished_at: forms.BoundField
    note: forms.BoundField


class PaperForm(OnSiteForm):
    """The head of a run, and per step of the sheet what stands on paper: hours, which this form gives their days.

    For a run of more than twelve hours that would be a guess: `is_long` then, each step takes day and hour. Hours that
    were typed come back with the guessed day to be looked at (`is_guessed`).

    `is_stale` says that the sheet is another one than the page showed: what was typed is kept, steps that are new stand
    empty, and the next save goes by the sheet as it is now.
    """

    kind = forms.ChoiceField(label=gettext_lazy("What it was"), choices=CutoverRun.Kind.choices)
    outcome = forms.ChoiceField(label=gettext_lazy("How it ended"), choices=_OUTCOMES)
    started_at = MomentField(label=gettext_lazy("Began"))
    ended_at = MomentField(label=gettext_lazy("Ended"))
    note = TextField(label=gettext_lazy("What it showed"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, steps: Sequence[SheetStep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = steps
        self.fields["version"].initial = version
        self.is_stale = rebased(self, "version", version)
        self.is_long = self.is_bound and self._lasts_long()
        for step in steps:
            self._add(step)
        self.is_guessed = self.is_long and self._guess_days()

    @property
    def heads(self) -> list[forms.BoundField]:
        return [self[name] for name in ("kind", "outcome", "started_at", "ended_at")]

    def step_rows(self) -> Iterator[PaperRow]:
        """Return the fields of each step, in order."""
        for step in self.steps:
            names = ("state", "started_at", "finished_at", "note")
            yield PaperRow(step, *(self[f"{name}-{step.pk}"] for name in names))

    def clean(self) -> dict[str, Any]:
        """Give each hour its day, and say beside each step what is missing."""
        found = super().clean() or {}
        if self.is_stale:
            raise ValidationError(_("Somebody changed the run sheet meanwhile. What you typed is kept; look at the steps again, then save."))  # fmt: skip
        if self.is_guessed:
            self._mark_long(found)
            raise ValidationError(_("This run lasted more than 12 hours, so an hour alone doesn't tell its day. Each time has a day now, which is a guess: put right what is wrong, then save."))  # fmt: skip
        anchor = found.get("started_at")
        for step in self.steps:
            self._demand(step.pk, found)
            begun, ended = found.get(f"started_at-{step.pk}"), found.get(f"finished_at-{step.pk}")
            if not self.is_long and anchor is not None and begun is not None and ended is not None:
                anchor = self._dated(step.pk, found, anchor, begun, ended)
        return found

    def entry(self) -> dict[str, Any]:
        """Return what `enter_from_paper` takes."""
        found = {name: self.cleaned_data[name] for name in PaperForm.base_fields}
        return found | {"steps": [self._entered(step.pk) for step in self.steps]}

    def _entered(self, pk: int) -> PaperStep:
        told = {name: self.cleaned_data[f"{name}-{pk}"] for name in ("started_at", "finished_at", "note")}
        state = self.cleaned_data[f"state-{pk}"]
        rollbacks = int(state in {REDONE, State.ROLLED_BACK})
        return PaperStep(pk, State.DONE if state == REDONE else state, rollbacks=rollbacks, **told)

    def _add(self, step: SheetStep) -> None:
        words = {"step": step.title}
        state = forms.ChoiceField(label=_("State of “%(step)s”") % words, choices=_STATES, initial=State.DONE)
        self.fields[f"state-{step.pk}"] = state
        for name, label in (("started_at", _("“%(step)s” began")), ("finished_at", _("“%(step)s” ended"))):
            kind = MomentField if self.is_long else HourField
            self.fields[f"{name}-{step.pk}"] = kind(label=label % words, required=False)
        note = LineField(label=_("Note on “%(step)s”") % words, max_length=LONGEST_NOTE, required=False)
        self.fields[f"note-{step.pk}"] = note
        for name, field in self.fields.items():
            if name.endswith(f"-{step.pk}"):
                is_select = isinstance(field, forms.ChoiceField)
                field.widget.attrs["class"] = "form-select" if is_select else "form-control"

    def _demand(self, pk: int, found: dict[str, Any]) -> None:
        state = found.get(f"state-{pk}")
        for name in ("started_at", "finished_at"):
            key = f"{name}-{pk}"
            if state in _TIMED and key not in self.errors and found.get(key) is None:
                self.add_error(key, _("The hour is missing."))
            elif state in _UNTIMED and found.get(key) is not None:
                self.add_error(key, _("A step that was skipped or not reached has no times: take them out, or choose another state."))  # fmt: skip
        if state in _EXPLAINED and not found.get(f"note-{pk}") and f"note-{pk}" not in self.errors:
            self.add_error(f"note-{pk}", _("Say why, in a few words."))

    def _dated(self, pk: int, found: dict[str, Any], anchor: datetime, begun: time, ended: time) -> datetime:
        """Put days to both hours; return from where the next step's are counted."""
        started_at, finished_at = _days_of(begun, ended, max(anchor - _SLACK, found["started_at"]))
        found[f"started_at-{pk}"], found[f"finished_at-{pk}"] = started_at, finished_at
        return max(anchor, started_at)

    def _lasts_long(self) -> bool:
        try:
            began, ended = (self.fields[name].clean(self.data.get(name)) for name in ("started_at", "ended_at"))
        except ValidationError:
            return False
        return bool(ended <= timezone.now() and ended.astimezone(UTC) - began.astimezone(UTC) > _BY_HOURS)

    def _guess_days(self) -> bool:
        """Write a day beside each hour that was typed without one; say whether there was any."""
        began = anchor = self.fields["started_at"].clean(self.data.get("started_at"))
        guessed: dict[str, str] = {}
        for step in self.steps:
            names = (f"started_at-{step.pk}", f"finished_at-{step.pk}")
            begun, ended = (_hour(self.data.get(name, "")) for name in names)
            if begun is None or ended is None:
                continue
            moments = _days_of(begun, ended, max(anchor - _SLACK, began))
            anchor = max(anchor, moments[0])
            guessed |= {
                name: f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" for name, at in zip(names, moments, strict=True)
            }
        retype(self, **guessed)
        return bool(guessed)

    def _mark_long(self, found: dict[str, Any]) -> None:
        """Say beside a step that by this guess took very long how long that is."""
        for step in self.steps:
            begun, ended = found.get(f"started_at-{step.pk}"), found.get(f"finished_at-{step.pk}")
            if begun is not None and ended is not None and ended - begun > _BY_HOURS:
                words = {"hours": (ended - begun) // timedelta(hours=1)}
                self.add_error(f"finished_at-{step.pk}", _("By this guess the step took %(hours)s hours.") % words)


def _hour(text: str) -> time | None:
    """Return what was typed as an hour, None for a whole moment and for what is no hour."""
    try:
        return parse_time(text)
    except ValueError:
        return None


def _days_of(begun: time, ended: time, earliest: datetime) -> tuple[datetime, datetime]:
    """Return both moments: the beginning is the first such hour from `earliest` on, the end the first after that."""
    started_at = _first(begun, earliest)
    return started_at, _first(ended, started_at)


def _first(hour: time, earliest: datetime) -> datetime:
    """Return the first moment with this hour, in the active zone, that is not before `earliest`.

    In autumn an hour comes twice in a night; in spring one never comes, and then it is that of the next day.
    """
    zone, since = timezone.get_current_timezone(), earliest.astimezone(UTC)
    day = since.astimezone(zone).date()
    told = (datetime.combine(day + days * DAY, hour, zone).replace(fold=fold) for days in range(3) for fold in (0, 1))
    moments = [at.astimezone(UTC) for at in told if at.astimezone(UTC).astimezone(zone).time() == hour]
    return next(at for at in moments if at >= since)
