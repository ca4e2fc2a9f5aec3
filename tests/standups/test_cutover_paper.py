"""A run that was gone through with the printed sheet and entered later: by the service, and in the browser (N11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from standups.cutover.course import real_minutes
from standups.models import CutoverRun, RunSheet, SheetStep
from standups.services import cutover_results as results
from standups.services.cutover_results import PaperStep
from tests.conftest import SignIn
from tests.factories import go_decision_of
from tests.standups.cutting_over import HOUR, a_run, a_sheet, states, step_of
from tests.standups.test_cutover_pages import hidden, url

MINUTE = timedelta(minutes=1)


def test_a_printed_sheet_is_entered_later(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """N11: the run stands there as if it had been gone through on the screen, marked as from paper."""
    sheet = a_sheet(engagement, 2)
    ids = list(sheet.steps.unscoped().values_list("pk", flat=True))
    began = timezone.now() - HOUR
    steps = [PaperStep(ids[0], "done", began, began + 12 * MINUTE, "顺利"), PaperStep(ids[1], "skipped", note="无")]
    told: dict[str, Any] = {
        "engagement": engagement, "version": 1, "kind": "rehearsal", "started_at": began,
        "ended_at": began + 30 * MINUTE, "outcome": "done", "steps": steps,
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        results.enter_from_paper(actor=client_pm, **told)
    for wrong, field in (
        ({"ended_at": began - MINUTE}, "ended_at"),
        ({"ended_at": timezone.now() + HOUR}, "ended_at"),
        ({"steps": steps[:1]}, "outcome"),
        ({"steps": [PaperStep(ids[0], "done", began, began + HOUR), steps[1]]}, f"finished_at-{ids[0]}"),
        ({"steps": [PaperStep(ids[0], "done", began - HOUR, began), steps[1]]}, f"started_at-{ids[0]}"),
    ):
        with pytest.raises(DomainError) as refused:
            results.enter_from_paper(actor=engineer, **told | wrong)
        assert refused.value.field == field
    with pytest.raises(RefusedError):
        results.enter_from_paper(actor=engineer, **told | {"kind": "cutover"})
    with pytest.raises(StaleError):
        results.enter_from_paper(actor=engineer, **told | {"version": 9})
    assert not CutoverRun.objects.exists()
    run = results.enter_from_paper(actor=engineer, **told)
    assert (run.from_paper, run.outcome, states(run)) == (True, "done", ["done", "skipped"])
    assert real_minutes(step_of(run, 1)) == 12


def on_paper(engagement: Engagement, began: datetime, **changed: Any) -> dict[str, Any]:
    """What `enter_from_paper` takes for an hour of one step."""
    pk = SheetStep.objects.unscoped().get(sheet__engagement=engagement).pk
    given = {"version": 1, "kind": "rehearsal", "started_at": began, "ended_at": began + HOUR, "outcome": "done"}
    steps = [PaperStep(pk, "done", began, began + HOUR)]
    return {"engagement": engagement, "steps": steps} | given | changed


def test_paper_overlaps_no_other_run(engagement: Engagement, engineer: User) -> None:
    """N11: neither itself, nor one that is still going on; one right after another is another one."""
    a_sheet(engagement, 1)
    began = (timezone.now() - 9 * HOUR).replace(second=0, microsecond=0)
    results.enter_from_paper(actor=engineer, **on_paper(engagement, began))
    for start in (began, began - HOUR / 2, began + HOUR / 2):
        with pytest.raises(DomainError) as refused:
            results.enter_from_paper(actor=engineer, **on_paper(engagement, start))
        assert refused.value.field == "started_at"
    results.enter_from_paper(actor=engineer, **on_paper(engagement, began + HOUR))
    CutoverRun.objects.filter(number=2).update(ended_at=began + 2 * HOUR + timedelta(seconds=40))
    results.enter_from_paper(actor=engineer, **on_paper(engagement, began + 2 * HOUR))
    a_run(engineer, engagement)
    CutoverRun.objects.filter(number=4).update(started_at=timezone.now() - 5 * HOUR)
    with pytest.raises(DomainError):
        results.enter_from_paper(actor=engineer, **on_paper(engagement, began + 6 * HOUR))
    assert CutoverRun.objects.count() == 4


def test_a_cutover_on_paper_lies_after_the_decision(engagement: Engagement, engineer: User) -> None:
    """N11: nobody enters one from before the client decided."""
    a_sheet(engagement, 1)
    decision = go_decision_of(engagement, go_live_on=engagement.today())
    began = timezone.now() - 2 * HOUR
    with pytest.raises(DomainError) as refused:
        results.enter_from_paper(actor=engineer, **on_paper(engagement, began, kind="cutover"))
    assert (refused.value.field, CutoverRun.objects.count()) == ("started_at", 0)
    type(decision).objects.filter(pk=decision.pk).update(frozen_at=began)
    results.enter_from_paper(actor=engineer, **on_paper(engagement, began.replace(second=0), kind="cutover"))


def test_paper_and_corrections_take_no_access_data(engagement: Engagement, engineer: User) -> None:
    """N11, N2: beside the step it stands at."""
    a_sheet(engagement, 1)
    began, said = timezone.now() - 2 * HOUR, "口令：Sommer2026"
    told = on_paper(engagement, began)
    step = told["steps"][0]
    for wrong, field in (
        ({"note": said}, "note"),
        ({"steps": [PaperStep(step.step_id, "done", began, began, said)]}, f"note-{step.step_id}"),
    ):
        with pytest.raises(DomainError) as refused:
            results.enter_from_paper(actor=engineer, **told | wrong)
        assert refused.value.field == field
    row = step_of(results.enter_from_paper(actor=engineer, **told), 1)
    with pytest.raises(DomainError) as refused:
        results.correct_step(
            actor=engineer, step=row, was=row.fingerprint, started_at=began, finished_at=began, note=said
        )
    assert refused.value.field == "note"


# --- The printed sheet, entered later ------------------------------------------------------------------------------------------


def paper(sheet: RunSheet, began: Any, **changed: str) -> dict[str, str]:
    """What is typed for a run of two steps across midnight."""
    first, second = sheet.steps.unscoped().values_list("pk", flat=True)
    return {
        "version": str(sheet.version), "kind": "rehearsal", "outcome": "done", "note": "纸质",
        "started_at": began.strftime("%Y-%m-%dT%H:%M"), "ended_at": (began + 4 * HOUR).strftime("%Y-%m-%dT%H:%M"),
        f"state-{first}": "done", f"started_at-{first}": "23:30", f"finished_at-{first}": "00:40", f"note-{first}": "",
        f"state-{second}": "skipped", f"started_at-{second}": "", f"finished_at-{second}": "", f"note-{second}": "无接口",
    } | {key.replace("first", str(first)).replace("second", str(second)): said for key, said in changed.items()}  # fmt: skip


def test_hours_on_paper_get_their_days(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N11: begun at 23:30 and done at 00:40 is seventy minutes, on two days of the site."""
    sheet = a_sheet(engagement, 2)
    began = (timezone.localtime(timezone=engagement.zone) - timedelta(days=2)).replace(hour=23, minute=0)
    address = url("run_from_paper", engagement)
    browser = sign_in(engineer)
    assert browser.get(address).status_code == 200
    answer = browser.post(address, paper(sheet, began))
    run = CutoverRun.objects.unscoped().get()
    assert answer["Location"] == run.get_absolute_url()
    row = step_of(run, 1)
    assert row.started_at is not None
    assert row.finished_at is not None
    assert row.finished_at - row.started_at == timedelta(minutes=70)
    assert row.started_at.astimezone(engagement.zone).date() == began.date()
    assert (run.from_paper, states(run), step_of(run, 2).note) == (True, ["done", "skipped"], "无接口")


def test_paper_tells_a_step_that_was_rolled_back_and_done_again(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """N11: the run went through all the same; why it was rolled back has to be said."""
    sheet = a_sheet(engagement, 2)
    began = (timezone.localtime(timezone=engagement.zone) - timedelta(days=2)).replace(hour=23, minute=0)
    browser, address = sign_in(engineer), url("run_from_paper", engagement)
    refused = browser.post(address, paper(sheet, began, **{"state-first": "redone", "note-first": ""}))
    assert refused.status_code == 422
    browser.post(address, paper(sheet, began, **{"state-first": "redone", "note-first": "校验和不符，重做"}))
    run = CutoverRun.objects.unscoped().get()
    row = step_of(run, 1)
    assert (run.outcome, row.state, row.rollbacks, row.note) == ("done", "done", 1, "校验和不符，重做")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"started_at_first": ""}, "started_at-first"),
        ({"finished_at_first": "25:99"}, "finished_at-first"),
        ({"finished_at_first": "09:00"}, "finished_at-first"),
        ({"finished_at_first": "23:10"}, "finished_at-first"),
        ({"started_at_second": "00:50"}, "started_at-second"),
        ({"state_second": "todo", "finished_at_second": "00:50", "outcome": "rolled_back"}, "finished_at-second"),
        ({"note_second": "口令：Sommer2026"}, "note-second"),
        ({"note_second": ""}, "note-second"),
        ({"state_second": "<script>"}, "state-second"),
        ({"state_second": "todo"}, "outcome"),
        ({"ended_at": "2001-01-01T10:00"}, "ended_at"),
        ({"ended_at": "2098-01-01T10:00"}, "ended_at"),
        ({"kind": "x"}, "kind"),
    ],
)
def test_what_is_wrong_on_paper_is_said_beside_it(
    engagement: Engagement, engineer: User, sign_in: SignIn, typed: dict[str, str], field: str
) -> None:
    """N11: and everything that was typed stays."""
    sheet = a_sheet(engagement, 2)
    began = (timezone.localtime(timezone=engagement.zone) - timedelta(days=2)).replace(hour=23, minute=0)
    names = {key.replace("_first", "-first").replace("_second", "-second"): said for key, said in typed.items()}
    answer = sign_in(engineer).post(url("run_from_paper", engagement), paper(sheet, began, **names))
    assert answer.status_code == 422
    first, second = sheet.steps.unscoped().values_list("pk", flat=True)
    wanted = field.replace("first", str(first)).replace("second", str(second))
    assert list(answer.context["form"].errors) == [wanted]
    assert "纸质" in answer.text
    assert not CutoverRun.objects.exists()


def test_a_long_run_on_paper_gets_its_days_looked_at(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """N11: after a day's pause an hour alone would get the wrong day; the guess is shown before anything is kept."""
    sheet = a_sheet(engagement, 2)
    began = (timezone.localtime(timezone=engagement.zone) - timedelta(days=4)).replace(hour=20, minute=0)
    hours = {"state-second": "done", "started_at-first": "20:00", "finished_at-first": "19:30",
             "started_at-second": "08:00", "finished_at-second": "12:00"}  # fmt: skip
    body = paper(sheet, began, **hours, ended_at=f"{began + 40 * HOUR:%Y-%m-%dT%H:%M}")
    browser, address = sign_in(engineer), url("run_from_paper", engagement)
    answer = browser.post(address, body)
    first, second = sheet.steps.unscoped().values_list("pk", flat=True)
    assert (answer.status_code, CutoverRun.objects.exists()) == (422, False)
    assert list(answer.context["form"].errors) == [f"finished_at-{first}", "__all__"], "23 hours are marked"
    guess = answer.context["form"][f"started_at-{second}"].value()
    assert guess == f"{began + 12 * HOUR:%Y-%m-%dT%H:%M}"
    assert f'value="{guess}"' in answer.text
    moments = {
        f"started_at-{first}": began, f"finished_at-{first}": began + HOUR,
        f"started_at-{second}": began + 36 * HOUR, f"finished_at-{second}": began + 40 * HOUR,
    }  # fmt: skip
    browser.post(address, body | {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in moments.items()})
    run = CutoverRun.objects.unscoped().get()
    assert (real_minutes(step_of(run, 1)), step_of(run, 2).finished_at) == (60, run.ended_at)


@pytest.mark.parametrize(
    ("day", "begun", "ended", "minutes"),
    [
        ("2026-10-24", "02:40", "02:10", 30),
        ("2026-10-24", "01:50", "03:10", 140),
        ("2026-03-28", "01:50", "03:10", 20),
    ],
)
def test_hours_on_paper_in_the_night_the_clock_changes(
    engagement: Engagement, engineer: User, sign_in: SignIn, day: str, begun: str, ended: str, minutes: int
) -> None:
    """N11: 02:40 to 02:10 is half an hour in autumn; in spring an hour is missing."""
    Engagement.objects.filter(pk=engagement.pk).update(time_zone="Europe/Berlin")
    sheet = a_sheet(engagement, 2)
    began = datetime.fromisoformat(f"{day}T22:00")
    body = paper(sheet, began, **{"started_at-first": begun, "finished_at-first": ended})
    body["ended_at"] = f"{began + 9 * HOUR:%Y-%m-%dT%H:%M}"
    sign_in(engineer).post(url("run_from_paper", engagement), body)
    assert real_minutes(step_of(CutoverRun.objects.unscoped().get(), 1)) == minutes


def test_a_sheet_that_changed_since_keeps_what_was_typed(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """N11: 409 once; then it goes by the sheet as it is now."""
    sheet = a_sheet(engagement, 2)
    began = (timezone.localtime(timezone=engagement.zone) - timedelta(days=2)).replace(hour=23, minute=0)
    body = paper(sheet, began)
    RunSheet.objects.update(version=7)
    browser = sign_in(engineer)
    answer = browser.post(url("run_from_paper", engagement), body)
    assert (answer.status_code, "无接口" in answer.text) == (409, True)
    browser.post(url("run_from_paper", engagement), body | {"version": hidden(answer, "version")})
    assert CutoverRun.objects.count() == 1
