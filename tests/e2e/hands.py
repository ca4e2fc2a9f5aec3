"""What a person's hands do on any page."""

from __future__ import annotations

import re

from playwright.sync_api import Page


def fill(page: Page, **fields: object) -> None:
    """Type into the main form's fields by name: text, choices and ticks alike."""
    for name, value in fields.items():
        field = page.locator(f'main [name="{name}"]')
        if field.first.evaluate("node => node.tagName") == "SELECT":
            label = {"label": value.pattern} if isinstance(value, re.Pattern) else {"value": str(value)}
            field.select_option(**label)
        elif field.first.get_attribute("type") in {"radio", "checkbox"}:
            page.locator(f'main [name="{name}"][value="{value}"]').check(force=True)
        else:
            field.fill(str(value))


def send(page: Page, name: str = "") -> None:
    """Press the main form's button and wait for the next page."""
    button = (
        page.get_by_role("main").get_by_role("button", name=name) if name else page.locator("main .acts .btn-primary")
    )
    with page.expect_navigation():
        button.first.click()
