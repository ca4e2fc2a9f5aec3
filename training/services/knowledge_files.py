"""Files of articles and of sharing sessions: kept unchanged, numbered within what they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import Max

from onsite.accounts.models import User
from onsite.core.files import Examined
from training.models import Article, KnowledgeFile, Sharing


def keep_file(
    *,
    actor: User,
    home: Article | Sharing,
    content: File[Any],
    examined: Examined,
    then: Callable[[KnowledgeFile], object],
) -> KnowledgeFile:
    """Store the file, do `then` with it, and return it; where anything fails its bytes are deleted again.

    `examined` is what `onsite.core.files.examine` said of it before any lock. The caller holds the row of `home`, in
    its transaction.
    """
    rows = KnowledgeFile.objects.filter(**_home(home))
    row = KnowledgeFile(
        **_home(home),
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        name=examined.name,
        media_type=examined.media_type,
        size_bytes=examined.size_bytes,
        sha256=examined.sha256,
        uploaded_by=actor,
    )
    ending = examined.name[examined.name.rfind(".") :].lower()
    row.file.save(f"{examined.sha256[:16]}{ending}", content, save=False)
    try:
        row.save()
        then(row)
    except BaseException:
        default_storage.delete(str(row.file.name))
        raise
    return row


def _home(home: Article | Sharing) -> dict[str, Any]:
    return {"sharing": home} if isinstance(home, Sharing) else {"article": home}
