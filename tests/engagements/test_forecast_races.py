"""Two people at the same moment: one publication, one forecast, and that of the plan as it stands at last."""

from __future__ import annotations

import pytest
from django.urls import reverse

from engagements.models import Engagement, Forecast, Publication
from engagements.services import forecast, plan, publications, site
from engagements.usual_checklist import USUAL
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import AuditEntry
from tests.conftest import InParallel, SignIn
from tests.engagements.test_races import AGAIN, fresh, told

pytestmark = pytest.mark.usefixtures("postgresql")
ITEM = Publication.Item.FORECAST


def test_published_twice_at_once_is_published_once(
    engagement: Engagement, manager: User, other_manager: User, sign_in: SignIn, in_parallel: InParallel
) -> None:
    """No 500 for either, one row, one entry in the audit."""
    url = reverse("engagements:forecast_publish", args=[engagement.pk])
    browsers = [sign_in(manager), sign_in(other_manager), sign_in(manager)]
    for round_ in range(1, AGAIN + 1):
        answers = in_parallel(*[lambda browser=browser: browser.post(url) for browser in browsers])
        assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 3
        assert Publication.objects.count() == 1
        assert AuditEntry.objects.filter(action="item.published").count() == round_
        publications.withdraw(actor=manager, engagement=engagement, item=ITEM)
    assert audit.first_broken(engagement.audit_chain) is None


def test_withdrawn_twice_at_once_is_withdrawn_once(
    engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    publications.publish(actor=manager, engagement=engagement, item=ITEM)

    def withdraw() -> None:
        publications.withdraw(actor=manager, engagement=fresh(engagement), item=ITEM)

    assert told(in_parallel(*[withdraw] * 3)) == []
    assert AuditEntry.objects.filter(action="item.withdrawn").count() == 1


def test_the_daily_task_never_keeps_a_forecast_of_an_older_plan(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    """Without the lock the task reads the plan, waits, and writes what no longer is."""
    for days in range(1, AGAIN + 1):
        stages = plan.lay_out_plan(actor=engineer, engagement=engagement)
        go_live = stages[-1]
        finish_on = engagement.working_calendar.shift(go_live.finish_on, 3 * days)
        results = in_parallel(
            forecast.refresh_all,
            lambda row=go_live, day=finish_on: plan.move_stage(
                actor=engineer, stage=row, start_on=row.start_on, finish_on=day, percent=0
            ),
            forecast.refresh_all,
        )
        assert told(results) == []
        kept = Forecast.objects.unscoped().get()
        forecast.refresh(fresh(engagement))
        assert Forecast.objects.unscoped().get().histogram == kept.histogram


def test_the_usual_list_started_twice_at_once_is_there_once(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    results = in_parallel(*[lambda: site.start_checklist(actor=engineer, engagement=fresh(engagement))] * 3)
    assert told(results) == []
    assert engagement.checklist.count() == len(USUAL)


def test_an_environment_of_one_name_is_written_once(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    def write() -> object:
        return site.save_environment(
            actor=engineer, engagement=fresh(engagement), name="测试环境", access_kept="KeePass"
        )

    assert len(told(in_parallel(*[write] * 3))) == 2
    assert engagement.environments.count() == 1
