"""An engagement lived day by day in a browser, under a clock that moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from engagements.models import Engagement
from engagements.services import plan
from onsite.accounts.models import User
from tests.e2e.conftest import OpenPage
from tests.e2e.hands import fill, send
from tests.factories.accounts import PASSWORD

SITE = ZoneInfo("Asia/Shanghai")


@dataclass
class Life:
    """The clock, and a page for whoever acts. `traveller` is time_machine's; the people stand under their first letters."""

    traveller: Any
    open_page: OpenPage
    people: dict[str, User]

    def begin(self, day: date, hour: time = time(9)) -> None:
        """Let it be this hour at the site; everybody signs in anew, as on any morning."""
        self.traveller.move_to(datetime.combine(day, hour, SITE))
        self._pages: dict[str, Page] = {}

    def later(self, **passed: float) -> None:
        """Let time pass, such as `minutes=9`."""
        self.traveller.shift(timedelta(**passed))

    def __getitem__(self, who: str) -> Page:
        """Return the page of this person on this day."""
        if who not in self._pages:
            self._pages[who] = self.open_page(self.people[who], language="en-GB")
        return self._pages[who]

    def end(self, engagement: Engagement) -> None:
        """What beat does every evening: keep the plan as it stands."""
        plan.take_snapshot(engagement, on=engagement.today())
        for page in self._pages.values():
            page.context.close()
        self._pages = {}


def write(page: Page, address: str, press: str = "", **fields: object) -> None:
    """Open a form, fill it in and send it; it must be taken."""
    page.goto(address)
    if fields:
        fill(page, **fields)
    send(page, press)
    assert not page.locator("main .invalid-feedback:visible, main .alert-danger:visible").count(), page.inner_text(
        "main"
    )


def press(page: Page, action: str) -> None:
    """Press the button of the form that goes to this address, on the page that is open."""
    with page.expect_navigation():
        page.locator(f'main form[action*="{action}"] button[type="submit"]').last.click()


def sign(page: Page, address: str) -> None:
    """With the password, once more."""
    page.goto(address)
    fill(page, proof=PASSWORD)
    with page.expect_navigation():
        page.locator("#sign button[type=submit]").last.click()
