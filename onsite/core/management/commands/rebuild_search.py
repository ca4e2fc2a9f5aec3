"""Write the search index anew from the rows, or say where it differs from them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onsite.core.search import rebuilding
from onsite.core.search.index import Kind

_WIDTH = 30


class Command(BaseCommand):
    """Needed after an update that reads words otherwise; every change of a row keeps the index by itself.

    It starts nothing heavy: a file whose text was never read whole stays found by its name and what is kept of it.
    """

    help = "Rebuild what the search finds; with --check only say what differs, and fail where something does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, list what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            found = rebuilding.check(self._progress)
            if found:
                raise CommandError("\n".join(f"{one.kind} {one.object_id} differs" for one in found))
            self.stdout.write("The index says what the rows say.")
        else:
            self.stdout.write(f"{rebuilding.rebuild(self._progress)} rows were written anew.")

    def _progress(self, kind: Kind, done: int, total: int) -> None:
        """Draw a bar a kind, on a terminal over itself, elsewhere once it is full."""
        is_full = done >= total
        if not self.stderr.isatty() and not is_full:
            return
        filled = _WIDTH * min(done, total) // total if total else _WIDTH
        bar = "█" * filled + "░" * (_WIDTH - filled)
        line = f"{kind.name:<12} {bar} {done}/{total}"
        self.stderr.write(f"\r{line}" if self.stderr.isatty() else line, ending="\n" if is_full else "")
        self.stderr.flush()
