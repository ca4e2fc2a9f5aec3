"""A data check frozen for its owner's signature, and until when that text holds (N11)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from engagements import agreements
from engagements.models import Engagement, SignOff
from engagements.section_text import Section, text_of_sections
from engagements.services import signing
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, Obstacle, RefusedError, StaleError
from standups.data.amount import grouped, plain
from standups.data.state import RoundState, state_of
from standups.models import LoadRound
from standups.services.data_checks import fields_of, held_round

DATA = SignOff.Kind.DATA


@transaction.atomic
def freeze_round(*, actor: User, load_round: LoadRound, version: int) -> SignOff:
    """Freeze what the round shows, for one signature of the client's business owner, key user or PM.

    Raises StaleError where the round changed since this version, DomainError where it is frozen already, RefusedError
    with every obstacle while nothing is counted, a difference is open or no sample was checked.
    """
    require(actor, Permission.EDIT_ROLLOUT, load_round.data_object.engagement)
    engagement = Engagement.objects.lock(load_round.data_object.engagement_id)
    row = held_round(load_round, version)
    if row.sign_off is not None:
        raise DomainError(_("This round is frozen already; its text waits for a signature."))
    state = state_of(row)
    if found := obstacles(state):
        raise RefusedError(_("This round can't be signed yet."), found)
    with override(engagement.language):
        text, about = _text(engagement, state), _about(row)
    row.sign_off = signing.freeze(
        actor=actor, engagement=engagement, kind=DATA, topic=str(row.data_object_id), text=text, about=about
    )
    row.save(update_fields=["sign_off"])
    data = {"object": row.data_object.name, "round": row.number, "hash": row.sign_off.text_hash}
    audit.record(chain=engagement.audit_chain, actor=actor, action="load_round.frozen", target=row, data=data)
    return row.sign_off


def obstacles(state: RoundState) -> list[Obstacle]:
    """Return everything that keeps a round from being frozen."""
    row = state.round
    of_engagement = [row.data_object.engagement_id, row.pk]
    counts, sample = (reverse(f"standups:load_round_{name}", args=of_engagement) for name in ("counts", "sample"))
    found = [_open(line.pk, _("“%(name)s” is not counted on both sides.") % {"name": line.name}, counts)
             for line in state.missing]  # fmt: skip
    found += [_open(line.pk, _("The difference of “%(name)s” is not explained.") % {"name": line.name}, counts)
              for line in state.unexplained]  # fmt: skip
    if not state.lines:
        found.append(_open("counts", _("Nothing is counted yet."), counts))
    if not state.is_sampled:
        found.append(_open("sample", _("The owner has not checked a sample yet."), sample))
    elif state.is_sample_open:
        found.append(_open("sample", _("Nobody explained what the sample showed."), sample))
    return found


def register_all() -> None:
    """Called once when the apps are ready."""
    agreements.holds_while(DATA, refuse_changed)
    agreements.at_home(DATA, home)


def refuse_changed(sign_off: SignOff) -> None:
    """Raise StaleError where the round of this text is not the newest, changed since, or is gone."""
    facts = sign_off.text["facts"]
    row = LoadRound.objects.unscoped().newest().filter(pk=facts["round"]).first()
    if row is None or row.version != facts["version"] or row.sign_off_id != sign_off.pk:
        raise StaleError(_("This data was loaded or checked anew since this text was written. Nothing was signed."))


def home(sign_off: SignOff) -> str:
    """Return the address of the round, of the list where the round was deleted."""
    pk = sign_off.text["facts"]["round"]
    if LoadRound.objects.filter(pk=pk).exists():
        return reverse("standups:load_round", args=[sign_off.engagement_id, pk])
    return reverse("standups:data_checks", args=[sign_off.engagement_id])


def _open(code: object, text: str, url: str) -> Obstacle:
    return Obstacle(f"data.round.{code}", text, url, waivable=False)


def _about(row: LoadRound) -> str:
    return _("%(name)s, load round %(number)s") % {"name": row.data_object.name, "number": row.number}


def _text(engagement: Engagement, state: RoundState) -> dict[str, Any]:
    return text_of_sections(engagement, [_what(state), _counts(state), _sample(state), _mapping(state)], _facts(state))


def _what(state: RoundState) -> Section:
    row, data = state.round, state.round.data_object
    told = [
        (_("Comes from"), data.source), (_("Goes to"), data.target), (_("Whose data it is"), data.owner),
        (_("Environment"), row.environment), (_("Loaded on"), _day(row.loaded_on)),
        (_("Version of the mapping"), str(row.mapping.version)),
    ]  # fmt: skip
    points = tuple(_("%(what)s: %(words)s") % {"what": what, "words": words} for what, words in told if words)
    return Section(_about(row), points=points, paragraphs=(row.note,) if row.note else ())


def _counts(state: RoundState) -> Section:
    columns = (
        pgettext("data check", "What is counted"),
        _("Kind"),
        _("In the source"),
        _("In the target"),
        _("Difference"),
        _("Explanation"),
    )
    rows = tuple(
        (
            _("%(name)s (%(unit)s)") % {"name": line.name, "unit": line.unit} if line.unit else line.name,
            str(line.get_kind_display()),
            grouped(line.source_value),
            grouped(line.target_value),
            grouped(line.difference),
            line.explanation if line.difference else "",
        )
        for line in state.lines
    )
    return Section(_("Counts and control sums"), columns=columns, rows=rows)


def _sample(state: RoundState) -> Section:
    row = state.round
    words = {
        "size": row.sample_size, "wrong": row.sample_wrong, "person": row.sample_checked_by,
        "day": _day(row.sample_checked_on),
    }  # fmt: skip
    told = [_("%(person)s checked %(size)s records on %(day)s; %(wrong)s of them were wrong.") % words]
    return Section(pgettext("data check", "Sample"), paragraphs=tuple(filter(None, [*told, row.sample_explanation])))


def _mapping(state: RoundState) -> Section:
    columns = (_("Field of the source"), _("Field of the target"), _("Rule"))
    lines = fields_of(state.round.mapping)
    rows = tuple((line.source_field, line.target_field, line.rule) for line in lines)
    heading = _("Mapping, version %(version)s") % {"version": state.round.mapping.version}
    return Section(heading, columns=columns, rows=rows, paragraphs=() if rows else (_("No field is mapped."),))


def _day(day: Any) -> str:
    return date_format(day) if day else ""


def _facts(state: RoundState) -> dict[str, Any]:
    row = state.round
    return {
        "round": row.pk, "version": row.version, "mapping": row.mapping.version,
        "sample": [row.sample_size, row.sample_wrong],
        "counts": [
            [line.name, line.kind, line.unit, plain(line.source_value), plain(line.target_value), line.explanation]
            for line in state.lines
        ],
    }  # fmt: skip
