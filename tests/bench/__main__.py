"""`make bench`: prints each figure as `name<TAB>value<TAB>aim<TAB>met|missed`; a missed aim is printed, never an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
from tests.bench.exports import export_figures, verify_figures
from tests.bench.figures import (
    document_figures,
    forecast_figures,
    portfolio_figures,
    post_figures,
    query_figures,
)
from tests.bench.front_doors import front_door_figures
from tests.bench.plans import plan_figures
from tests.bench.problems import problem_figures
from tests.bench.rollout import rollout_figures
from tests.bench.scanner import scanner_figures
from tests.bench.search import search_figures
from tests.bench.timing import Figure

DAYS_ON_SITE = 20


def main() -> int:
    """Measure in databases of their own, which are dropped afterwards."""
    if connection.vendor != "postgresql":
        sys.stderr.write("The figures are those of PostgreSQL: set DATABASE_URL=postgres://user:password@host/name\n")
        return 1
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where it is absent.
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        # The pages people open first are measured at 20 engagements and at 2,000: nothing else may be there.
        for suite in (_front_doors, _others):
            with _own_database():
                for measured in suite():
                    for figure in measured:
                        sys.stdout.write(f"{figure.line()}\n")
                        sys.stdout.flush()
    return 0


@contextmanager
def _own_database() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _front_doors() -> Iterator[Iterator[Figure]]:
    yield front_door_figures(live_through(days=DAYS_ON_SITE))


def _others() -> Iterator[Iterator[Figure]]:
    lived = live_through(days=DAYS_ON_SITE)
    yield post_figures(lived)
    yield document_figures(lived)
    yield verify_figures(lived)
    yield export_figures(lived)
    yield plan_figures()
    yield problem_figures()
    yield cutover_figures()
    yield rollout_figures()
    yield portfolio_figures()
    yield query_figures()
    yield forecast_figures()
    yield scanner_figures()
    yield search_figures()


if __name__ == "__main__":
    sys.exit(main())
