"""`make bench`: prints each figure as `name<TAB>value<TAB>aim<TAB>met|missed`; a missed aim is printed, never an error."""

from __future__ import annotations

import os
import sys

# The product's own settings: those of the tests keep the cache, and with it the sessions, inside the process.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onsite.settings")
os.environ.setdefault("ONSITE_MODE", "test")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from tests.bench.cutover import cutover_figures
from tests.bench.data import live_through
from tests.bench.figures import (
    document_figures,
    forecast_figures,
    page_figures,
    portfolio_figures,
    post_figures,
    query_figures,
)
from tests.bench.plans import plan_figures
from tests.bench.problems import problem_figures
from tests.bench.rollout import rollout_figures
from tests.bench.scanner import scanner_figures
from tests.bench.search import search_figures

DAYS_ON_SITE = 20


def main() -> int:
    """Measure in a database of its own, which is dropped afterwards."""
    if connection.vendor != "postgresql":
        sys.stderr.write("The figures are those of PostgreSQL: set DATABASE_URL=postgres://user:password@host/name\n")
        return 1
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where it is absent.
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with override_settings(ROOT_URLCONF="tests.bench.urls"):
            lived = live_through(days=DAYS_ON_SITE)
            for measured in (
                page_figures(lived),
                post_figures(lived),
                document_figures(lived),
                plan_figures(),
                problem_figures(),
                cutover_figures(),
                rollout_figures(),
                portfolio_figures(),
                query_figures(),
                forecast_figures(),
                scanner_figures(),
                search_figures(),
            ):
                for figure in measured:
                    sys.stdout.write(f"{figure.line()}\n")
                    sys.stdout.flush()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
