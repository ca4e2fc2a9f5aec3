"""`make screenshots`: runs a demo of its own, and writes the main screens as PNG files: each in both languages, on a desk
and on a phone, light and dark; beside them the first pages of the closing report and the gallery.

The demo's stories are told from today on, so that two runs of one day differ where the product does, and where a page
names the minute. ONSITE_VAR_DIR names a folder that stays, which spares the next run the seeding.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from tests.crawl.server import ROOT, gallery, running_demo

README_PICTURE = ROOT / "static" / "img" / "screenshot.png"
README_SCREEN, GALLERY = "dashboard", "gallery"


def main() -> int:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.screenshots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "screenshots", help="the folder (var/screenshots)")
    parser.add_argument("--only", help="only these screens, such as plan,today")
    parser.add_argument("--readme", action="store_true", help="only renew the README's picture")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with running_demo() as running:
        # Their modules import rows: Django is set up only now.
        from playwright.sync_api import sync_playwright

        from tests.crawl.people import walkers
        from tests.e2e.conftest import CHROMIUM, FLAGS
        from tests.screenshots.screens import SCREENS
        from tests.screenshots.taking import Camera

        wanted = {README_SCREEN} if options.readme else set((options.only or "").split(",")) - {""}
        if unknown := wanted - {screen.name for screen in SCREENS}:
            parser.error(f"no screen is called {', '.join(sorted(unknown))}: {' '.join(s.name for s in SCREENS)}")
        screens = [screen for screen in SCREENS if not wanted or screen.name in wanted]
        people = {walker.name: walker for walker in walkers()}
        paths = {screen.name: screen.find() for screen in screens}
        with contextlib.ExitStack() as stack:
            beside = stack.enter_context(gallery(running.var_dir)) if GALLERY in paths else ""
            browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            camera = Camera(browser, running.address, beside, people, paths)
            if options.readme:
                camera.for_readme(screens[0], README_PICTURE)
                _tell(README_PICTURE)
            else:
                for path in camera.take(screens, options.out):
                    _tell(path)
    return 0


def _tell(path: Path) -> None:
    sys.stdout.write(f"{path} {path.stat().st_size // 1000} KB\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
