"""Storing files: unchanged, once per engagement, within its room, and not at all where data stays on site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import Error, transaction
from django.db.models import Max, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from engagements.models import Attachment, Engagement, Scan
from engagements.services.files import looking, reading
from onsite.accounts.models import User
from onsite.core import incoming, search
from onsite.core.errors import DomainError
from onsite.core.files import SCANS, Examined, Kinds, examine

_saved: ContextVar[tuple[list[str], ...]] = ContextVar("saved", default=())


@contextmanager
def storing_atomically() -> Iterator[None]:
    """A transaction in which files are stored: where it fails, the bytes it saved are deleted again. It stands, as a
    decorator, where `transaction.atomic` would."""
    saved: list[str] = []
    outer = _saved.get()
    token = _saved.set((*outer, saved))
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for name in saved:
            _delete_unused(name)
        raise
    finally:
        _saved.reset(token)


def _delete_unused(name: str) -> None:
    # Who lost the connection while committing can't know whether the row is there: the bytes stay until it is known.
    with suppress(Error):
        if not Attachment.objects.unscoped().filter(file=name).exists():
            default_storage.delete(name)


@storing_atomically()
def store(
    *,
    actor: User,
    engagement: Engagement,
    upload: UploadedFile[Any],
    field: str,
    is_internal: bool = False,
    kinds: Kinds = SCANS,
    looked_through: bool = False,
    holds_client_data: bool = True,
    examined: Examined | None = None,
) -> Attachment:
    """Keep the file unchanged under a name of ours; the same bytes are kept once in an engagement.

    With `looked_through` it is held back from clients until a worker has looked for secrets and personal data; what is
    known of the same bytes is taken over at once. `holds_client_data` is False only for a signed sheet that OnSite
    itself printed: where data stays on site nothing else is taken. `examined` is what `examine` said of a large file
    before the caller took a lock; a caller that does more in its transaction runs in `storing_atomically()`.

    Raises DomainError on `field` where it is not of these kinds, there is no room, or data stays on site.
    """
    found = examined or examine(upload, field=field, kinds=kinds)
    row = Engagement.objects.lock(engagement.pk)
    if holds_client_data:
        refuse_leaving(row, field=field)
    attachment = Attachment(
        engagement=row,
        name=found.name,
        media_type=found.media_type,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        is_internal=is_internal,
        uploaded_by=actor,
        scan=Scan.WAITING if looked_through else Scan.NOT_NEEDED,
    )
    keep(attachment, upload, field=field)
    incoming.taken(upload)
    if looked_through:
        looking.begin(attachment, actor)
    else:
        reading.begin(attachment, actor)
    return attachment


def keep(attachment: Attachment, content: File[Any], *, field: str | None = None) -> None:
    """Save the row, its bytes beside it or, where the engagement holds the same ones, pointing to those.

    The caller holds the engagement's lock. Raises DomainError on `field` where there is no room.
    """
    twin = Attachment.objects.unscoped().filter(engagement=attachment.engagement, sha256=attachment.sha256).first()
    if twin is not None:
        attachment.file.name = str(twin.file.name)
        attachment.save()
        search.update(attachment)
        return
    _refuse_overfull(attachment, field=field)
    ending = attachment.name[attachment.name.rfind(".") :].lower()
    attachment.file.save(f"{attachment.sha256[:16]}{ending}", content, save=False)
    for saved in _saved.get():
        saved.append(str(attachment.file.name))
    attachment.save()
    search.update(attachment)


def used_bytes(engagement: Engagement) -> int:
    """Return how many bytes its files take, those of the same content counted once."""
    rows = Attachment.objects.unscoped().filter(engagement=engagement).order_by()
    sizes = rows.values("sha256").annotate(size=Max("size_bytes"))
    return sizes.aggregate(total=Sum("size"))["total"] or 0


def room_left(engagement: Engagement) -> int:
    """Return how many bytes more it may hold; never below 0, also where its room was made smaller."""
    return max(engagement.file_quota_mb * 1024**2 - used_bytes(engagement), 0)


def refuse_leaving(engagement: Engagement, *, field: str | None = None) -> None:
    """Raise DomainError on `field` where data stays on site."""
    if engagement.data_stays_on_site:
        raise DomainError(
            _("Data stays on site here: no file is taken. Write down where it lies and who keeps it."), field=field
        )


def _refuse_overfull(attachment: Attachment, *, field: str | None) -> None:
    engagement, size = attachment.engagement, attachment.size_bytes
    left = room_left(engagement)
    if size > left and attachment.uploaded_by.is_client:
        # How much is left tells how much there is, also of what the client doesn't see.
        text = _("There is no room for this file (%(size)s). Please ask the delivery manager for more.")
        raise DomainError(text % {"size": filesizeformat(size)}, field=field)
    if size > left:
        raise DomainError(
            _(
                "There is no room for this file (%(size)s): of %(quota)s MB, %(left)s are left. "
                "The delivery manager can give the engagement more."
            )
            % {"size": filesizeformat(size), "quota": engagement.file_quota_mb, "left": filesizeformat(left)},
            field=field,
        )
