"""Words that were looked for in vain, once an editor has judged them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import SearchMiss
from training.wiki.wanted import may_read


@transaction.atomic
def dismiss_miss(*, actor: User, miss: SearchMiss) -> None:
    """Take words off the list; looked for again in vain they come back. PermissionDenied for whoever may not read them."""
    if not may_read(actor, miss.words):
        raise PermissionDenied
    if SearchMiss.objects.filter(pk=miss.pk).delete()[0]:
        audit.record(chain=audit.COMPANY, actor=actor, action="search_miss.dismissed", target=miss)
