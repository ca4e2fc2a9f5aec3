"""E4: the list on the trainer's phone, what a session leaves, and who plays its recording."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from engagements.models import Attachment, Engagement, Scan
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from tests.conftest import InParallel, SignIn
from tests.factories import RolloutRoleFactory
from tests.factories.training import EnrolmentFactory, LearnerFactory
from tests.training.sitting import a_course, a_session, begun
from training.models import Enrolment, Learner, TrainingSession
from training.services.enrolling import enrol
from training.services.holding import add_walk_in, keep_recording, save_attendance, save_notes
from training.services.learners import say_left
from training.sessions.register import mark_of

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 400


@pytest.fixture
def running(engineer: User, engagement: Engagement) -> TrainingSession:
    """A session that began five minutes ago, with three people."""
    course, people = a_course(engagement)
    row = a_session(engineer, course)
    enrol(actor=engineer, session=row, learners=people)
    return begun(row)


def rows(session: TrainingSession) -> list[Enrolment]:
    return list(session.enrolments.unscoped().order_by("pk"))


def url(name: str, session: TrainingSession) -> str:
    return reverse(f"training:{name}", args=[session.engagement_id, session.pk])


def video() -> SimpleUploadedFile:
    return SimpleUploadedFile("training.mp4", MP4, "video/mp4")


def test_one_page_of_ticks_and_one_save_hold_it(engineer: User, running: TrainingSession, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    page = browser.get(url("attendance", running))
    assert page.content.decode().count('type="checkbox"') == 3
    one, two, _three = rows(running)
    was = page.context["form"]["was"].value()
    assert browser.post(url("attendance", running), {"was": was, "there": [one.pk, two.pk]}).status_code == 302
    running.refresh_from_db()
    assert running.is_held and [row.was_there for row in rows(running)] == [True, True, False]


def test_a_list_without_ticks_is_asked_about_first(engineer: User, running: TrainingSession, sign_in: SignIn) -> None:
    browser, page = sign_in(engineer), url("attendance", running)
    was = browser.get(page).context["form"]["was"].value()
    asked = browser.post(page, {"was": was})
    assert asked.status_code == 422
    assert "Was nobody there?" in asked.content.decode() and 'name="nobody"' in asked.content.decode()
    assert {row.was_there for row in rows(running)} == {None}
    assert browser.post(page, {"was": was, "nobody": "on"}).status_code == 302
    assert {row.was_there for row in rows(running)} == {False}


def test_one_button_says_that_everybody_was_there(
    engineer: User, colleague: User, running: TrainingSession, sign_in: SignIn
) -> None:
    browser, page = sign_in(engineer), url("attendance", running)
    was = browser.get(page).context["form"]["was"].value()
    save_attendance(actor=colleague, session=running, there=[rows(running)[0].pk], was=was)
    stale = browser.post(page, {"was": was, "everybody": "on"})
    assert stale.status_code == 422 and len(stale.context["ticked"]) == 3
    assert browser.post(page, {"was": mark_of(rows(running)), "everybody": "on"}).status_code == 302
    assert {row.was_there for row in rows(running)} == {True}


def test_it_is_not_held_before_it_begins_nor_once_cancelled(engineer: User, engagement: Engagement) -> None:
    course, people = a_course(engagement)
    row = a_session(engineer, course)
    (one, *_rest) = enrol(actor=engineer, session=row, learners=people)
    for change in ({}, {"state": "cancelled"}):
        TrainingSession.objects.filter(pk=row.pk).update(**change)
        for action in (
            partial(save_attendance, actor=engineer, session=row, there=[one.pk]),
            partial(save_notes, actor=engineer, session=row, notes="n", recording_link=""),
            partial(keep_recording, actor=engineer, session=row, upload=video()),
        ):
            with pytest.raises(DomainError):
                action()
        begun(row)
    assert not TrainingSession.objects.held().exists()


def test_corrections_stand_in_the_audit(engineer: User, running: TrainingSession) -> None:
    one, two, _three = rows(running)
    save_attendance(actor=engineer, session=running, there=[one.pk])
    save_attendance(actor=engineer, session=running, there=[two.pk])
    entry = AuditEntry.objects.get(action="session.corrected")
    assert entry.data == {"there": [two.learner.name], "not_there": [one.learner.name]}
    save_attendance(actor=engineer, session=running, there=[two.pk])
    assert AuditEntry.objects.filter(action="session.corrected").count() == 1, "nothing changed"


def test_two_phones_do_not_undo_each_other(
    engineer: User, colleague: User, running: TrainingSession, sign_in: SignIn
) -> None:
    one, two, three = rows(running)
    was = mark_of(rows(running))
    save_attendance(actor=colleague, session=running, there=[one.pk], was=was)
    with pytest.raises(StaleError):
        save_attendance(actor=engineer, session=running, there=[two.pk], was=was)
    answer = sign_in(engineer).post(url("attendance", running), {"was": was, "there": [two.pk, three.pk]})
    assert answer.status_code == 422 and answer.context["is_stale"]
    assert answer.context["ticked"] == {str(two.pk), str(three.pk)}
    fresh = answer.context["form"].data["was"]
    assert sign_in(engineer).post(url("attendance", running), {"was": fresh, "there": [two.pk]}).status_code == 302


def test_two_saves_at_once_keep_one_list(
    postgresql: None, in_parallel: InParallel, engineer: User, running: TrainingSession
) -> None:
    was = mark_of(rows(running))
    lists = [{row.pk} for row in rows(running)[:2]]
    found = in_parallel(
        *(partial(save_attendance, actor=engineer, session=running, there=there, was=was) for there in lists)
    )
    assert sum(isinstance(one, StaleError) for one in found) == 1, found
    assert sum(bool(row.was_there) for row in rows(running)) == 1


def test_ids_of_others_and_nonsense_are_refused(engineer: User, running: TrainingSession, sign_in: SignIn) -> None:
    other = EnrolmentFactory()
    for there in ([other.pk], ["x"], ["9" * 40]):
        assert sign_in(engineer).post(url("attendance", running), {"there": there}).status_code == 422
    other.refresh_from_db()
    assert other.was_there is None


def test_somebody_who_walked_in_is_named_and_ticked(engineer: User, running: TrainingSession, sign_in: SignIn) -> None:
    role = rows(running)[0].learner.role
    known = LearnerFactory(role=role, name="后来的人")
    browser = sign_in(engineer)
    assert browser.post(url("walk_in", running), {"learner": known.pk, "role": role.pk}).status_code == 302
    assert browser.post(url("walk_in", running), {"name": "新来的人", "role": role.pk}).status_code == 302
    assert browser.post(url("walk_in", running), {"name": "", "role": role.pk}).status_code == 422
    there = running.enrolments.unscoped().filter(was_there=True)
    assert set(there.values_list("learner__name", flat=True)) == {"后来的人", "新来的人"}
    running.refresh_from_db()
    assert running.is_held


def test_walk_ins_of_other_roles_or_on_the_list_are_refused(engineer: User, running: TrainingSession) -> None:
    elsewhere = LearnerFactory(role=RolloutRoleFactory(engagement=running.engagement, name="别的角色"))
    for learner in (elsewhere, LearnerFactory(), rows(running)[0].learner):
        with pytest.raises(DomainError):
            add_walk_in(actor=engineer, session=running, learner=learner, role=None, name="", email="")
    assert Learner.objects.filter(enrolments__session=running).count() == 3


def test_notes_edited_by_two_lose_nothing(
    engineer: User, colleague: User, client_pm: User, running: TrainingSession, sign_in: SignIn
) -> None:
    page = sign_in(engineer).get(url("session_notes", running))
    was = page.context["form"]["was"].value()
    save_notes(actor=colleague, session=running, notes="同事写的", recording_link="")
    typed = {"was": was, "notes": "我写的", "recording_link": "https://video.example/1"}
    answer = sign_in(engineer).post(url("session_notes", running), typed)
    text = answer.content.decode()
    assert answer.status_code == 422 and "同事写的" in text and "我写的" in text
    typed["was"] = answer.context["form"].data["was"]
    assert sign_in(engineer).post(url("session_notes", running), typed).status_code == 302
    assert "我写的" in sign_in(client_pm).get(running.get_absolute_url()).content.decode()
    for bad in ({"recording_link": "javascript:alert(1)"}, {"notes": "a\x00b"}, {"notes": "长" * 10**6}):
        assert sign_in(engineer).post(url("session_notes", running), typed | bad).status_code == 422


def test_a_recording_is_played_once_it_is_cleared(
    engineer: User, client_pm: User, outsider_engineer: User, running: TrainingSession, sign_in: SignIn
) -> None:
    assert sign_in(engineer).post(url("session_recording", running), {"upload": video()}).status_code == 302
    running.refresh_from_db()
    assert running.recording is not None and running.recording.is_internal
    Attachment.objects.filter(pk=running.recording.pk).update(scan=Scan.UNREADABLE)
    play = url("session_play", running)
    assert sign_in(client_pm).get(play).status_code == 404
    assert play not in sign_in(client_pm).get(running.get_absolute_url()).content.decode()
    whole = sign_in(engineer).get(play)
    assert whole.status_code == 200 and b"".join(whole.streaming_content) == MP4  # type: ignore[attr-defined]
    Attachment.objects.filter(pk=running.recording.pk).update(scan=Scan.CLEAN)
    part = sign_in(client_pm).get(play, headers={"Range": "bytes=4-11"})
    assert part.status_code == 206 and b"".join(part.streaming_content) == b"ftypmp42"  # type: ignore[attr-defined]
    assert sign_in(client_pm).get(play, headers={"Range": "bytes=99999-"}).status_code == 416
    assert sign_in(outsider_engineer).get(play).status_code == 404
    assert sign_in(engineer).post(url("recording_remove", running)).status_code == 302
    assert sign_in(engineer).get(play).status_code == 404


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("x.mp4", b"<html><script>alert(1)</script>", "video/mp4"),
        SimpleUploadedFile("x.exe", MP4, "video/mp4"),
        SimpleUploadedFile("x.mp4", b"", "video/mp4"),
    ],
)
def test_what_is_no_recording_gets_a_sentence(
    engineer: User, running: TrainingSession, sign_in: SignIn, upload: Any
) -> None:
    answer = sign_in(engineer).post(url("session_recording", running), {"upload": upload})
    assert answer.status_code == 422 and "invalid-feedback" in answer.content.decode()


def test_where_data_stays_on_site_no_recording_is_taken(
    engineer: User, running: TrainingSession, sign_in: SignIn
) -> None:
    Engagement.objects.filter(pk=running.engagement_id).update(data_stays_on_site=True)
    assert sign_in(engineer).get(url("session_recording", running)).status_code == 200
    assert sign_in(engineer).post(url("session_recording", running), {"upload": video()}).status_code == 422
    assert not Attachment.objects.exists()


def test_who_has_left_is_not_put_on_the_list(engineer: User, running: TrainingSession) -> None:
    gone = LearnerFactory(role=rows(running)[0].learner.role)
    say_left(actor=engineer, learner=gone)
    with pytest.raises(DomainError) as refused:
        add_walk_in(actor=engineer, session=running, learner=gone, role=None, name="", email="")
    assert refused.value.field == "learner"
