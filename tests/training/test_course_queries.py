"""The pages of courses ask the database as often for one course as for thirty."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.factories import FunctionFactory, ModuleFactory, RolloutRoleFactory
from tests.factories.training import CourseTemplateFactory
from tests.training.teaching import a_case, accepted, rewritten, taught


def count(browser: Client, url: str) -> int:
    """Return the queries of the second visit: the first one fills what a process remembers."""
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_thirty_rows(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, who: str
) -> None:
    """The list at 1 and 30 courses, a course at 1 and 8 cases and versions, the templates at 1 and 30."""
    module = ModuleFactory(engagement=engagement)
    course = taught(engineer, engagement, module=module)
    CourseTemplateFactory()
    rewritten(engineer, course, functions=[FunctionFactory(module=module)])
    accepted(engineer, course, "一")
    browser = sign_in({"engineer": engineer, "client_pm": client_pm}[who])
    urls = [reverse("training:home", args=[engagement.pk])]
    urls += [
        reverse(f"training:{name}", args=[engagement.pk, course.pk])
        for name in ("course", "course_versions", "course_accept", "course_edit")
        if who == "engineer" or name in {"course", "course_versions"}
    ]
    urls += [reverse("course_templates:template_list")] if who == "engineer" else []
    few = [count(browser, url) for url in urls]
    for number in range(29):
        other = taught(engineer, engagement, title=f"课程{number}", module=module if number % 2 else None)
        rewritten(engineer, other, functions=[FunctionFactory(module=module)])
        CourseTemplateFactory()
    roles = [RolloutRoleFactory(engagement=engagement) for _number in range(8)]
    for number in range(7):
        a_case(engineer, course, title=f"案例{number}")
        rewritten(engineer, course, roles=roles, functions=[FunctionFactory(module=module) for _n in range(3)])
        accepted(engineer, course, f"第{number}次")
    assert [count(browser, url) for url in urls] == few
