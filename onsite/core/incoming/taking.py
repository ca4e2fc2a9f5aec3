"""Taking over: what has arrived in pieces as an upload like any other, for the form it was chosen in."""

from __future__ import annotations

import os
import uuid
import weakref
from typing import IO, TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError
from onsite.core.incoming.receiving import found, path_of
from onsite.core.models import IncomingFile

if TYPE_CHECKING:
    from onsite.accounts.models import User


class IncomingUpload(UploadedFile):  # type: ignore[type-arg]  # generic only in the stubs
    """A file that arrived whole. Storing it moves a second name of the same bytes: nothing is copied, and where the
    transaction fails, what arrived is still there for the next try."""

    def __init__(self, row: IncomingFile, stored: IO[bytes]) -> None:
        super().__init__(file=stored, name=row.name, size=row.size_bytes)
        self.row = row
        # No request closes it, as it does what came with the form.
        weakref.finalize(self, stored.close)

    def temporary_file_path(self) -> str:
        """Return a path that may be moved away. Raises DomainError where another form has taken the file meanwhile."""
        path = path_of(self.row)
        second = path.with_name(f"{path.name}-{uuid.uuid4().hex[:8]}")
        try:
            os.link(path, second)
        except FileNotFoundError as error:
            raise DomainError(_("This file was taken over already. Please reload the page.")) from error
        return str(second)


def taken(upload: object) -> None:
    """Forget what arrived in pieces, with the caller's transaction that stored it; any other upload needs nothing."""
    if isinstance(upload, IncomingUpload):
        path = path_of(upload.row)
        IncomingFile.objects.filter(pk=upload.row.pk).delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def upload_of(owner: User, token: str) -> IncomingUpload | None:
    """Return the person's own file that arrived whole under this token; None where there is none such."""
    row = found(owner=owner, token=parsed) if (parsed := _parsed(token)) else None
    if row is None or row.received_bytes != row.size_bytes:
        return None
    path = path_of(row)
    if not path.is_file() or path.stat().st_size != row.size_bytes:
        return None
    return IncomingUpload(row, path.open("rb"))


def _parsed(token: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(token)
    except ValueError:
        return None
