"""E3, N3: a doubt goes all the way between two browsers: raised on a phone, refused without evidence, answered, settled."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Evidence, Problem, Reply
from tests.e2e.conftest import OpenPage
from tests.standups.concerning import raised

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "系统很慢，早上八点打不开计划列表。"


def screenshot() -> FilePayload:
    drawn = io.BytesIO()
    Image.new("RGB", (320, 180), "teal").save(drawn, "PNG")
    return {"name": "screen.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


def give(page: Page) -> None:
    page.get_by_role("button", name="Give the client this answer").click()


def test_from_doubt_to_settled(
    engagement: Engagement, engineer: User, client_pm: User, open_page: OpenPage, worker: None,
    eventually: Callable[[Callable[[], object]], object],
) -> None:  # fmt: skip
    phone = open_page(client_pm, language="en-GB", width=360)
    phone.goto(f"/engagements/{engagement.pk}/problems/")
    phone.get_by_role("link", name="Raise a concern").first.click()
    phone.get_by_label("What worries you?").fill(WORDS)
    phone.get_by_role("button", name="Raise the concern").click()
    expect(phone.locator("#concern")).to_contain_text("Being looked into")
    problem = Problem.objects.unscoped().get()

    desk = open_page(engineer, language="en-GB")
    desk.goto(problem.get_absolute_url())
    desk.get_by_role("link", name="Answer the concern").click()
    desk.locator("[data-phrase]:visible").first.click()
    expect(desk.get_by_label("Acknowledgement")).not_to_have_value("")
    desk.get_by_label("Facts").fill("95% of 200 calls took less than 412 ms. Ask 13812345678.")
    give(desk)
    expect(desk.locator("#id_facts")).to_be_focused()
    expect(desk.locator("main")).to_contain_text("138****5678")
    expect(desk.locator("main")).to_contain_text("No evidence stands behind this answer yet")

    desk.goto(f"{problem.get_absolute_url()}evidence/file/")
    desk.get_by_label("What it shows").fill("Plan list at 08:05")
    desk.get_by_label("Environment").fill("production")
    desk.set_input_files("input[type=file]", [screenshot()])
    desk.get_by_role("button", name="Add the evidence").click()
    eventually(lambda: Evidence.objects.unscoped().filter(problem=problem).shared().exists())
    expect(desk.locator("main")).to_contain_text("The client sees it")

    desk.goto(f"{problem.get_absolute_url()}answer/")
    desk.get_by_label("Facts").fill("95% of 200 calls took less than 412 ms.")
    give(desk)
    expect(desk.locator("#concern")).to_contain_text("Answered, waits for the client")

    phone.reload()
    expect(phone.locator("#concern")).to_contain_text("412 ms")
    phone.get_by_role("link", name="Plan list at 08:05").click()
    picture = phone.locator(".file-pages img")
    picture.scroll_into_view_if_needed()
    eventually(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 0"))
    phone.goto(problem.get_absolute_url())
    phone.get_by_role("button", name="Yes, it is settled").click()
    expect(phone.locator("#concern")).to_contain_text("Confirmed by the client")
    problem.refresh_from_db()
    assert problem.solved_on is not None


def test_without_a_script(engagement: Engagement, engineer: User, client_pm: User, open_page: OpenPage) -> None:
    """A phrase comes back with the page, Enter in a measure saves the draft, and both sides can say their word."""
    problem = raised(engagement, client_pm)
    desk = open_page(engineer, language="en-GB", scripts=False)
    desk.goto(f"{problem.get_absolute_url()}answer/")
    desk.get_by_role("button", name="Take it").first.click()
    expect(desk.get_by_label("Acknowledgement")).not_to_have_value("")
    desk.get_by_label("Facts").fill("412 ms")
    desk.get_by_label("Measure 1").fill("Add an index")
    desk.get_by_label("By when").first.fill("2099-01-01")
    desk.get_by_label("Measure 1").press("Enter")
    expect(desk.locator("main")).to_contain_text("The draft is saved")
    reply = Reply.objects.unscoped().get()
    assert (reply.facts, reply.is_given, reply.remedies.unscoped().get().text) == ("412 ms", False, "Add an index")

    desk.goto(f"{problem.get_absolute_url()}evidence/query/")
    for name, words in (("title", "p95"), ("environment", "production"), ("query", "select 1"), ("result", "412 ms")):
        desk.locator(f"#id_{name}").fill(words)
    desk.get_by_role("button", name="Add the evidence").click()
    desk.goto(f"{problem.get_absolute_url()}answer/")
    give(desk)

    phone = open_page(client_pm, language="en-GB", width=360, scripts=False)
    phone.goto(problem.get_absolute_url())
    phone.get_by_label("Not yet: what is still open?").fill("Still slow before noon")
    phone.get_by_role("button", name="Ask for another answer").click()
    expect(phone.locator("#concern")).to_contain_text("Still slow before noon")
    desk.goto(f"{problem.get_absolute_url()}answer/")
    expect(desk.get_by_label("Facts")).to_have_value("412 ms")
    expect(desk.locator("main")).to_contain_text("Still slow before noon")
