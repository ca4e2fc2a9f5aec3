"""Say whether the audit was tampered with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onsite.core import audit
from onsite.core.models import AuditChain


class Command(BaseCommand):
    """Follow every hash chain from its first entry to its head."""

    help = "Verify the hash chains of the audit; fails naming the first entry that does not follow."

    def handle(self, *args: Any, **options: Any) -> None:
        names = AuditChain.objects.order_by("name").values_list("name", flat=True)
        broken = {name: number for name in names if (number := audit.first_broken(name)) is not None}
        if broken:
            raise CommandError("\n".join(f"{name}: entry {number} does not follow" for name, number in broken.items()))
        self.stdout.write(f"{len(names)} chains are intact.")
