"""The company as its documents show it: name, logo and one colour."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from onsite.core import audit, colours, stored
from onsite.core.errors import DomainError, StaleError
from onsite.core.files import PICTURES, examine
from onsite.core.models import Company
from onsite.core.scanner import look_through
from onsite.core.wording import sentences

if TYPE_CHECKING:
    from onsite.accounts.models import User

OWN_ACCENT = "#0a6a68"
MOST_LOGO_BYTES = 2 * 1024 * 1024
FOLDER = "company"
# How old a name on a page may be in a process that did not change it. Documents read the row.
SECONDS_SHOWN = 60.0


class _Shown:
    """The name as this process shows it on its pages, so that no page asks for it."""

    name = ""
    until = 0.0


def current() -> Company:
    """Return the company's row, an empty unsaved one where nobody wrote anything yet."""
    return Company.objects.filter(pk=Company.ONLY).first() or Company()


def name_of(company: Company) -> str:
    """Return the name that documents bear."""
    return company.name or settings.VENDOR_NAME


def shown_name() -> str:
    """Return the name for pages, at most a minute old."""
    if time.monotonic() >= _Shown.until:
        show(name_of(current()))
    return _Shown.name


def show(name: str) -> None:
    """Show this name on this process's pages from now on."""
    _Shown.name, _Shown.until = name, time.monotonic() + SECONDS_SHOWN


def change(
    *, actor: User, version: int, name: str, accent: str, logo: UploadedFile[Any] | None, remove_logo: bool = False
) -> Company:
    """Keep what documents show from now on; those that are issued stay as they are.

    A new logo is drawn anew, so that nothing but its pixels is kept. Raises DomainError beside its field for a colour that
    white text can't be read on and for a file that is no picture; StaleError where somebody changed it since `version`.
    """
    if not (actor.is_manager or actor.is_administrator):
        raise PermissionDenied
    accent = accent.lower()
    _refuse_unreadable(accent)
    drawn = _drawn(logo) if logo is not None else None
    kept = stored.keep(FOLDER, ContentFile(drawn), suffix="jpg") if drawn else None
    with transaction.atomic():
        Company.objects.get_or_create(pk=Company.ONLY)
        row = Company.objects.select_for_update().get(pk=Company.ONLY)
        if row.version != version:
            raise StaleError(_("Somebody else changed this meanwhile."))
        row.name, row.accent, row.version = name, accent, version + 1
        if kept:
            row.logo, row.logo_hash = kept
        elif remove_logo:
            row.logo = row.logo_hash = ""
        row.save()
        data = {"name": row.name, "accent": row.accent, "logo": row.logo_hash}
        audit.record(chain=audit.COMPANY, actor=actor, action="company.changed", target=row, data=data)
        transaction.on_commit(lambda: show(name_of(row)))
    return row


def _refuse_unreadable(accent: str) -> None:
    if not accent:
        return
    if not colours.is_colour(accent):
        raise DomainError(
            _("Please write the colour as “#” and six hexadecimal digits, such as #0a6a68."), field="accent"
        )
    found = colours.contrast(accent, colours.WHITE)
    if found < colours.LEAST_CONTRAST:
        # Rounded down: what falls short must not read as if it were enough.
        words = {"found": f"{int(found * 10) / 10:.1f}"}
        text = _("White text is hard to read on this colour: its contrast is %(found)s, and at least 4.5 is needed.")
        raise DomainError(sentences(text % words, _("Please take a darker one.")), field="accent")


def _drawn(logo: UploadedFile[Any]) -> bytes:
    if (logo.size or 0) > MOST_LOGO_BYTES:
        words = {"most": MOST_LOGO_BYTES // 1024**2}
        raise DomainError(_("This file is larger than %(most)s MB.") % words, field="logo")
    known = examine(logo, field="logo", kinds=PICTURES)
    looked = look_through(logo.read(), media_type=known.media_type)
    if not looked.pages:
        raise DomainError(_("This picture can't be read. Please save it again as JPEG or PNG."), field="logo")
    return looked.pages[0].image


def logo_bytes(sha256: str) -> bytes:
    """Return a logo of now or of before by its hash. Raises DomainError where it is gone or another one."""
    path = f"{FOLDER}/{sha256[:32]}.jpg"
    if default_storage.exists(path):
        with default_storage.open(path) as found:
            if stored.sha256_of(found) == sha256:
                return bytes(found.read())
    raise DomainError(_("The logo that this document was issued with is gone; nothing was printed."))
