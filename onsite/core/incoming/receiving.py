"""Receiving: a file is announced, its pieces are written one after the other, what nobody took is forgotten."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError
from onsite.core.files import HEAD_BYTES, MOST_VIDEO_BYTES, VIDEOS, clean_name, refuse_head
from onsite.core.models import IncomingFile

if TYPE_CHECKING:
    from onsite.accounts.models import User

PIECE_BYTES = 4 * 1024 * 1024
KEPT = timedelta(days=2)
MOST_AT_ONCE = 5
_LEFT_ALONE = timedelta(hours=1)


@transaction.atomic
def begin(*, owner: User, name: str, size_bytes: int) -> IncomingFile:
    """Announce a file of this size; nothing of it has arrived yet. Where somebody has too many of them, those left
    alone give way.

    Raises DomainError where it is empty, too large, or too many are under way.
    """
    if size_bytes <= 0:
        raise DomainError(_("This file is empty."))
    if size_bytes > MOST_VIDEO_BYTES:
        raise DomainError(_("This file is larger than %(most)s MB.") % {"most": MOST_VIDEO_BYTES // 1024**2})
    # One person's tabs wait for each other here: together they may not have more either.
    get_user_model()._default_manager.select_for_update().get(pk=owner.pk)
    own = IncomingFile.objects.filter(owner=owner)
    if own.count() >= MOST_AT_ONCE:
        _forget(own.filter(touched_at__lt=timezone.now() - _LEFT_ALONE).order_by("touched_at").first())
    if own.count() >= MOST_AT_ONCE:
        raise DomainError(
            _("Several files of yours are being sent already. Please wait until one of them has arrived.")
        )
    token = uuid.uuid4()
    return IncomingFile.objects.create(
        token=token, owner=owner, name=clean_name(name), size_bytes=size_bytes, path=f"incoming/{token.hex}"
    )


def found(*, owner: User, token: uuid.UUID) -> IncomingFile | None:
    """Return the person's own file of this token, if there is one."""
    return IncomingFile.objects.filter(owner=owner, token=token).first()


def receive(*, owner: User, token: uuid.UUID, at: int, piece: bytes) -> IncomingFile | None:
    """Write a piece where the file stands and return how it stands then, None where there is no such file.

    A piece from anywhere else (a repeated one, one that overtook another) changes nothing: whoever sends it reads
    `received_bytes` and goes on from there. What has arrived is never written again, but where its bytes are gone from
    the disk it stands at 0 again. Raises DomainError where the beginning is no video's, and forgets the file.
    """
    if at == 0:
        _refuse_other(found(owner=owner, token=token), piece)
    return _write(owner, token, at, piece)


@transaction.atomic
def _write(owner: User, token: uuid.UUID, at: int, piece: bytes) -> IncomingFile | None:
    row = IncomingFile.objects.select_for_update().filter(owner=owner, token=token).first()
    if row is None or at != row.received_bytes or not piece or len(piece) > row.size_bytes - at:
        return row
    path = path_of(row)
    if at and not (path.is_file() and path.stat().st_size >= at):
        row.received_bytes = 0
        row.save(update_fields=["received_bytes", "touched_at"])
        return row
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if at else "wb") as stored:
        stored.seek(at)
        stored.write(piece)
    row.received_bytes = at + len(piece)
    row.save(update_fields=["received_bytes", "touched_at"])
    return row


def _refuse_other(row: IncomingFile | None, piece: bytes) -> None:
    """Refuse a file whose first piece tells that it is no video: nobody waits for the rest of it."""
    if row is None or row.received_bytes or not min(HEAD_BYTES, row.size_bytes) <= len(piece) <= row.size_bytes:
        return
    try:
        refuse_head(piece, name=row.name, kinds=VIDEOS)
    except DomainError:
        _forget(row)
        raise


def forget_old() -> int:
    """Delete what nobody has gone on with for two days, and what the database knows nothing of; return how many files."""
    rows = IncomingFile.objects.filter(touched_at__lt=timezone.now() - KEPT)
    gone = [row for row in rows if _forget(row)]
    known = set(IncomingFile.objects.values_list("path", flat=True))
    strays = [path for path in _stored() if f"incoming/{path.name}" not in known and _is_old(path)]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(gone) + len(strays)


def path_of(row: IncomingFile) -> Path:
    """Return where its bytes lie."""
    return Path(default_storage.path(row.path))


def _forget(row: IncomingFile | None) -> bool:
    """Delete the row where it still stands as it was read, and then its bytes."""
    if row is None or not IncomingFile.objects.filter(pk=row.pk, touched_at=row.touched_at).delete()[0]:
        return False
    transaction.on_commit(lambda: path_of(row).unlink(missing_ok=True))
    return True


def _stored() -> list[Path]:
    folder = Path(default_storage.path("incoming"))
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < (timezone.now() - KEPT).timestamp()
