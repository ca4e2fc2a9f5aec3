"""`manage.py seed_demo`: the sample data and its sign-ins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.demo.seeding import seed, sign_ins


class Command(BaseCommand):
    """Bring the sample data in where it is missing, then print one sign-in a line: role, e-mail address, password."""

    help = "Bring in the sample data of the demo and print its sign-ins; a second run only prints them."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE not in {"demo", "test"}:
            raise CommandError(
                "Sample people with known passwords are for ONSITE_MODE=demo only; nothing was changed."
            )
        seed()
        for row in sign_ins():
            self.stdout.write("\t".join(row))
