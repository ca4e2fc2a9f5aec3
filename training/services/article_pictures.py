"""Pictures of articles: what is stored is drawn anew, so nothing but its pixels is kept (R4)."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.files import PICTURES, Examined, examine
from onsite.core.scanner import look_through
from training.models import Article, KnowledgeFile
from training.services.articles import held, newest_of, record
from training.services.knowledge_files import keep_file
from training.wiki.access import may_write

MOST_PICTURES = 60


def add_picture(*, actor: User, article: Article, upload: UploadedFile[Any]) -> KnowledgeFile:
    """Store a picture under the article's next number, drawn anew as JPEG.

    Raises DomainError on "picture" for what is no picture by content and name, can't be drawn, or is one too many;
    PermissionDenied for whoever may only read the article.
    """
    known = examine(upload, field="picture", kinds=PICTURES)
    looked = look_through(upload.read(), media_type=known.media_type)
    if not looked.pages:
        raise DomainError(_("This picture can't be read. Please save it again as JPEG or PNG."), field="picture")
    image = looked.pages[0].image
    name = f"{PurePath(known.name).stem}.jpg"
    drawn = Examined(name, "image/jpeg", len(image), hashlib.sha256(image).hexdigest())
    return _keep(actor, article, image, drawn)


@transaction.atomic
def _keep(actor: User, article: Article, image: bytes, drawn: Examined) -> KnowledgeFile:
    row = held(actor, article)
    if not may_write(actor, row, newest_of(row)):
        raise PermissionDenied
    if row.files.count() >= MOST_PICTURES:
        text = _("An article holds at most %(most)s pictures.") % {"most": MOST_PICTURES}
        raise DomainError(text, field="picture")
    return keep_file(
        actor=actor,
        home=row,
        content=ContentFile(image),
        examined=drawn,
        then=lambda found: record(actor, "article.picture_added", row, number=found.number),
    )
