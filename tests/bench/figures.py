"""The figures of SPEED: pages against a bare page, a stand-up against a plain create, our part of a PDF against its printer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode

import numpy as np
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.forecasting import Activity, Link, simulate
from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.core.models import AuditChain
from onsite.core.pdf.fonts import font_environment
from reports.building.snapshots import build
from reports.documents.printing import refuse_missing_glyphs, render_html
from reports.models import DocumentKind
from reports.services import draft_of
from tests.bench.data import Lived, live_through, prepare
from tests.bench.forms import Form
from tests.bench.timing import Figure, medians
from tests.factories import UserFactory

ROUNDS, WARM_UP = 40, 3
DOCUMENT_ROUNDS = 5
FEW, MANY = 1, 30
FORECAST_TASKS = 60


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def read(browser: Client, url: str) -> str:
    """Open a page; anything but 200 ends the run, because an error page is quick."""
    response = browser.get(url)
    if response.status_code != 200:
        raise RuntimeError(f"{url} answered {response.status_code}")
    return response.content.decode()


def write(browser: Client, url: str, body: dict[str, list[str]]) -> None:
    """Send a form as a browser does; anything but a redirect ends the run, because a refused form writes nothing."""
    response = browser.post(url, urlencode(body, doseq=True), content_type="application/x-www-form-urlencoded")
    if response.status_code not in (302, 303):
        raise RuntimeError(f"{url} answered {response.status_code}")


def post_figures(lived: Lived) -> Iterator[Figure]:
    """Logging a stand-up with all its lines against a create that only writes its row."""
    lead = signed_in(lived.lead)
    create = reverse("bench-create", args=[lived.engagement.pk])
    # All forms are fetched before the clock runs.
    posts = iter([stand_up_post(lead, lived.engagement, ago) for ago in range(1, ROUNDS + WARM_UP + 1)])
    found = medians(
        {
            "create": lambda: write(lead, create, {"text": ["生产计划 UAT 第三轮"]}),
            "stand-up": lambda: write(lead, *next(posts)),
        },
        rounds=ROUNDS,
        warm_up=WARM_UP,
    )
    yield Figure("log a stand-up ÷ minimal create", found["stand-up"] / found["create"], 2.5)


def stand_up_post(lead: Client, engagement: Engagement, ago: int) -> tuple[str, dict[str, list[str]]]:
    """Return the address and the filled form, as its page hands it out, of the day `ago` days before the first one."""
    first_on = engagement.stand_ups.unscoped().published().order_by("held_on").values_list("held_on", flat=True)[0]
    url = reverse("standups:day", args=[engagement.pk, first_on - timedelta(days=ago)])
    form = Form(read(lead, url))
    for name in form.texts:
        if name.startswith("text-"):
            form.fields[name] = ["导入字段映射核对，第三轮"]
    return url, form.fields


def document_figures(lived: Lived) -> Iterator[Figure]:
    """A closing report, and a field manual of twenty pages, from the rows to the HTML, against WeasyPrint turning that HTML
    into the PDF, both warm."""
    prepare(lived)
    for name, kind in (("closing report", DocumentKind.CLOSING_REPORT), ("field manual", DocumentKind.FIELD_MANUAL)):
        yield document_figure(lived, name, kind)


def document_figure(lived: Lived, name: str, kind: DocumentKind) -> Figure:
    os.environ.update(font_environment())
    import weasyprint

    draft = draft_of(lived.engagement, kind)

    def own() -> str:
        snapshot = build(lived.engagement, kind, draft, "zh-hans")
        refuse_missing_glyphs(snapshot)
        return render_html(snapshot)

    html = own()
    found = medians(
        {
            "own": own,
            "weasyprint": lambda: weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/a-3u", pdf_tags=True),
        },
        rounds=DOCUMENT_ROUNDS,
        warm_up=1,
    )
    return Figure(f"{name}: own code ÷ WeasyPrint", found["own"] / found["weasyprint"], 0.1)


def query_figures() -> Iterator[Figure]:
    """How many queries a page needs with thirty days on site, over the same with one."""
    few, many = live_through(days=FEW), live_through(days=MANY)
    for name, route in (("client dashboard", "reports:dashboard"), ("stand-up page", "standups:list")):
        counts = [
            queries(signed_in(lived.client_pm), reverse(route, args=[lived.engagement.pk])) for lived in (many, few)
        ]
        yield Figure(f"{name}: queries at {MANY} rows ÷ at {FEW}", counts[0] / counts[1], 1)


def portfolio_figures() -> Iterator[Figure]:
    """How many queries the portfolio needs for thirty engagements, over the same for the one that is there."""
    manager = signed_in(UserFactory(role=Role.MANAGER))
    portfolio = reverse("reports:portfolio")
    at_few = queries(manager, portfolio)
    for _number in range(MANY - FEW):
        live_through(days=1)
    yield Figure(f"portfolio: queries at {MANY} rows ÷ at {FEW}", queries(manager, portfolio) / at_few, 1)


def queries(browser: Client, url: str) -> int:
    """Count what a page asks that is not kept, because the company has written something since."""
    read(browser, url)
    AuditChain.objects.get_or_create(name=audit.COMPANY)
    AuditChain.objects.filter(name=audit.COMPANY).update(last_number=F("last_number") + 1)
    with CaptureQueriesContext(connection) as captured:
        read(browser, url)
    return len(captured)


def forecast_figures() -> Iterator[Figure]:
    """Ten thousand runs through sixty tasks, each of which waits for up to two others, in milliseconds."""
    plan = [
        Activity("testing", 3, 4, 5, tuple(Link(before) for before in {row - 1, row - 4} if before >= 0))
        for row in range(FORECAST_TASKS)
    ]
    today = timezone.localdate()
    ordinals = range(today.toordinal(), today.toordinal() + 1000)
    days = np.array([ordinal for ordinal in ordinals if date.fromordinal(ordinal).weekday() < 5])
    found = medians(
        {"forecast": lambda: simulate(plan, working_days=days, today=today, agreed_on=today)},
        rounds=ROUNDS,
        warm_up=WARM_UP,
    )
    yield Figure(f"forecast of {FORECAST_TASKS} tasks, ms", 1000 * found["forecast"], 150)
