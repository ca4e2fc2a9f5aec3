"""Freezing a text, and signing it: on screen by the person, or on paper through two vendor people.

What a text is about stands elsewhere; what its signatures bring about, each kind says in `engagements.agreements`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import agreements
from engagements.models import Attachment, Engagement, Signature, SignOff
from engagements.services import files
from engagements.services.goals import text_of_goals
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.accounts.services import confirm_identity
from onsite.core import audit, search
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.services import cancel, enqueue

# Read aloud and typed from paper: no letters that look like digits.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def freeze_goals(*, actor: User, engagement: Engagement) -> SignOff:
    """Freeze goals and scope as the next version, to be signed anew; the version before is superseded.

    Raises DomainError where there is no objective, nothing in scope, or nothing changed since the current version.
    """
    require(actor, Permission.FREEZE_GOALS, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    text = text_of_goals(engagement)
    if not text["objectives"] or not text["in_scope"]:
        raise DomainError(_("Write at least one objective and one line of what is in scope first."))
    current = engagement.sign_offs.unscoped().current().filter(kind=SignOff.Kind.GOALS).first()
    if current is not None and current.text == text:
        raise DomainError(_("Nothing changed since version %(version)s.") % {"version": current.version})
    return freeze(actor=actor, engagement=engagement, kind=SignOff.Kind.GOALS, topic="", text=text)


def freeze(
    *, actor: User, engagement: Engagement, kind: str, topic: str, text: dict[str, Any], about: str = ""
) -> SignOff:
    """Freeze a text as the next version of its kind and topic, and ask for its signatures; the version before is
    superseded. Runs in the caller's transaction, which holds the engagement's lock and has checked the permission."""
    sign_off = add_version(actor=actor, engagement=engagement, kind=kind, topic=topic, text=text, about=about)
    _ask_for_signatures(sign_off)
    return sign_off


def add_version(
    *, actor: User, engagement: Engagement, kind: str, topic: str, text: dict[str, Any], about: str = "",
    through: SignOff | None = None,
) -> SignOff:  # fmt: skip
    """As `freeze`, and nobody is asked. With `through`, a signed change, the version is agreed from the start."""
    of_this = engagement.sign_offs.unscoped().filter(kind=kind, topic=topic)
    version = of_this.count() + 1
    for replaced in of_this.current():
        supersede(replaced)
    sign_off = SignOff.objects.create(
        engagement=engagement,
        kind=kind,
        topic=topic,
        about=about,
        version=version,
        text=text,
        text_hash=hash_of_text(engagement, version, text),
        code="".join(secrets.choice(CODE_LETTERS) for _i in range(8)),
        frozen_by=actor,
        agreed_through=through,
        signed_at=timezone.now() if through else None,
    )
    _audit(actor, sign_off, "frozen", {"version": version, "hash": sign_off.text_hash})
    return sign_off


def supersede(sign_off: SignOff) -> None:
    """Let nobody sign this text any more, and drop the requests to. Runs in the caller's transaction under its lock."""
    SignOff.objects.filter(pk=sign_off.pk, superseded_at=None).update(superseded_at=timezone.now())
    cancel(prefix=f"sign:{sign_off.pk}:")


def hash_of_text(engagement: Engagement, version: int, text: dict[str, Any]) -> str:
    """Return SHA-256 over the text, its version and its engagement, as 64 hex digits."""
    body = json.dumps([engagement.pk, version, text], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def sign_on_screen(*, actor: User, sign_off: SignOff, text_hash: str, proof: str) -> None:
    """Sign the text that was shown, as every client part the actor has that still misses.

    Raises StaleError where another text stands by now, DomainError where both sides agreed on paper, on "proof" where
    the identity is not confirmed, PermissionDenied where the actor has no part that signs.
    """
    parts = require_signer(actor, sign_off)
    _refuse_stale(sign_off, text_hash)
    if sign_off.engagement.signs_on_paper:
        raise DomainError(_("Both sides agreed to sign on paper."))
    # Before the transaction: a wrong try must stay counted when the signing is refused.
    confirm_identity(actor=actor, text_hash=text_hash, proof=proof)
    with transaction.atomic():
        row = _lock(sign_off)
        _refuse_stale(row, text_hash)
        missing = parts - set(row.signatures.unscoped().values_list("part", flat=True))
        if row.one_is_enough and row.is_signed:
            raise DomainError(_("This text is signed already; one signature is enough."))
        if not missing:
            raise DomainError(_("This text holds your signature already."))
        for part in sorted(missing):
            signature = Signature.objects.create(
                sign_off=row,
                part=part,
                method=Signature.Method.SCREEN,
                signer=actor,
                signer_name=actor.name,
                signed_on=row.engagement.today(),
                text_hash=text_hash,
            )
            _audit(actor, row, "signed", {"part": signature.part, "method": "screen", "hash": text_hash})
        _complete(actor, row)


def require_signer(actor: User, sign_off: SignOff) -> frozenset[str]:
    """Return the needed parts this person has and may sign this text as; raise PermissionDenied where the text is not
    theirs to sign."""
    require(actor, Permission.SIGN, sign_off.engagement)
    needed = sign_off.engagement.parts_of(actor) & set(sign_off.needed_parts)
    parts = frozenset(part for part in needed if agreements.may_sign(actor, part, sign_off))
    if not parts or actor.is_vendor:
        raise PermissionDenied
    return parts


def register_paper(
    *, actor: User, sign_off: SignOff, part: str, signer_name: str, signed_on: date, code: str, scan: UploadedFile[Any]
) -> Signature:
    """Register a signed and chopped sheet; it counts, and the client sees its scan, once another vendor person has
    checked it. Paper is taken also where screen was agreed: who can't sign there must not stop the engagement.

    Raises StaleError where the sheet's code is not this version's, DomainError for the other fields.
    """
    require(actor, Permission.HANDLE_PAPER, sign_off.engagement)
    if part not in sign_off.needed_parts:
        raise DomainError(_("This text does not need that signature."), field="part")
    frozen_on = sign_off.frozen_at.astimezone(sign_off.engagement.zone).date()
    if not frozen_on <= signed_on <= sign_off.engagement.today():
        raise DomainError(_("This day can't be right: the text was not there yet, or the day has not come."),
                          field="signed_on")  # fmt: skip
    with files.storing_atomically():
        row = _lock(sign_off)
        if "".join(filter(str.isalnum, code)).upper() != row.code or row.superseded_at is not None:
            raise StaleError(
                _("This code is not the one of version %(version)s. A newer version may exist: print and sign that.")
                % {"version": row.version},
                field="code",
            )
        agreements.refuse_on_paper(part, signer_name, row)
        agreements.refuse_outdated(row)
        if row.one_is_enough and row.is_signed:
            raise DomainError(_("This text is signed already; one signature is enough."))
        if row.signatures.filter(part=part).exists():
            raise DomainError(_("This signature was registered already."), field="part")
        stored = files.store(
            actor=actor,
            engagement=row.engagement,
            upload=scan,
            field="scan",
            is_internal=True,
            holds_client_data=False,
        )
        signature = Signature.objects.create(
            sign_off=row, part=part, method=Signature.Method.PAPER, signer_name=signer_name,
            signed_on=signed_on, text_hash=row.text_hash, scan=stored, registered_by=actor,
        )  # fmt: skip
        data = {"part": part, "method": "paper", "scan": stored.sha256, "hash": row.text_hash}
        _audit(actor, row, "paper_registered", data)
    return signature


@transaction.atomic
def check_paper(*, actor: User, signature: Signature, accepted: bool) -> None:
    """Confirm that the scan shows the signature, or send it back so that it can be registered again.

    Raises DomainError where the actor registered it (four eyes see more than two) or it was checked already; StaleError
    for confirming where a newer version of the text exists or it no longer holds. Such a sheet can only be sent back.
    """
    require(actor, Permission.HANDLE_PAPER, signature.sign_off.engagement)
    if signature.registered_by_id == actor.pk:
        raise DomainError(_("You registered this sheet; another person has to check it."))
    sign_off = _lock(signature.sign_off)
    if accepted:
        _refuse_stale(sign_off, signature.text_hash)
    waiting = sign_off.signatures.filter(pk=signature.pk, method=Signature.Method.PAPER, checked_at=None)
    checked = {"checked_by": actor, "checked_at": timezone.now()}
    found = waiting.update(**checked) if accepted else waiting.unscoped().delete()[0]
    if not found:
        raise DomainError(_("Somebody checked this sheet already."))
    action = "signed" if accepted else "paper_sent_back"
    _audit(actor, sign_off, action, {"part": signature.part, "method": "paper", "hash": signature.text_hash})
    if accepted:
        Attachment.objects.filter(pk__in=[signature.scan_id]).update(is_internal=False)
        search.update(*filter(None, [signature.scan]))
        _complete(actor, sign_off)


def missing_parts(sign_off: SignOff) -> list[str]:
    """Return the parts whose signature does not count yet; none of a text that was agreed through a change, and none
    where one signature is enough and there is one."""
    if sign_off.agreed_through_id is not None:
        return []
    signed = set(sign_off.signatures.unscoped().counting().values_list("part", flat=True))
    if signed and sign_off.one_is_enough:
        return []
    return [part for part in sign_off.needed_parts if part not in signed]


def ask_to_sign(engagement: Engagement, *, among: list[User] | None = None) -> None:
    """Ask (again) for the signatures that the current texts wait for: of those who came later, or of everybody where
    both sides now sign on screen."""
    for sign_off in engagement.sign_offs.unscoped().current().filter(signed_at=None):
        _ask_for_signatures(sign_off, among=among)


def ask_arrived(user: User) -> None:
    """Ask a person who has just opened their account: before, no message could reach them."""
    for membership in user.memberships.unscoped().active().select_related("engagement"):
        ask_to_sign(membership.engagement, among=[user])


def _lock(sign_off: SignOff) -> SignOff:
    """Hold the engagement, so that freezing, signing and paper queue; return the text as it is now."""
    Engagement.objects.lock(sign_off.engagement_id)
    return SignOff.objects.unscoped().select_related("engagement__client").get(pk=sign_off.pk)


def _complete(actor: User, sign_off: SignOff) -> None:
    if missing_parts(sign_off):
        return
    if SignOff.objects.filter(pk=sign_off.pk, signed_at=None).update(signed_at=timezone.now()):
        _audit(actor, sign_off, "agreed", {"version": sign_off.version})
        agreements.bring_about(actor, sign_off)


def _refuse_stale(sign_off: SignOff, text_hash: str) -> None:
    if sign_off.superseded_at is not None or sign_off.text_hash != text_hash:
        raise StaleError(_("A newer version of this text exists. Please read that one; nothing was signed."))
    agreements.refuse_outdated(sign_off)


def _ask_for_signatures(sign_off: SignOff, *, among: list[User] | None = None) -> None:
    if sign_off.engagement.signs_on_paper:
        return
    signers = sign_off.engagement.memberships.unscoped().active().filter(part__in=sign_off.needed_parts)
    if among is not None:
        signers = signers.filter(user__in=among)
    members = signers.select_related("user")
    for user in {one.user for one in members if agreements.may_sign(one.user, one.part, sign_off)}:
        enqueue(
            kind="sign_request",
            recipient=user,
            dedupe_key=f"sign:{sign_off.pk}:{user.pk}",
            payload={"sign_off": sign_off.pk},
        )


def _audit(actor: User, sign_off: SignOff, action: str, data: dict[str, Any]) -> None:
    audit.record(
        chain=sign_off.engagement.audit_chain,
        actor=actor,
        action=f"{sign_off.kind}.{action}",
        target=sign_off,
        data=data,
    )
