"""`make crawl`: prints what it crawled, each fault, the routes it never reached, and the figures of the front doors.

Ends with 1 where anything is wrong. A figure that is missed is told, and is none of that: a busy machine is slow.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.crawl.server import running_demo


def main() -> int:
    """Start the demo, walk it, judge it."""
    parser = argparse.ArgumentParser(prog="python -m tests.crawl", description=__doc__)
    parser.add_argument("--instances", type=int, default=3, help="pages judged of each route and person (3)")
    parser.add_argument("--quick", action="store_true", help="one variant of each page instead of eight")
    parser.add_argument("--people", help="only these, such as manager,nobody")
    parser.add_argument("--doors", action="store_true", help="only the figures of the front doors")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="browsers at the same time")
    options = parser.parse_args()
    with running_demo() as running:
        # Imports rows and people: Django is set up only now.
        from tests.crawl.crawl import Crawl

        crawl = Crawl(
            running.address, running.folder / "html", options.instances, options.quick, options.jobs, options.people
        )
        return crawl.run(doors_only=options.doors)


if __name__ == "__main__":
    sys.exit(main())
