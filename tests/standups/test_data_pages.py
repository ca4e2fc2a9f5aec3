"""N11: the data checks in the browser, without scripts: list, object, round, forms; what each side sees; refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement, SignOff
from onsite.accounts.models import User
from onsite.core.errors import StaleError
from standups.models import CountLine, DataObject, LoadRound, Mapping, Problem
from standups.services import data_checks
from tests.conftest import SignIn
from tests.engagements.conftest import sign
from tests.factories import CountLineFactory, LoadRoundFactory, MappingFactory, MappingLineFactory
from tests.standups.checking import FIELDS, counted, entry, fields_at, fresh, frozen, line_of, loaded, sampled

pytestmark = pytest.mark.django_db


def url(route: str, engagement: Engagement, *args: int) -> str:
    return reverse(f"standups:{route}", args=[engagement.pk, *args])


def text_of(response: HttpResponseBase) -> str:
    return str(response.content.decode())  # type: ignore[attr-defined]


def fill(browser: Client, address: str, **typed: Any) -> Any:
    """Open the form, type into it, send it and follow."""
    return browser.post(address, fields_at(browser, address) | typed, follow=True)


def test_from_nothing_to_the_signature(
    engagement: Engagement, engineer: User, key_user: User, sign_in: SignIn
) -> None:
    """N11: round 1 shows the mapping error, round 2 explains every difference, the owner's person signs."""
    browser = sign_in(engineer)
    assert "No data is checked yet" in text_of(browser.get(url("data_checks", engagement)))
    fill(browser, url("data_object_create", engagement), name="患者主数据", source="旧 HIS", owner="病案室")
    row = DataObject.objects.unscoped().get()
    first_fields = {
        "source_field_0": "ALLERGY_CODE",
        "target_field_0": "allergy",
        "source_field_2": "NAME",
        "target_field_2": "name",
    }
    page = fill(browser, url("data_mapping", engagement, row.pk), **first_fields)
    first = LoadRound.objects.unscoped().get()
    assert page.redirect_chain[-1][0] == first.get_absolute_url()
    counts = {"name_0": "过敏记录", "source_value_0": "1,000", "target_value_0": "812", "unit_0": "条"}
    page = fill(browser, url("load_round_counts", engagement, first.pk), **counts)
    assert "1 difference open" in text_of(page) and "-188" in text_of(page)
    page = browser.post(url("count_line_problem", engagement, line_of(first, "过敏记录").pk), follow=True)
    assert Problem.objects.unscoped().get().title in text_of(page)
    page = fill(browser, url("data_mapping", engagement, row.pk), target_field_0="allergy_code", reason="过敏字段错位")
    second = LoadRound.objects.unscoped().get(number=2)
    page = browser.get(url("data_object", engagement, row.pk))
    assert "过敏字段错位" in text_of(page) and "<del>" in text_of(page)
    fill(browser, url("load_round_counts", engagement, second.pk), target_value_0="998")
    line = line_of(second, "过敏记录")
    fill(browser, url("count_line_explain", engagement, line.pk), explanation="2 条为测试数据")
    fill(browser, url("load_round_sample", engagement, second.pk), sample_size="500", sample_wrong="0")
    assert fresh(second).sample_checked_by == "病案室"
    page = browser.post(
        url("load_round_freeze", engagement, second.pk), {"version": fresh(second).version}, follow=True
    )
    assert "waits for a signature" in text_of(page)
    sign(SignOff.objects.unscoped().get(), key_user)
    assert "signed" in text_of(browser.get(url("load_round", engagement, second.pk)))


def test_a_client_reads_everything_and_changes_nothing(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """No control of the vendor's, and no problem that is internal."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("过敏记录", 1000, 812))
    secret = Problem.objects.create(
        engagement=engagement, title="只有我们知道", raised_on=engagement.today(), raised_by=engineer, is_internal=True
    )
    CountLine.objects.update(problem=secret)
    browser = sign_in(client_pm)
    for address in (
        url("data_checks", engagement),
        url("data_object", engagement, row.data_object_id),
        url("load_round", engagement, row.pk),
    ):
        text = text_of(browser.get(address))
        assert "患者主数据" in text and "只有我们知道" not in text
        own = text[text.index('aria-label="Going live"') :]
        assert "<form" not in own.partition("<footer")[0] and "/import/" not in own and "/mapping/" not in own


def test_two_people_count_one_round(engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn) -> None:
    """What the other saved stands beside what was typed; saved again, it is taken, and their line stays (N2 for data)."""
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 1, 1))
    address = url("load_round_counts", engagement, row.pk)
    browser = sign_in(engineer)
    typed = fields_at(browser, address) | {"target_value_0": ["7"]}
    counted(colleague, row, entry("甲", 1, 9, pk=line_of(row, "甲").pk), entry("乙", 5, 5))
    page = browser.post(address, typed)
    assert page.status_code == 409
    assert "What somebody else saved meanwhile" in text_of(page) and "乙" in text_of(page)
    assert 'value="7"' in text_of(page)
    assert line_of(row, "甲").target_value == 9
    again = typed | {"version": [str(fresh(row).version)]}
    assert browser.post(address, again).status_code == 302
    assert [(line.name, int(line.target_value or 0)) for line in fresh(row).lines.unscoped()] == [("甲", 7), ("乙", 5)]


def test_two_people_map_one_object(engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn) -> None:
    row = loaded(engineer, engagement)
    address = url("data_mapping", engagement, row.data_object_id)
    browser = sign_in(engineer)
    unexplained = browser.post(address, fields_at(browser, address) | {"rule_0": ["mine"]})
    assert (unexplained.status_code, list(unexplained.context["form"].errors)) == (422, ["reason"])
    typed = fields_at(browser, address) | {"rule_0": ["mine"], "reason": ["字段改名"]}
    data_checks.save_mapping(actor=colleague, data_object=row.data_object, was=1, lines=FIELDS[:1])
    page = browser.post(address, typed)
    assert page.status_code == 409
    assert colleague.name in text_of(page) and "mine" in text_of(page)
    assert Mapping.objects.count() == 2
    assert browser.post(address, typed | {"was": ["2"]}).status_code == 302


def test_what_was_typed_survives_what_is_wrong(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Each fault beside its field: no number, a line twice, half a line of a mapping, a value without a name."""
    row = loaded(engineer, engagement)
    browser = sign_in(engineer)
    address = url("load_round_counts", engagement, row.pk)
    page = browser.post(
        address,
        fields_at(browser, address)
        | {"name_0": "甲", "source_value_0": "12e5", "name_1": "乙", "name_2": "乙", "note": "留着"},
    )
    assert page.status_code == 422 and "12e5" in text_of(page) and "留着" in text_of(page)
    assert "Please write a number" in text_of(page)
    page = browser.post(address, fields_at(browser, address) | {"name_1": "乙", "name_2": "乙"})
    assert page.status_code == 422 and "counted in another line already" in text_of(page)
    page = browser.post(address, fields_at(browser, address) | {"target_value_1": "5"})
    assert page.status_code == 422 and "Say what is counted" in text_of(page)
    address = url("data_mapping", engagement, row.data_object_id)
    page = browser.post(address, fields_at(browser, address) | {"source_field_3": "HALF"})
    assert page.status_code == 422 and "Both fields are needed" in text_of(page) and "HALF" in text_of(page)
    assert not CountLine.objects.exists()


def test_more_rows_keep_what_was_typed_and_save_nothing(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    row = loaded(engineer, engagement)
    browser = sign_in(engineer)
    address = url("load_round_counts", engagement, row.pk)
    page = browser.post(address, fields_at(browser, address) | {"name_0": "甲", "source_value_0": "x", "more": "1"})
    assert page.status_code == 200
    assert 'value="甲"' in text_of(page) and 'name="name_7"' in text_of(page) and 'value="x"' in text_of(page)
    assert not CountLine.objects.exists()


@pytest.mark.parametrize("posted", ["", "-1", "99999999999", "x", "1001", "٣"])
def test_a_count_of_rows_that_nobody_typed(
    engagement: Engagement, engineer: User, sign_in: SignIn, posted: str
) -> None:
    """The page is answered, not the machine worn out."""
    row = loaded(engineer, engagement)
    response = sign_in(engineer).post(url("load_round_counts", engagement, row.pk), {"count": posted, "version": "1"})
    assert response.status_code in {302, 422}


def test_a_round_of_old_is_read_only(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 2, 1))
    data_checks.open_round(actor=engineer, data_object=row.data_object, after=1)
    browser = sign_in(engineer)
    shown = text_of(browser.get(url("load_round", engagement, row.pk)))
    assert "This round is history" in shown and "/counts/" not in shown and "/explain/" not in shown
    address = url("load_round_counts", engagement, row.pk)
    page = browser.post(address, fields_at(browser, address))
    assert page.status_code == 422 and "newer round" in text_of(page)


@pytest.mark.parametrize("told", ["9" * 5000, "9" * 18, "-1", "²", ""])
def test_a_number_that_no_page_sends_is_refused(
    engagement: Engagement, engineer: User, sign_in: SignIn, told: str
) -> None:
    row = loaded(engineer, engagement)
    browser = sign_in(engineer)
    for address, name in (
        (url("load_round_open", engagement, row.data_object_id), "after"),
        (url("load_round_freeze", engagement, row.pk), "version"),
        (url("load_round_delete", engagement, row.pk), "version"),
    ):
        assert browser.post(address, {name: told}).status_code == 302
    assert LoadRound.objects.count() == 1


def test_a_round_opened_by_mistake_has_a_button(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    first = loaded(engineer, engagement)
    second = data_checks.open_round(actor=engineer, data_object=first.data_object, after=1)
    browser, address = sign_in(engineer), url("load_round_delete", engagement, second.pk)
    assert address in text_of(browser.get(second.get_absolute_url()))
    assert url("load_round_delete", engagement, first.pk) not in text_of(browser.get(first.get_absolute_url()))
    page = browser.post(address, {"version": second.version}, follow=True)
    assert "The round is deleted." in text_of(page) and "Round 2" not in text_of(page)
    assert url("load_round_delete", engagement, first.pk) not in text_of(browser.get(first.get_absolute_url()))


def test_what_is_missing_is_listed_when_frozen_too_early(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    row = loaded(engineer, engagement)
    counted(engineer, row, entry("甲", 2, 1))
    page = sign_in(engineer).post(url("load_round_freeze", engagement, row.pk), {"version": fresh(row).version})
    assert page.status_code == 409
    assert "The difference of “甲” is not explained." in text_of(page) and "sample" in text_of(page)


def test_a_text_that_was_taken_back_can_still_be_read(
    engagement: Engagement, engineer: User, key_user: User, sign_in: SignIn
) -> None:
    text = frozen(engineer, engagement)
    row = LoadRound.objects.unscoped().get()
    address = reverse("engagements:sign_off", args=[engagement.pk, text.pk])
    assert row.get_absolute_url() in text_of(sign_in(key_user).get(address))
    sampled(engineer, row)
    assert address in text_of(sign_in(key_user).get(row.get_absolute_url()))
    with pytest.raises(StaleError):
        sign(SignOff.objects.unscoped().get(), key_user)
    data_checks.delete_object(actor=engineer, data_object=row.data_object)
    assert url("data_checks", engagement) in text_of(sign_in(key_user).get(address))


def test_nothing_signed_is_deleted(engagement: Engagement, engineer: User, key_user: User, sign_in: SignIn) -> None:
    sign(frozen(engineer, engagement), key_user)
    row = DataObject.objects.unscoped().get()
    page = sign_in(engineer).post(url("data_object_delete", engagement, row.pk), follow=True)
    assert "A round of this object is signed" in text_of(page)
    assert DataObject.objects.exists()


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_thirty_rows(
    engagement: Engagement, sign_in: SignIn, who: str, request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    line = CountLineFactory(round__mapping__data_object__engagement=engagement, target_value=1)
    mapping = line.round.mapping
    MappingLineFactory(mapping=mapping)
    data, row = mapping.data_object, line.round

    def queries() -> list[int]:
        found = []
        newest = LoadRound.objects.unscoped().filter(data_object=data).newest().get()
        for address in (
            url("data_checks", engagement), url("data_object", engagement, data.pk), newest.get_absolute_url(),
            row.get_absolute_url(), url("data_export", engagement),
        ):  # fmt: skip
            browser.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(address).status_code == 200
            found.append(len(captured))
        return found

    second = MappingFactory(data_object=data, version=2)
    CountLineFactory(round=LoadRoundFactory(mapping=second, number=2), target_value=1)
    for_few = queries()
    for number in range(3, 33):
        later = MappingFactory(data_object=data, version=number)
        MappingLineFactory.create_batch(3, mapping=later)
        CountLineFactory.create_batch(3, round=LoadRoundFactory(mapping=later, number=number), target_value=1)
        CountLineFactory(round__mapping__data_object__engagement=engagement, target_value=1)
    assert queries() == for_few
