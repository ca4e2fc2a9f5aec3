"""Who reads an issued guide: the client's people and the learners of its roles, by every door, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.search.query import find
from onsite.core.search.question import question_of
from onsite.search.shown import scope_of
from standups.models import RolloutRole
from tests.channels import body_of
from tests.conftest import SignIn
from tests.factories import LearnerFactory
from tests.training.materials import a_course, a_guide, accept, issue, print_all, shown_video
from training.learning.access import link_for
from training.models import Course, CourseVersion, GuideEdition, GuidePicture, Video
from training.services import guides
from training.services.courses import retire_course, take_course_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def course(engagement: Engagement, engineer: User) -> Course:
    return a_course(engagement, engineer)


@pytest.fixture
def version(course: Course, engineer: User) -> CourseVersion:
    return accept(engineer, course)


def address(name: str, course: Course, *ids: Any) -> str:
    return reverse(f"training:{name}", args=[course.engagement_id, *ids])


def test_only_those_who_accept_courses_issue_and_only_writers_write(
    course: Course, version: CourseVersion, engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    a_guide(engineer, course, "字")
    issue_url = address("guide_issue", course, course.pk, "zh-hans")
    assert sign_in(colleague).post(issue_url, {"version": 1}).status_code == 403
    assert sign_in(client_pm).post(issue_url, {"version": 1}).status_code == 403
    assert sign_in(client_pm).get(address("guide", course, course.pk, "zh-hans")).status_code == 403
    assert sign_in(client_pm).get(address("guide_pictures", course, course.pk)).status_code == 403


def test_no_client_sees_what_is_not_accepted_or_not_printed(
    course: Course, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """By no route: not the page, not the picture, not a link, not the code on a guide."""
    a_guide(engineer, course)
    picture = GuidePicture.objects.unscoped().get()
    learner = LearnerFactory(role=RolloutRole.objects.unscoped().get(courses=course), named_by=engineer)
    client, guest = sign_in(client_pm), sign_in(client_pm)
    guest.logout()
    guest.get(reverse("learn:open", args=[link_for(learner)]))

    assert client.get(address("materials", course, course.pk)).status_code == 404
    assert client.get(address("guide_picture", course, picture.pk)).status_code == 404
    assert guest.get(reverse("learn:materials", args=[course.pk])).status_code == 404

    version = accept(engineer, course)
    edition = guides.issue_guide(actor=engineer, course=course, language="zh-hans", version=version.number)
    assert client.get(address("guide_pdf", course, edition.pk)).status_code == 404
    assert guest.get(reverse("learn:guide_pdf", args=[edition.pk])).status_code == 404
    seen = client.get(address("materials", course, course.pk)).text
    assert "中文" not in seen.split('id="materials"')[1].split("</section>")[0]

    print_all()
    assert body_of(client.get(address("guide_pdf", course, edition.pk))).startswith(b"%PDF-")
    assert body_of(guest.get(reverse("learn:guide_pdf", args=[edition.pk]))).startswith(b"%PDF-")


def test_the_code_on_the_guide_leads_each_to_their_own_page(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, client_pm_2: User, sign_in: SignIn
) -> None:
    code = reverse("learn:course", args=[course.pk])
    materials = address("materials", course, course.pk)
    learner = LearnerFactory(role=RolloutRole.objects.unscoped().get(courses=course), named_by=engineer)
    guest = sign_in(engineer)
    guest.logout()

    assert sign_in(engineer).get(code).headers["Location"] == materials
    assert sign_in(client_pm).get(code).headers["Location"] == materials
    for stranger in (guest, sign_in(client_pm_2)):
        answers = [stranger.get(code), stranger.get(reverse("learn:course", args=[987654321]))]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert reverse("learn:ask") in answers[0].text
        assert course.title not in answers[0].text
    guest.get(reverse("learn:open", args=[link_for(learner)]))
    assert guest.get(code).headers["Location"] == reverse("learn:materials", args=[course.pk])
    assert course.title in guest.get(code, follow=True).text


def test_a_learner_of_another_role_or_client_finds_nothing(
    course: Course, version: CourseVersion, engineer: User, foreign_engagement: Engagement, sign_in: SignIn
) -> None:
    a_guide(engineer, course, "字")
    edition = issue(engineer, course, version)
    guest = sign_in(engineer)
    guest.logout()
    for learner in (
        LearnerFactory(role__engagement=course.engagement),
        LearnerFactory(role__engagement=foreign_engagement),
    ):
        guest.get(reverse("learn:open", args=[link_for(learner)]))
        assert guest.get(reverse("learn:materials", args=[course.pk])).status_code == 404
        assert guest.get(reverse("learn:guide_pdf", args=[edition.pk])).status_code == 404


def test_a_retired_course_stays_with_members_and_is_lost_to_learners_and_to_the_search(
    course: Course, version: CourseVersion, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    edition, video = _taught(engineer, course, version)
    learner = LearnerFactory(role=RolloutRole.objects.unscoped().get(courses=course), named_by=engineer)
    member, guest = sign_in(client_pm), sign_in(client_pm)
    guest.logout()
    guest.get(reverse("learn:open", args=[link_for(learner)]))
    assert _found(client_pm, "打开菜单") == {"transcript"}
    retire_course(actor=engineer, course=course)

    for page in ("course", "materials"):
        assert "No longer taught." in member.get(address(page, course, course.pk)).text
    assert "No longer taught." in member.get(address("video", course, video.pk)).text
    assert body_of(member.get(address("guide_pdf", course, edition.pk))).startswith(b"%PDF-")
    for name, pk in (("materials", course.pk), ("guide_pdf", edition.pk), ("video", video.pk)):
        assert guest.get(reverse(f"learn:{name}", args=[pk])).status_code == 404
    for person in (engineer, client_pm):
        assert _found(person, "打开菜单") == set()
        assert "course" not in _found(person, course.title)

    take_course_back(actor=engineer, course=course)
    assert _found(client_pm, "打开菜单") == {"transcript"}


def _taught(engineer: User, course: Course, version: CourseVersion) -> tuple[GuideEdition, Video]:
    a_guide(engineer, course, "字")
    return issue(engineer, course, version), shown_video(engineer, course)


def _found(user: User, words: str) -> set[str]:
    return {hit.kind for hit in find(question_of(words), scope_of(user)).all}
