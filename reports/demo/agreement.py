"""Goals, scope, and how both sides came to sign them."""

from __future__ import annotations

from datetime import date, time, timedelta

from engagements import gates
from engagements.models import Phase, Signature, SignOff
from engagements.services import goals, signing
from onsite.accounts.models import User
from reports.demo.people import BY_KEY, PASSWORDS
from reports.demo.roles import write_role
from reports.demo.scan import draw_scan
from reports.demo.story import Freeze, OnScreen, Scope
from reports.demo.telling import Telling
from training.measures import ROLE


def write_goals(telling: Telling) -> None:
    """Write the objectives and the scope as the lead drafted them."""
    for goal in telling.story.goals:
        goals.save_objective(
            actor=telling.lead,
            engagement=telling.engagement,
            title=goal.title,
            metric=goal.metric,
            unit=goal.unit,
            baseline=goal.baseline,
            target=goal.target,
            direction=goal.direction,
            due_on=telling.engagement.agreed_go_live_on + timedelta(days=goal.due_after),
            how_measured=goal.how_measured,
            measure=_fact(telling, goal.role),
        )
    _write_scope(telling, telling.story.scope)


def _fact(telling: Telling, role: str) -> str:
    """What counts the role's people who were trained and passed; the role is named together with the goal."""
    return f"{ROLE}{write_role(telling, role).pk}" if role else ""


def sign(telling: Telling, number: int) -> None:
    """Freeze and sign what this day brought."""
    for freeze in telling.story.freezes:
        if freeze.day == number:
            _write_scope(telling, freeze.adds)
            signing.freeze_goals(actor=telling.lead, engagement=telling.engagement)
        _collect_signatures(telling, freeze, number)


def _write_scope(telling: Telling, scope: tuple[Scope, ...]) -> None:
    for line in scope:
        goals.save_scope_item(
            actor=telling.lead,
            engagement=telling.engagement,
            is_included=line.is_included,
            text=line.text,
            reason=line.reason,
        )


def _collect_signatures(telling: Telling, freeze: Freeze, number: int) -> None:
    for signature in freeze.signatures:
        if signature.day != number:
            continue
        sign_off = telling.engagement.sign_offs.unscoped().current().get(kind=SignOff.Kind.GOALS)
        if isinstance(signature, OnScreen):
            _sign_on_screen(telling, sign_off, signature.person)
        else:
            checker = telling.people[signature.checked_by] if signature.checked_by else None
            on = telling.days.on(signature.day)
            sign_on_paper(telling, sign_off, signature.person, on=on, checked_by=checker)


def put_signature(telling: Telling, sign_off: SignOff, person: str, number: int) -> None:
    """Have somebody sign a text of this same day as both sides agreed to: on screen, or on a sheet that the manager
    checks. It was frozen early that day: paper is never signed before there is a text."""
    if not telling.story.signs_on_paper:
        _sign_on_screen(telling, sign_off, person)
        return
    SignOff.objects.filter(pk=sign_off.pk).update(frozen_at=telling.days.at(telling.engagement, number, time(8, 30)))
    sign_off.refresh_from_db()
    sign_on_paper(telling, sign_off, person, on=telling.days.on(number), checked_by=telling.manager)


def _sign_on_screen(telling: Telling, sign_off: SignOff, person: str) -> None:
    signing.sign_on_screen(
        actor=telling.people[person],
        sign_off=sign_off,
        text_hash=sign_off.text_hash,
        proof=PASSWORDS[BY_KEY[person].role],
    )


def sign_on_paper(telling: Telling, sign_off: SignOff, person: str, *, on: date, checked_by: User | None) -> None:
    """Register the sheet that this person of the client signed that day; it counts where somebody checked it."""
    signer = telling.people[person]
    signature: Signature = signing.register_paper(
        actor=telling.lead,
        sign_off=sign_off,
        part=telling.seats[person].part,
        signer_name=signer.name,
        signed_on=on,
        code=sign_off.code,
        scan=draw_scan(telling.engagement, sign_off, signer, on),
    )
    if checked_by:
        signing.check_paper(actor=checked_by, signature=signature, accepted=True)


def begin(telling: Telling, number: int) -> None:
    """Begin the execution on its day; what the story lets pass is waived."""
    if telling.story.execution_on != number:
        return
    for waiver in telling.story.lets_pass:
        gates.waive(
            actor=telling.manager,
            engagement=telling.engagement,
            obstacle=waiver.obstacle,
            reason=waiver.reason,
            due_on=telling.days.today + timedelta(days=waiver.due_in),
        )
    gates.change_phase(actor=telling.manager, engagement=telling.engagement, to=Phase.EXECUTION)
