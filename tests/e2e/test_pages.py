"""Every page a person meets: nothing axe complains of, no sideways scrolling on a phone, no script error, no CSP report.

One variant a page (RULES.md, CI); the three front doors in both languages and both colour schemes. The data is the demo's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
from django.core.management import call_command

from engagements.models import Engagement, Invocation, SignOff
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Evidence
from tests.e2e.conftest import OpenPage
from tests.e2e.judging import DESK, PHONE, judge

LANGUAGES = ("zh-CN", "en-GB")
SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class Demo:
    """The demo's ERP engagement and its people."""

    engagement: Engagement
    manager: User
    engineer: User
    client_pm: User
    sign_off: SignOff


@pytest.fixture
def demo(live_server: object, capsys: pytest.CaptureFixture[str]) -> Demo:
    call_command("seed_demo")
    capsys.readouterr()
    engagement = Engagement.objects.unscoped().get(client__short_name="华东机械")
    people = {m.part: m.user for m in engagement.memberships.unscoped().select_related("user")}
    return Demo(
        engagement=engagement,
        manager=engagement.created_by,
        engineer=people[Part.LEAD],
        client_pm=people[Part.CLIENT_PM],
        sign_off=engagement.sign_offs.unscoped().current().get(kind=SignOff.Kind.GOALS),
    )


def prepared(engagement: Engagement) -> list[str]:
    """Return the pages of preparation below the engagement: each list, one of its rows, one of its forms."""
    emergency = Invocation.objects.unscoped().filter(plan__engagement=engagement)[0]
    request = engagement.document_requests.unscoped().get(state="received")
    function, task = engagement.functions.unscoped()[0], engagement.tasks.unscoped()[0]
    change, plan = engagement.changes.unscoped().undecided()[0], engagement.contingency_plans.unscoped()[0]
    return [
        "/functions/", "/functions/?only=gaps", "/functions/new/", "/functions/import/", "/modules/new/",
        f"/functions/{function.pk}/", f"/functions/{function.pk}/edit/", "/plan/template/", "/plan/import/",
        "/plan/tasks/new/", f"/plan/tasks/{task.pk}/", "/forecast/", "/contingency/", "/contingency/from-library/",
        f"/contingency/{plan.pk}/", f"/contingency/{plan.pk}/invoke/", f"/contingency/invocations/{emergency.pk}/",
        "/changes/", "/changes/new/", f"/changes/{change.pk}/", f"/changes/{change.pk}/decide/", "/site/",
        "/site/environments/new/", "/site/checklists/new/", "/documents-wanted/", "/documents-wanted/new/",
        f"/documents-wanted/{request.pk}/review/", "/interviews/", "/interviews/new/",
        "/documents/field_manual/draft/", "/files/", f"/files/{engagement.attachments.unscoped()[0].pk}/about/",
    ]  # fmt: skip


def spoken(engagement: Engagement) -> list[str]:
    """Return the pages of ideas: the list, one in each state, and each of the forms."""
    rows = engagement.ideas.unscoped()
    waiting = rows.open()[0]
    return [
        "/ideas/", "/ideas/new/", *(f"/ideas/{row.pk}/" for row in rows), f"/ideas/{waiting.pk}/thanks/",
        f"/ideas/{waiting.pk}/answer/", f"/ideas/{waiting.pk}/change/",
    ]  # fmt: skip


def told(engagement: Engagement) -> list[str]:
    """Return the vendor's pages of the newest weekly report: the week, its version, and the text for the chat group."""
    document = engagement.documents.unscoped().filter(kind="weekly_report")[0]
    week = f"/weekly/{document.period}"
    return [f"{week}/", f"{week}/chat/", f"/documents/{document.pk}/"]


def doubted(engagement: Engagement) -> list[str]:
    """Return the pages of concerns: one in each state, its answer and its evidence, each form, and the notes on people."""
    rows = {row.concern_state: row for row in engagement.problems.unscoped().concerns()}
    piece = Evidence.objects.unscoped().filter(problem=rows["answered"])[0]
    note = engagement.relationship_notes.unscoped().filter(author__memberships__part=Part.LEAD)[0]
    return [
        "/concerns/new/", *(f"/problems/{row.pk}/" for row in rows.values()), f"/problems/{rows['open'].pk}/answer/",
        f"/problems/{rows['answered'].pk}/verdict/", f"/problems/{rows['open'].pk}/evidence/file/",
        f"/problems/{rows['open'].pk}/evidence/query/", f"/evidence/{piece.pk}/", "/relations/", "/relations/new/",
        f"/relations/{note.pk}/",
    ]  # fmt: skip


def tracked(engagement: Engagement) -> list[str]:
    """Return the pages of problems: the list with all its filters, one that belongs to something, and its form."""
    problem = engagement.problems.unscoped().exclude(functions=None).oldest_first()[0]
    filters = "/problems/?state=all&sort=severity&key=&owner=mine"
    return ["/problems/", filters, "/problems/new/", f"/problems/{problem.pk}/", f"/problems/{problem.pk}/edit/"]


def test_the_front_doors_in_every_variant(demo: Demo, open_page: OpenPage) -> None:
    """C1–C3: Today, the dashboard and the portfolio, in both languages and schemes, on a phone and on a desk."""
    doors = [
        (demo.engineer, "/today/"),
        (demo.client_pm, f"/engagements/{demo.engagement.pk}/dashboard/"),
        (demo.manager, "/portfolio/"),
    ]
    found = []
    for (user, url), (language, scheme) in product(doors, product(LANGUAGES, SCHEMES)):
        User.objects.filter(pk=user.pk).update(language="zh-hans" if language == "zh-CN" else "en")
        for width in (PHONE, DESK):
            found += judge(open_page(user, language=language, width=width, scheme=scheme), url, width)
    assert found == []


def test_every_other_page_in_one_variant(demo: Demo, open_page: OpenPage) -> None:
    """SCREENS: keyboard, 360 and 1,440 px, WCAG 2.2 AA."""
    inside = f"/engagements/{demo.engagement.pk}"
    yesterday = demo.engagement.stand_ups.unscoped().published().newest_first()[0].held_on
    answered = demo.engagement.problems.unscoped().filter(concern_state="answered")[0]
    sign_off = f"{inside}/sign-offs/{demo.sign_off.pk}"
    read = demo.engagement.stand_ups.unscoped().published().newest_first()[0].get_absolute_url()
    pages = {
        None: ["/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"],
        demo.manager: [
            "/engagements/", "/engagements/new/", "/clients/", "/clients/new/", "/accounts/people/",
            "/accounts/people/new/", "/accounts/settings/", "/messages/", f"{inside}/", f"{inside}/edit/",
            "/messages/choices/", "/messages/choices/joined/", "/messages/mine/", "/accounts/settings/sign-in/",
            "/accounts/settings/company/", "/accounts/settings/calendars/", "/accounts/settings/templates/",
            "/accounts/settings/roles/", "/published/",
            f"{inside}/team/", f"{inside}/team/client/new/", f"{inside}/go-live/", f"{inside}/review/",
            f"{inside}/documents/", f"{inside}/documents/closing_report/draft/",
        ],
        demo.engineer: [
            f"{inside}/prepare/", f"{inside}/objectives/new/", f"{inside}/scope/new/", f"{inside}/plan/", sign_off + "/",
            f"{inside}/stand-ups/", f"{inside}/stand-ups/today/", read, 
            *(inside + path for path in (*prepared(demo.engagement), *tracked(demo.engagement), *doubted(demo.engagement), *spoken(demo.engagement), *told(demo.engagement))),
            "/contingency-library/",
        ],
        demo.client_pm: [
            f"{inside}/plan/", f"{inside}/stand-ups/", read, f"{inside}/problems/", f"{inside}/team/",
            f"{inside}/functions/", f"{inside}/contingency/", f"{inside}/changes/", f"{inside}/documents-wanted/",
            f"{inside}/site/", f"{inside}/ideas/", f"{inside}/ideas/new/",
            f"{inside}/concerns/new/", f"{inside}/problems/{answered.pk}/", f"{inside}/problems/{answered.pk}/reopen/",
            f"{inside}/documents/", f"{inside}/stand-ups/{yesterday}/chat/",
        ],
    }  # fmt: skip
    variants = product((PHONE, DESK), SCHEMES)
    found = []
    for (user, urls), (width, scheme) in zip(pages.items(), variants, strict=True):
        page = open_page(user, width=width, scheme=scheme)
        for url in urls:
            found += judge(page, url, width)
    assert found == []
