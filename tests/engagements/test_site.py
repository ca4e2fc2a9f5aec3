"""P5: environments and where access is kept (never secrets), and the lists to tick."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from engagements.models import ChecklistItem, Engagement, Environment
from engagements.services import site
from engagements.usual_checklist import USUAL, usual_lines
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import ChecklistItemFactory, EnvironmentFactory

GIVEN: dict[str, Any] = {
    "name": "测试环境", "purpose": "UAT", "address": "10.0.0.3", "access_kept": "客户信息部 KeePass", "contact": "张工",
}  # fmt: skip


def page(engagement: Engagement) -> str:
    return reverse("engagements:site", args=[engagement.pk])


def test_an_environment_is_written_changed_and_deleted(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    browser = sign_in(engineer)
    assert "No environment yet" in browser.get(page(engagement)).content.decode()
    answer = browser.post(reverse("engagements:environment_create", args=[engagement.pk]), GIVEN)
    assert answer.status_code == 302
    row = Environment.objects.unscoped().get()
    edit = reverse("engagements:environment_edit", args=[engagement.pk, row.pk])
    assert "客户信息部 KeePass" in browser.get(edit).content.decode()
    browser.post(edit, GIVEN | {"contact": "陈镕"})
    told = sign_in(client_pm).get(page(engagement)).content.decode()
    assert all(text in told for text in ("测试环境", "10.0.0.3", "客户信息部 KeePass", "陈镕"))
    browser.post(reverse("engagements:environment_delete", args=[engagement.pk, row.pk]))
    assert not Environment.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="environment.").order_by("number")
    assert [entry.action.split(".")[1] for entry in actions] == ["created", "changed", "deleted"]


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_access_data_are_refused_beside_their_field(
    name: str, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """Nothing is kept, neither in the row nor in the audit."""
    url = reverse("engagements:environment_create", args=[engagement.pk])
    answer = sign_in(engineer).post(url, GIVEN | {name: "密码：Huadong@2026"})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {name}
    assert "Write where access is kept, never the access data themselves." in answer.content.decode()
    assert not Environment.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="environment.").exists()


def test_a_checklist_takes_no_access_data_either(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    url = reverse("engagements:checklist_create", args=[engagement.pk])
    answer = sign_in(engineer).post(url, {"moment": "before", "text": "VPN password: Sommer2026"})
    assert answer.context["form"].errors.keys() == {"text"}
    row = ChecklistItemFactory(engagement=engagement)
    with pytest.raises(DomainError):
        site.save_checklist_item(actor=engineer, engagement=engagement, item=row, moment="daily", text="口令：abc123")


def test_a_name_is_given_once(engagement: Engagement, foreign_engagement: Engagement, engineer: User) -> None:
    row = site.save_environment(actor=engineer, engagement=engagement, **GIVEN)
    with pytest.raises(DomainError) as refused:
        site.save_environment(actor=engineer, engagement=engagement, **GIVEN)
    assert refused.value.field == "name"
    other = EnvironmentFactory(engagement=engagement)
    with pytest.raises(DomainError):
        site.save_environment(actor=engineer, engagement=engagement, environment=other, **GIVEN)
    EnvironmentFactory(engagement=foreign_engagement, name=row.name)


def test_the_usual_list_adds_only_what_is_missing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Pressed twice, or after the engagement's language changed, nothing is doubled; own lines stay."""
    own = ChecklistItemFactory(engagement=engagement)
    browser, url = sign_in(engineer), reverse("engagements:checklist_start", args=[engagement.pk])
    browser.post(url)
    assert ChecklistItem.objects.count() == len(USUAL) + 1
    one = ChecklistItem.objects.unscoped().exclude(pk=own.pk)[0]
    site.delete_checklist_item(actor=engineer, item=one)
    Engagement.objects.filter(pk=engagement.pk).update(language="en")
    browser.post(url)
    assert ChecklistItem.objects.count() == len(USUAL) + 1
    again = ChecklistItem.objects.unscoped().latest("pk")
    assert again.moment == one.moment
    told = browser.post(url, follow=True).content.decode()
    assert "All the usual lines are there already." in told
    assert ChecklistItem.objects.count() == len(USUAL) + 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_usual_lines_are_in_the_engagements_language(language: str) -> None:
    """Whatever the reader's own language is; each moment has some, and each fits its column."""
    with translation.override("en" if language == "zh-hans" else "zh-hans"):
        lines = usual_lines(language, set())
    with translation.override(language):
        assert lines == [(line.moment, str(line.text)) for line in USUAL]
    assert {moment for moment, _text in lines} == set(ChecklistItem.Moment.values)
    assert all(0 < len(text) <= 200 for _moment, text in lines)


def test_a_line_is_written_changed_and_deleted(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    create = reverse("engagements:checklist_create", args=[engagement.pk])
    assert 'value="daily" selected' in browser.get(f"{create}?when=daily").content.decode()
    browser.post(create, {"moment": "daily", "text": "备份已检查"})
    row = ChecklistItem.objects.unscoped().get()
    browser.post(
        reverse("engagements:checklist_edit", args=[engagement.pk, row.pk]), {"moment": "go_live", "text": "x"}
    )
    row.refresh_from_db()
    assert (row.moment, row.text) == ("go_live", "x")
    browser.post(reverse("engagements:checklist_delete", args=[engagement.pk, row.pk]))
    assert not ChecklistItem.objects.exists()


@pytest.mark.parametrize("factory", [EnvironmentFactory, ChecklistItemFactory])
def test_what_somebody_deleted_stays_deleted(factory: Any, engagement: Engagement, engineer: User) -> None:
    row = factory(engagement=engagement)
    type(row).objects.unscoped().filter(pk=row.pk).delete()
    with pytest.raises(DomainError):
        if isinstance(row, Environment):
            site.save_environment(actor=engineer, engagement=engagement, environment=row, **GIVEN)
        else:
            site.save_checklist_item(actor=engineer, engagement=engagement, item=row, moment="daily", text="x")
    with pytest.raises(DomainError):
        if isinstance(row, Environment):
            site.delete_environment(actor=engineer, environment=row)
        else:
            site.delete_checklist_item(actor=engineer, item=row)
    assert not type(row).objects.exists()


def test_a_client_may_read_and_nothing_more(engagement: Engagement, client_pm: User, sign_in: SignIn) -> None:
    ChecklistItemFactory(engagement=engagement, text="门禁卡已办理")
    told = sign_in(client_pm).get(page(engagement)).content.decode()
    assert "门禁卡已办理" in told
    assert "Start from the usual list" not in told
    with pytest.raises(PermissionDenied):
        site.start_checklist(actor=client_pm, engagement=engagement)


def test_the_page_asks_equally_often_at_thirty_rows(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(page(engagement))
        return len(captured)

    EnvironmentFactory(engagement=engagement)
    ChecklistItemFactory(engagement=engagement)
    queries()
    few = queries()
    EnvironmentFactory.create_batch(29, engagement=engagement)
    ChecklistItemFactory.create_batch(29, engagement=engagement)
    assert queries() == few <= 7
