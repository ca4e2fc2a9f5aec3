"""People come by invitation; what they sign on screen is confirmed by password or by a mailed code."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.accounts import arrivals, outgoing
from onsite.accounts.models import Invitation, SigningCode, User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.wording import sentences

INVITATION_DAYS = 14
CODE_MINUTES = 15
# A signer who waits for mail asks again, but nobody fills a mailbox or gets endless tries at six digits.
MOST_CODES = 5
MOST_WRONG_PROOFS = 10

# Managers look after the people of delivery, administrators after everyone.
LOOKED_AFTER: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(Role.values),
    Role.MANAGER: frozenset({Role.MANAGER, Role.ENGINEER, Role.CLIENT}),
}
# An engineer may bring in a client's person; that they lead that engagement is checked where it is known.
INVITED_BY: dict[str, frozenset[str]] = {**LOOKED_AFTER, Role.ENGINEER: frozenset({Role.CLIENT})}


def hash_token(token: str) -> str:
    """Return the stored form of a secret that was mailed."""
    return hashlib.sha256(token.encode()).hexdigest()


def needs_manager() -> bool:
    """Whether nobody is there, nor invited, who could create an engagement."""
    return not User.objects.filter(role=Role.MANAGER).exists()


@transaction.atomic
def invite_person(
    *, actor: User, email: str, name: str, role: str, title: str = "", language: str = "", about: str = ""
) -> User:
    """Return the person with this address, creating and inviting them where they are new.

    A person who was invited and never came gets a fresh link. `about` names in the mail what they are invited to.
    Raises DomainError where the address belongs to somebody on the other side or to a closed account.
    """
    if role not in INVITED_BY.get(actor.role, frozenset()):
        raise PermissionDenied
    user, is_new = _find_or_create(actor, email, name=name, role=role, title=title, language=language)
    if is_new:
        audit.record(chain=audit.COMPANY, actor=actor, action="person.invited", target=user, data={"role": role})
    elif (user.role == Role.CLIENT) != (role == Role.CLIENT):
        raise DomainError(_("This address belongs to a person of the other side."), field="email")
    if not user.is_active:
        _send_invitation(actor, user, about)
    return user


def invite_colleague(*, actor: User, email: str, name: str, role: str, title: str = "", language: str = "") -> User:
    """Invite a person of the vendor; as `invite_person`, but an address that is known already is refused."""
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is not None and (known.is_active or known.role != role):
        raise DomainError(_("This address belongs to %(name)s already.") % {"name": known.name}, field="email")
    return invite_person(actor=actor, email=email, name=name, role=role, title=title, language=language)


@transaction.atomic
def invite_again(*, actor: User, user: User) -> None:
    """Mail a fresh link to a person who was invited and never came; the earlier link ends.

    Raises DomainError where the account is open or was closed.
    """
    if user.role not in LOOKED_AFTER.get(actor.role, frozenset()):
        raise PermissionDenied
    if user.is_active:
        raise DomainError(_("%(name)s has entered already.") % {"name": user.name})
    newest = user.invitations.order_by("-pk").first()
    _send_invitation(actor, user, newest.about if newest else "")


def _find_or_create(actor: User, email: str, **fields: str) -> tuple[User, bool]:
    address = email.strip().lower()
    known = User.objects.filter(email=address).first()
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            user = User.objects.create_user(address, is_active=False, time_zone=actor.time_zone, **fields)
    except IntegrityError:
        # Two people invited the same address at the same moment: the other one was first.
        return User.objects.get(email=address), False
    return user, True


def _send_invitation(actor: User, user: User, about: str) -> None:
    if user.last_login is not None:
        raise DomainError(_("This person's account was closed. A delivery manager can open it again."), field="email")
    _end_invitations(user)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        user=user,
        token_hash=hash_token(token),
        invited_by=actor,
        about=about[:300],
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    outgoing.tell(
        kind="invitation",
        recipient=user,
        dedupe_key=f"invitation:{invitation.pk}",
        payload={"token": token, "about": about, "inviter": actor.name, "days": INVITATION_DAYS},
    )


def _end_invitations(user: User) -> int:
    """End the links that were mailed to this person and not used yet; return how many there were."""
    return user.invitations.usable().update(expires_at=timezone.now())


def find_invitation(token: str) -> Invitation | None:
    """Return the usable invitation behind a mailed link, without consuming it."""
    rows = Invitation.objects.usable().filter(user__is_active=False).select_related("user", "invited_by")
    return rows.filter(token_hash=hash_token(token)).first()


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, language: str) -> User:
    """Consume the link and open the account; an empty password means sign-in by mailed code.

    Raises DomainError where the link was used or has ended, or the password is too weak (the link then stays good).
    """
    invitation = find_invitation(token)
    if invitation is None or not Invitation.objects.usable().filter(pk=invitation.pk).update(used_at=timezone.now()):
        raise DomainError(_("This link was already used or has ended. Ask for a new one."))
    user = invitation.user
    user.name, user.language, user.is_active = name, language, True
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise DomainError(sentences(*error.messages), field="password") from error
        user.set_password(password)
    user.save(update_fields=["name", "language", "is_active", "password"])
    _end_invitations(user)
    audit.record(chain=audit.COMPANY, actor=user, action="invitation.accepted", target=user)
    arrivals.announce(user)
    return user


@transaction.atomic
def save_settings(*, actor: User, name: str, language: str, time_zone: str, theme: str, title: str = "") -> User:
    """Keep a person's own name, language, zone and theme."""
    is_renamed = User.objects.filter(pk=actor.pk).exclude(name=name).exists()
    actor.name, actor.title, actor.language, actor.time_zone, actor.theme = name, title, language, time_zone, theme
    actor.save(update_fields=["name", "title", "language", "time_zone", "theme"])
    if is_renamed:  # Their name stands on pages that others keep until a chain of the audit goes on.
        audit.record(chain=audit.COMPANY, actor=actor, action="person.renamed", target=actor)
    return actor


def set_language(*, actor: User, language: str) -> None:
    """Keep the language a person chose in the header."""
    User.objects.filter(pk=actor.pk).update(language=language)


@transaction.atomic
def set_active(*, actor: User, user: User, is_active: bool) -> None:
    """Close or reopen a person's account; either way a link that still waits for them ends.

    Raises PermissionDenied for one's own account and for people the actor does not look after.
    """
    if user.role not in LOOKED_AFTER.get(actor.role, frozenset()) or user.pk == actor.pk:
        raise PermissionDenied
    # Before the account: a link opened at this moment either wins and is closed here, or finds itself ended.
    ended = _end_invitations(user)
    changed = User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active)
    if changed or ended:
        action = ("person.reopened" if is_active else "person.closed") if changed else "invitation.ended"
        audit.record(chain=audit.COMPANY, actor=actor, action=action, target=user)


@transaction.atomic
def send_signing_code(*, actor: User, text_hash: str, about: str) -> None:
    """Mail a six-digit code that signs this one text; earlier codes for it end.

    Raises DomainError where the person asked too often in the last minutes.
    """
    since = timezone.now() - timedelta(minutes=CODE_MINUTES)
    if actor.signing_codes.filter(created_at__gt=since).count() >= MOST_CODES:
        raise DomainError(_("Several codes were mailed to you already. Please wait some minutes before the next one."))
    actor.signing_codes.filter(text_hash=text_hash, used_at=None).update(expires_at=timezone.now())
    code = f"{secrets.randbelow(10**6):06d}"
    row = SigningCode.objects.create(
        user=actor,
        text_hash=text_hash,
        code_hash=hash_token(f"{actor.pk}:{text_hash}:{code}"),
        expires_at=timezone.now() + timedelta(minutes=CODE_MINUTES),
    )
    payload: dict[str, Any] = {
        "code": code,
        "about": about,
        "minutes": CODE_MINUTES,
        "until": row.expires_at.isoformat(),
    }
    outgoing.tell(kind="signing_code", recipient=actor, dedupe_key=f"signing-code:{row.pk}", payload=payload)


def confirm_identity(*, actor: User, text_hash: str, proof: str) -> None:
    """Check that the signer is who they say: `proof` is their password or the code mailed for this text.

    Raises DomainError on field "proof". A code works once and survives five wrong tries; after ten wrong proofs within
    minutes even the right one is refused, so that a session left open is no place to guess the password.
    """
    key = f"wrong-proofs:{actor.pk}"
    if cache.get(key, 0) >= MOST_WRONG_PROOFS:
        raise DomainError(_("Too many wrong tries. Please wait some minutes."), field="proof")
    codes = actor.signing_codes.filter(
        text_hash=text_hash, used_at=None, expires_at__gt=timezone.now(), tries__lt=SigningCode.MOST_TRIES
    )
    # The try is counted in its own statement: the refusal below must not roll it back.
    counted = codes.update(tries=F("tries") + 1)
    if counted and _use_code(actor, text_hash, proof.strip()):
        return
    if actor.has_usable_password() and actor.check_password(proof):
        return
    cache.add(key, 0, CODE_MINUTES * 60)
    cache.incr(key)
    raise DomainError(_("This is neither your password nor the code we mailed you for this text."), field="proof")


def _use_code(actor: User, text_hash: str, code: str) -> bool:
    """Use up the live code that matches, if one does."""
    live = actor.signing_codes.filter(
        text_hash=text_hash,
        used_at=None,
        expires_at__gt=timezone.now(),
        code_hash=hash_token(f"{actor.pk}:{text_hash}:{code}"),
    )
    return bool(live.update(used_at=timezone.now()))
