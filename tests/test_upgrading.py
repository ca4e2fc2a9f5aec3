"""C7: an installation of the release before is brought up to date with its rows in it, and can go back, on either database."""

from __future__ import annotations

from tests.installation import Installation

# Agreed in the small hours of 7 January in Shanghai, when it was still the 6th in London.
SEED = """
import time_machine
from datetime import date
from django.db import transaction
from engagements.models import Client, Engagement, FollowUpVisit, Lesson, PlanSnapshot
from engagements.services import followups, plan, visits
from engagements.services.new_needs import Need
from onsite.accounts.models import User
from standups.models import Problem
from training.models import Article, ArticleLink, Category
manager = User.objects.create_user("manager@x.example", name="王海明", role="manager", language="en")
with time_machine.travel("2026-01-06T20:00:00+00:00"), transaction.atomic():
    engagement = Engagement.objects.create(
        client=Client.objects.create(name="江海银行", short_name="江海", industry="banking"), name="贷款", site="外滩",
        core_task="improve", phase="execution", calendar="WEEK", created_by=manager, start_on=date(2026, 1, 5),
        agreed_go_live_on=date(2026, 3, 10), time_zone="Asia/Shanghai",
    )
    plan.lay_out_plan(actor=manager, engagement=engagement)
    baseline = plan.take_baseline(actor=manager, engagement=engagement, reason="约定")
    for taken_on in (date(2026, 1, 6), date(2026, 1, 8)):
        plan.take_snapshot(engagement, taken_on)
type(baseline).objects.filter(pk=baseline.pk).update(taken_at="2026-01-06T20:00:00+00:00")
with time_machine.travel("2026-03-10T04:00:00+00:00"):
    followups.record_go_live(actor=manager, engagement=engagement, on=date(2026, 3, 10))
with time_machine.travel("2026-04-10T04:00:00+00:00"):
    visits.hold_visit(
        actor=manager, visit=FollowUpVisit.objects.unscoped().get(kind="1m"), held_on=date(2026, 4, 10), channel="phone",
        condition="well", how_it_runs="稳定", needs=[Need("报表", manager), Need("接口", manager)],
    )
days = {"raised_on": date(2026, 1, 6), "engagement": engagement, "raised_by": manager}
Problem.objects.create(title="开着", next_step_with="client", **days)
Problem.objects.create(title="当天解决", solved_on=date(2026, 1, 6), **days)
Problem.objects.create(title="已解决", next_step_with="third_party", solved_on=date(2026, 1, 9), **days)
lesson = Lesson.objects.create(engagement=engagement, title="先签", what_happened="晚", why="没问", rule="问", written_by=manager)
category = Category.objects.create(name="经验")
article = Article.objects.create(title="先签", category=category, created_by=manager, owner=manager)
for told in ({"engagement": engagement}, {"lesson": lesson}):
    ArticleLink.objects.create(article=article, **told)
"""
BACK = """
from django.core.management import call_command
from django.db import connection
call_command("migrate", "engagements", "0005", verbosity=0)
with connection.cursor() as cursor:
    # As it was told before: one need a line, one of them longer than a row holds by now.
    cursor.execute("SELECT new_needs FROM engagements_followupvisit WHERE held_on IS NOT NULL")
    print(cursor.fetchone()[0].split())
    told = "报表\\n\\n  接口 \\r\\n" + "长" * 310
    cursor.execute("UPDATE engagements_followupvisit SET new_needs = %s WHERE held_on IS NOT NULL", [told])
"""
FORWARD = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from engagements.models import NewNeed, PlanSnapshot
from standups.models import ProblemWait
from training.models import ArticleLink
pictures = PlanSnapshot.objects.unscoped().order_by("taken_on")
print({row.taken_on.day: row.baseline_id is not None for row in pictures if row.taken_on.month == 1 and row.taken_on.day < 9})
print([len(row.text) for row in NewNeed.objects.unscoped().filter(owner__name="王海明")])
waits = ProblemWait.objects.unscoped().order_by("pk")
print([(row.problem.title, row.party, row.since_on.day, row.until_on and row.until_on.day) for row in waits])
print(ArticleLink.objects.count())
"""


def test_rows_of_the_release_before_come_along_and_can_go_back(installation: Installation) -> None:
    """Each picture of the plan knows what was agreed by its day at the site, no need is cut short, no wait is lost."""
    # Some hundred steps, each of which tells Django the whole schema anew.
    installation.patience_seconds = 900
    installation.ask(SEED)
    assert installation.ask(BACK) == "['报表', '接口']"
    assert installation.ask(FORWARD).splitlines() == [
        "{6: False, 7: True, 8: True}",
        "[2, 2, 300, 10]",
        "[('开着', 'client', 6, None), ('已解决', 'third_party', 6, 9)]",
        "1",
    ]
