"""Who walks through the demo: one person of each kind, each client's PM, a learner by their link, and nobody."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import BrowserContext

from onsite.accounts.roles import Part, Role
from reports.demo.people import BY_KEY, PASSWORDS, PEOPLE
from reports.demo.stories import STORIES
from training.learning.access import learners_with_access, link_for

LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}


@dataclass(frozen=True)
class Walker:
    """A person of the demo; without an e-mail address, who comes by a mailed link (`door`), or a stranger."""

    name: str
    email: str = ""
    password: str = ""
    door: str = ""


def walkers() -> list[Walker]:
    """Return who walks, under names that say what they are."""
    keys = {"manager": _first(Role.MANAGER), "administrator": _first(Role.ADMINISTRATOR)}
    for number, story in enumerate(STORIES, start=1):
        seats = {seat.part: seat.person for seat in reversed(story.seats)}
        if number == 1:
            keys |= {"lead": seats[Part.LEAD], "key-user": seats[Part.KEY_USER]}
        pm = seats[Part.CLIENT_PM]
        if pm not in keys.values():
            keys[f"client-pm-{number}"] = pm
    people = [Walker(name, BY_KEY[key].email, PASSWORDS[BY_KEY[key].role]) for name, key in keys.items()]
    # Whoever took a quiz has something to see. The demo's own links are known to nobody: only their hashes are kept.
    learner = learners_with_access().exclude(attempts=None).order_by("pk")[0]
    return [*people, Walker("learner", door=reverse("learn:open", args=[link_for(learner)])), Walker("nobody")]


def _first(role: Role) -> str:
    return next(person.key for person in PEOPLE if person.role == role)


def sign_in(context: BrowserContext, walker: Walker) -> None:
    """As they do: by the form of the sign-in page, or by the mailed link."""
    page = context.new_page()
    if not walker.email:
        page.goto(walker.door or "/")
        page.close()
        return
    page.goto("/accounts/login/")
    page.fill("[name=login]", walker.email)
    page.fill("[name=password]", walker.password)
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    if page.url.endswith("/accounts/login/"):
        raise RuntimeError(f"{walker.name} can't sign in: {page.inner_text('main')}")
    page.close()


def speak(context: BrowserContext, language: str) -> None:
    """Switch to the language by the button in the bar; a setting of the person's, so it holds for all their windows."""
    page = context.new_page()
    page.goto("/accounts/settings/")
    button = page.locator(f"header button[name=language][value={language}]")
    if button.count():
        with page.expect_navigation():
            button.click()
    page.close()
