"""What was looked for and not found, for those who write the wiki."""

from __future__ import annotations

from django.db import connection, models
from django.utils import timezone

from onsite.core import scanner
from onsite.core.models import SearchMiss
from onsite.core.search.tokens import fold

LONGEST = 100


def misses() -> models.QuerySet[SearchMiss]:
    """Return what the vendor's people looked for in vain, the most often first."""
    return SearchMiss.objects.all()


def note_miss(words: str) -> None:
    """Count words that found nothing, in one statement. Words that hold a secret or personal data are not kept, nor are
    texts that nobody would call words."""
    words = " ".join(fold(words).replace("\x00", "").split())
    if not words or len(words) > LONGEST or scanner.scan_text(words):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_searchmiss (words, times, last_at) VALUES (%s, 1, %s) "
            "ON CONFLICT (words) DO UPDATE SET times = core_searchmiss.times + 1, last_at = excluded.last_at",
            [words, timezone.now()],
        )
