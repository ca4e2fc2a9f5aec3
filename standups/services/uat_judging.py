"""The result of a round: proposed with a frozen text, valid once the client's tester or PM signs it (E2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements import agreements
from engagements.models import SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError, StaleError
from onsite.core.wording import enumerated
from onsite.notifications.services import cancel
from standups.models import Cell, CellState, Condition, UatRound
from standups.services.conditions import drop_reminders_before, plan_reminders
from standups.services.uat import audit_round, changing, held
from standups.services.uat_results import require_tester
from standups.uat.text import text_of

Result = UatRound.Result
MOST_CONDITIONS = 30
STATE_OF = {
    Result.ACCEPTED: CellState.ACCEPTED,
    Result.CONDITIONAL: CellState.CONDITIONAL,
    Result.REJECTED: CellState.REJECTED,
}


@dataclass(frozen=True)
class Wanted:
    """A condition that is being written: what, who sees to it, by when; `owner` where they have an account."""

    text: str
    owner_name: str
    due_on: date
    owner: User | None = None


@transaction.atomic
def judge(
    *, actor: User, row: UatRound, version: int, result: str, note: str = "", conditions: Sequence[Wanted] = ()
) -> SignOff:
    """Propose the result and freeze it to be signed; a proposal before it is replaced.

    Accepted needs every case passed, conditionally accepted every case tested and a condition at least, rejected a
    reason. Raises StaleError where the round changed since `version`, DomainError on the field that forbids it.
    """
    engagement = row.cell.engagement
    require_tester(actor, engagement)
    found = changing(row, version=version)
    _check(found, result, note, conditions)
    found.result, found.result_note = result, note
    for wanted in conditions:
        _add_condition(found, wanted)
    found.sign_off = signing.freeze(
        actor=actor, engagement=found.cell.engagement, kind=SignOff.Kind.UAT, topic=str(found.cell_id),
        text=text_of(found.cell.engagement, found), about=f"{found.cell} · {found}",
    )  # fmt: skip
    found.save(update_fields=["result", "result_note", "sign_off"])
    data = {"round": str(found), "result": result, "note": note, "conditions": [one.text for one in conditions]}
    audit_round(actor, found.cell.engagement, found, "uat.judged", data)
    return found.sign_off


@transaction.atomic
def withdraw_judgement(*, actor: User, row: UatRound) -> None:
    """Take back a result that is not signed yet. Raises DomainError where there is none, or it is signed."""
    require_tester(actor, row.cell.engagement)
    if held(row).sign_off_id is None:
        raise DomainError(_("There is no result to take back."))
    found = changing(row)
    audit_round(actor, found.cell.engagement, found, "uat.withdrawn", {"round": str(found)})


def last_proposal(row: UatRound) -> SignOff | None:
    """Return the newest text that was frozen for this round, also a withdrawn one: its words need not be typed again."""
    texts = SignOff.objects.unscoped().filter(
        engagement=row.cell.engagement_id, kind=SignOff.Kind.UAT, topic=str(row.cell_id)
    )
    newest = texts.order_by("-version").first()
    return newest if newest is not None and newest.text["facts"]["round"] == row.pk else None


def follow_signature(actor: User, sign_off: SignOff) -> None:
    """Let the cell stand as it was judged, and remind of the conditions. Runs with the last signature."""
    row = UatRound.objects.unscoped().select_related("cell__engagement").get(sign_off=sign_off)
    signed_on = max(one.signed_on for one in sign_off.signatures.unscoped().counting())
    state = STATE_OF[Result(sign_off.text["facts"]["result"])]
    Cell.objects.filter(pk=row.cell_id).update(state=state, decided_on=signed_on)
    cancel(prefix=f"uat:{row.pk}:")
    drop_reminders_before(row)
    plan_reminders(row)
    audit_round(actor, row.cell.engagement, row, "cell.judged", {"state": str(state), "round": str(row)})


def refuse_changed(sign_off: SignOff) -> None:
    """Raise StaleError where the round is not as the text says, or its cell was taken out or is called otherwise now."""
    facts = sign_off.text["facts"]
    names = ("cell__module", "cell__role", "cell__stage")
    row = UatRound.objects.unscoped().select_related(*names).filter(pk=facts["round"]).first()
    if row is None or row.sign_off_id != sign_off.pk or row.version != facts["version"]:
        raise StaleError(_("The round changed since this text was frozen: it needs a new result. Nothing was signed."))
    if row.cell.state == CellState.DESCOPED:
        raise StaleError(_("This cell was taken out of the roll-out by a change request. Nothing was signed."))
    if str(row.cell) != facts["cell_name"]:
        words = {"then": facts["cell_name"], "now": row.cell}
        raise StaleError(
            _("The text speaks of “%(then)s”, which is “%(now)s” now: it needs a new result. Nothing was signed.")
            % words
        )


def may_sign(user: User, part: str, sign_off: SignOff) -> bool:
    """The client PM may, and as key user who is a tester of this very round."""
    return part != Part.KEY_USER or user.pk in sign_off.text["facts"]["testers"]


def refuse_on_paper(part: str, name: str, sign_off: SignOff) -> None:
    """As `may_sign`, by the name: raises DomainError where a key user's is none of the testers'."""
    testers = sign_off.text["facts"]["tester_names"]
    if part == Part.KEY_USER and not any(_is_name_of(name, tester) for tester in testers):
        text = _("As key user a tester of this round signs: %(names)s.") % {"names": enumerated(testers) or "—"}
        raise DomainError(text, field="signer_name")


def _is_name_of(name: str, tester: str) -> bool:
    """Compare however it is spaced; a tester may carry more behind the name in brackets, such as their address."""
    written, known = ("".join(one.split()).casefold() for one in (name, tester))
    return bool(written) and (known == written or known.startswith((f"{written}(", f"{written}（")))


def home(sign_off: SignOff) -> str:
    """Return the round's page."""
    return reverse("standups:uat_round", args=[sign_off.engagement_id, sign_off.text["facts"]["round"]])


def register_all() -> None:
    """Called once when the apps are ready."""
    agreements.when_signed(SignOff.Kind.UAT, follow_signature)
    agreements.holds_while(SignOff.Kind.UAT, refuse_changed)
    agreements.signed_only_by(SignOff.Kind.UAT, may_sign, refuse_on_paper)
    agreements.at_home(SignOff.Kind.UAT, home)


def _check(row: UatRound, result: str, note: str, conditions: Sequence[Wanted]) -> None:
    cases = row.cases.unscoped()
    if result not in STATE_OF:
        raise DomainError(_("Please choose a result."), field="result")
    if not cases.exists():
        raise DomainError(
            _("There is no case in this round: nothing was tested that could be judged."), field="result"
        )
    if result == Result.REJECTED:
        if not note.strip():
            raise DomainError(_("Say why it is rejected."), field="note")
    elif cases.open().exists():
        untested = enumerated(case.number for case in cases.open()[:10])
        raise DomainError(_("Not everything is tested yet: case %(cases)s.") % {"cases": untested}, field="result")
    if result == Result.ACCEPTED and cases.not_passed().exists():
        failed = enumerated(case.number for case in cases.not_passed()[:10])
        text = _("Case %(cases)s did not pass: accept it on conditions, or reject it.")
        raise DomainError(text % {"cases": failed}, field="result")
    _check_conditions(row, result, conditions)


def _check_conditions(row: UatRound, result: str, conditions: Sequence[Wanted]) -> None:
    if result == Result.CONDITIONAL and not conditions:
        raise DomainError(_("Write at least one condition: what, who sees to it, by when."), field="result")
    if result != Result.CONDITIONAL and conditions:
        raise DomainError(_("Conditions belong to “conditionally accepted” only."), field="result")
    if len(conditions) > MOST_CONDITIONS:
        raise DomainError(_("At most %(most)s conditions are kept.") % {"most": MOST_CONDITIONS}, field="result")
    today = row.cell.engagement.today()
    for at, wanted in enumerate(conditions):
        if not wanted.text.strip() or not wanted.owner_name.strip():
            raise DomainError(_("A condition needs its text and who sees to it."), field=f"text_{at}")
        if wanted.due_on < today:
            raise DomainError(_("This day lies in the past."), field=f"due_on_{at}")


def _add_condition(row: UatRound, wanted: Wanted) -> Condition:
    members = row.cell.engagement.memberships.unscoped().active()
    if wanted.owner is not None and not members.filter(user=wanted.owner).exists():
        raise DomainError(_("Choose somebody who is in this engagement."), field="result")
    return Condition.objects.create(
        round=row, text=wanted.text, owner=wanted.owner, owner_name=wanted.owner_name, due_on=wanted.due_on
    )
