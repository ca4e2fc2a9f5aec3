"""E4: courses are written, covered, accepted by version; a client reads accepted words only."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from engagements.models import Engagement
from engagements.services.functions import delete_function, delete_module
from onsite.accounts.models import User
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from standups.services.rollout import delete_role
from tests.conftest import SignIn
from tests.factories import FunctionFactory, ModuleFactory, RolloutRoleFactory
from tests.factories.training import LearnerFactory, TrainingSessionFactory
from tests.training.teaching import TEXTS, a_case, a_course, accepted, covering, rewritten, role_of, step, taught
from training.courses.content import content_of, hash_of, is_changed, newest_version, stored_words
from training.courses.differences import differences, pieces_between
from training.models import Course, Guide
from training.services import courses
from training.services.accepting import accept_course


def url(course: Course, name: str = "course", *more: object) -> str:
    return reverse(f"training:{name}", args=[course.engagement_id, course.pk, *more])


def posted(course: Course, user: User, **changed: Any) -> dict[str, Any]:
    """What the form of the course would send."""
    chosen = {name: [row.pk for row in getattr(course, name).unscoped()] for name in ("roles", "functions", "cells")}
    was = stored_words(course).fingerprint
    said = {name: getattr(course, name) for name in TEXTS}
    return said | chosen | {"module": course.module_id, "was": was} | changed


def test_a_course_is_written_in_the_browser(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Its words, roles, functions and cells are kept; the list shows it as without a case."""
    module, role = ModuleFactory(engagement=engagement), RolloutRoleFactory(engagement=engagement)
    function = FunctionFactory(module=module)
    browser = sign_in(engineer)
    fields = TEXTS | {"module": module.pk, "roles": [role.pk], "functions": [function.pk]}
    answer = browser.post(reverse("training:course_create", args=[engagement.pk]), fields)
    course = engagement.courses.unscoped().get()
    assert answer.status_code == 302
    assert content_of(course) | TEXTS == content_of(course)
    assert content_of(course)["functions"] == [function.name]
    page = browser.get(reverse("training:home", args=[engagement.pk])).content.decode()
    assert course.title in page
    assert role.name in page
    assert "no case yet" in page
    assert AuditEntry.objects.filter(action="course.created").count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", ""), ("title", "x" * 121), ("title", "a\x00b"), ("aim", "x" * 5001), ("duration_minutes", "1"),
     ("duration_minutes", "9" * 30), ("module", "9" * 30), ("roles", ["9" * 30]), ("cells", ["x"])],
)  # fmt: skip
def test_what_can_not_be_kept_is_told_beside_the_field(
    engagement: Engagement, engineer: User, sign_in: SignIn, name: str, value: Any
) -> None:
    """422, and what was typed stands on the page."""
    course = a_course(engineer, engagement)
    fields = posted(course, engineer, why="就是这样设计的") | {name: value}
    answer = sign_in(engineer).post(url(course, "course_edit"), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors[name]
    if name != "title" or "\x00" not in str(value):
        assert "就是这样设计的" in answer.content.decode()
    assert newest_why(course) == TEXTS["why"]


def newest_why(course: Course) -> str:
    return str(content_of(course)["why"])


def test_rows_of_another_engagement_are_not_offered(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    course = a_course(engineer, engagement)
    foreign = RolloutRoleFactory(engagement=foreign_engagement)
    answer = sign_in(engineer).post(url(course, "course_edit"), posted(course, engineer, roles=[foreign.pk]))
    assert answer.status_code == 422
    with pytest.raises(DomainError) as refused:
        rewritten(engineer, course, roles=[foreign])
    assert refused.value.field == "roles"


def test_two_people_write_one_course(engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn) -> None:
    """The second sees both texts and loses neither; their next save counts."""
    course = a_course(engineer, engagement)
    stale = posted(course, engineer, aim="第二个人写的目标")
    rewritten(colleague, course, aim="第一个人写的目标")
    browser = sign_in(engineer)
    answer = browser.post(url(course, "course_edit"), stale)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第一个人写的目标" in page
    assert "第二个人写的目标" in page
    again = stale | {"was": answer.context["form"]["was"].value()}
    assert browser.post(url(course, "course_edit"), again).status_code == 302
    assert content_of(course)["aim"] == "第二个人写的目标"


def test_a_title_stands_once(engagement: Engagement, engineer: User) -> None:
    a_course(engineer, engagement)
    with pytest.raises(DomainError) as refused:
        a_course(engineer, engagement)
    assert refused.value.field == "title"


def test_who_may_write_and_accept(engagement: Engagement, colleague: User, client_pm: User) -> None:
    """An engineer writes, the lead accepts, the client does neither."""
    course = a_course(colleague, engagement)
    a_case(colleague, course)
    with pytest.raises(PermissionDenied):
        accepted(colleague, course)
    with pytest.raises(PermissionDenied):
        a_course(client_pm, engagement, title="另一门")


def test_accepting_names_everything_that_is_missing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """No case, no aim, no why, no roles: each with the page that mends it."""
    course = a_course(engineer, engagement, aim="", why=" ")
    rewritten(engineer, course, aim="", why=" ", roles=[])
    with pytest.raises(RefusedError) as refused:
        accepted(engineer, course)
    codes = [obstacle.code for obstacle in refused.value.obstacles]
    assert codes == ["no_case", "no_aim", "no_why", "no_roles"]
    page = sign_in(engineer).get(url(course, "course_accept")).content.decode()
    for obstacle in refused.value.obstacles:
        assert f'href="{obstacle.url}"' in page
    answer = sign_in(engineer).post(url(course, "course_accept"), {"was": hash_of(content_of(course))})
    assert answer.status_code == 422
    assert newest_version(course) is None


def test_a_case_needs_a_step_on_each_way(engagement: Engagement, engineer: User) -> None:
    course = a_course(engineer, engagement)
    a_case(engineer, course, system=[])
    with pytest.raises(RefusedError) as refused:
        accepted(engineer, course)
    assert [obstacle.code for obstacle in refused.value.obstacles] == ["no_steps"]


def test_what_was_read_is_what_is_accepted(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """A change between reading and accepting, in whatever part, is told; nothing is accepted (409)."""
    course = a_course(engineer, engagement)
    case = a_case(engineer, course)
    read = hash_of(content_of(course))
    case.steps.filter(position=0).update(minutes=1)
    with pytest.raises(StaleError):
        accept_course(actor=engineer, course=course, was=read)
    answer = sign_in(engineer).post(url(course, "course_accept"), {"was": read})
    assert answer.status_code == 409
    assert newest_version(course) is None
    again = {"was": answer.context["form"]["was"].value()}
    assert sign_in(engineer).post(url(course, "course_accept"), again).status_code == 302
    version = newest_version(course)
    assert version is not None
    assert version.number == 1
    assert not is_changed(course, version)


def test_a_second_version_says_what_changed(engagement: Engagement, engineer: User) -> None:
    course = taught(engineer, engagement)
    with pytest.raises(DomainError, match="accepted already"):
        accepted(engineer, course, "再来一次")
    rewritten(engineer, course, aim="新的目标")
    with pytest.raises(DomainError) as refused:
        accepted(engineer, course)
    assert refused.value.field == "note"
    assert accepted(engineer, course, "目标更清楚").number == 2
    first, second = course.versions.unscoped().order_by("number")
    assert first.content["aim"] == TEXTS["aim"]
    assert second.content["aim"] == "新的目标"
    assert AuditEntry.objects.filter(action="course.accepted").count() == 2


def test_a_client_reads_the_accepted_words_only(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """Neither the list nor the page nor the versions tell the working text, not even that it changed."""
    course = taught(engineer, engagement)
    covering(engineer, course)
    accepted(engineer, course, "覆盖范围")
    draft = a_course(engineer, engagement, title="未定稿的课程", module=course.module)
    rewritten(engineer, course, title="秘密标题", aim="秘密目标", functions=[])
    a_case(engineer, course, title="秘密案例", manual=[step("秘密步骤")])
    browser = sign_in(client_pm)
    pages = [
        reverse("training:home", args=[engagement.pk]), url(course), url(course, "course_versions"),
        url(course, "course_version", 2),
    ]  # fmt: skip
    for page in pages:
        told = browser.get(page).content.decode()
        assert "秘密" not in told
        assert "未定稿" not in told
        assert "changed since" not in told
    page = browser.get(url(course)).content.decode()
    assert "From 95 to 12 person-minutes" in page
    assert "采购申请管理" in page
    assert browser.get(url(draft)).status_code == 404
    vendor = sign_in(engineer).get(url(course)).content.decode()
    assert "changed since v2" in vendor
    assert "Clients read version 2." in vendor
    assert "秘密" in vendor


def test_the_difference_is_shown_by_field_and_word(engagement: Engagement, engineer: User) -> None:
    course = taught(engineer, engagement)
    version = newest_version(course)
    assert version is not None
    rewritten(engineer, course, aim="能独立提交、修改并跟踪采购申请")
    found = differences(version.content, content_of(course))
    assert [difference.label for difference in found] == ["Aim"]
    assert [piece.text for piece in found[0].pieces if piece.how == "new"] == ["、修改"]


def test_pieces_make_both_texts() -> None:
    """Whatever is compared: the pieces that are not new are the older text, those that are not gone the newer."""
    pairs = [("", "a"), ("a b", "a  c"), ("预算在提交时检查", "预算在付款前检查"), ("x" * 4000, "y\n" * 4000)]
    for before, after in pairs:
        pieces = pieces_between(before, after)
        assert "".join(piece.text for piece in pieces if piece.how != "new") == before
        assert "".join(piece.text for piece in pieces if piece.how != "gone") == after


def test_a_retired_course_is_out_of_use(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """Clients no longer find it in the list; it can be taken back."""
    course = taught(engineer, engagement)
    browser, home = sign_in(engineer), reverse("training:home", args=[engagement.pk])
    browser.post(url(course, "course_retire"))
    assert "retired" in browser.get(home).content.decode()
    assert course.title not in sign_in(client_pm).get(home).content.decode()
    rewritten(engineer, course, aim="别的")
    course.refresh_from_db()
    with pytest.raises(DomainError, match="retired"):
        accepted(engineer, course, "变了")
    browser.post(url(course, "course_take_back"))
    assert course.title in sign_in(client_pm).get(home).content.decode()


def test_what_was_accepted_or_taught_is_not_deleted(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """A draft goes; an accepted course and one with a session stay, with a sentence."""
    draft = a_course(engineer, engagement, title="草稿")
    courses.delete_course(actor=engineer, course=draft)
    assert not engagement.courses.filter(title="草稿").exists()
    with pytest.raises(DomainError, match="accepted"):
        courses.delete_course(actor=engineer, course=taught(engineer, engagement))
    written = a_course(engineer, engagement, title="有手册")
    guide = Guide.objects.create(course=written, language="en", text="# Raise a request", edited_by=engineer)
    with pytest.raises(DomainError, match="empty the guide first"):
        courses.delete_course(actor=engineer, course=written)
    Guide.objects.filter(pk=guide.pk).update(text="")
    courses.delete_course(actor=engineer, course=written)
    held = a_course(engineer, engagement, title="已排期")
    TrainingSessionFactory(course=held)
    answer = sign_in(engineer).post(url(held, "course_delete"), follow=True)
    assert "so it stays" in answer.content.decode()


def test_courses_are_put_in_order(engagement: Engagement, engineer: User) -> None:
    """Within their module; at the end nothing happens."""
    module = ModuleFactory(engagement=engagement)
    other = a_course(engineer, engagement, title="别的模块")
    first, second = (a_course(engineer, engagement, title=title, module=module) for title in ("一", "二"))
    courses.move_course(actor=engineer, course=second, up=True)
    courses.move_course(actor=engineer, course=second, up=True)
    assert list(engagement.courses.unscoped()) == [other, second, first]


def test_what_a_course_is_for_is_not_deleted_under_it(engagement: Engagement, engineer: User) -> None:
    """A role or module with a course stays, a role with named people as well; a function goes, and the course says so."""
    course = taught(engineer, engagement)
    role = role_of(course)
    with pytest.raises(DomainError, match="courses"):
        delete_role(actor=engineer, role=role)
    named = LearnerFactory(role=RolloutRoleFactory(engagement=engagement)).role
    with pytest.raises(DomainError, match="named"):
        delete_role(actor=engineer, role=named)
    with pytest.raises(DomainError, match="courses"):
        delete_module(actor=engineer, module=course.module)
    function = FunctionFactory(module=course.module)
    rewritten(engineer, course, functions=[function])
    version = accepted(engineer, course, "覆盖")
    delete_function(actor=engineer, function=function)
    assert is_changed(course, version)


def test_a_course_that_is_gone_is_told(engagement: Engagement, engineer: User) -> None:
    course = a_course(engineer, engagement)
    Course.objects.unscoped().filter(pk=course.pk).delete()
    for act in (courses.delete_course, courses.retire_course, courses.take_course_back):
        with pytest.raises(DomainError, match="meanwhile"):
            act(actor=engineer, course=course)
