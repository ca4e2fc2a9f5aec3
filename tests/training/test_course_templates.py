"""E4: what carries over to the next engagement: kept without the client, looked through, taken over whole."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import override

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import LearnerFactory, ModuleFactory, RolloutRoleFactory
from tests.factories.training import CourseTemplateFactory, QuizFactory, QuizQuestionFactory
from tests.training.teaching import a_case, a_course, covering, rewritten, step, taught
from training.courses.content import content_of
from training.courses.library import prepared_of, without_pictures
from training.courses.saving import saving_of
from training.courses.usual import usual_courses
from training.models import CourseTemplate, Guide, Quiz
from training.services import course_templates

LIST = "course_templates:template_list"


def test_a_course_carries_over(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """Cases, guides and quiz arrive in the next engagement; the client's roles, functions and cells do not."""
    course = taught(engineer, engagement)
    covering(engineer, course)
    Guide.objects.create(
        course=course, language="zh-hans", text="看图 ![审批按钮](picture:3) 再点", edited_by=engineer
    )
    QuizQuestionFactory(quiz=QuizFactory(course=course, pass_percent=70))
    answer = sign_in(engineer).post(
        reverse("training:course_save_template", args=[engagement.pk, course.pk]),
        {"title": "采购申请模板", "is_clean": "on"},
    )
    template = CourseTemplate.objects.get()
    assert answer.status_code == 302
    assert template.content["roles"] == template.content["functions"] == template.content["cells"] == []
    module, role = ModuleFactory(engagement=foreign_engagement), RolloutRoleFactory(engagement=foreign_engagement)
    browser = sign_in(manager)
    answer = browser.post(
        reverse("training:course_from_template", args=[foreign_engagement.pk]),
        {"template": f"kept:{template.pk}", "title": "", "module": module.pk, "roles": [role.pk]},
    )
    assert answer.status_code == 302
    taken = foreign_engagement.courses.unscoped().get()
    assert taken.title == "采购申请模板"
    assert content_of(taken)["cases"] == content_of(course)["cases"]
    assert content_of(taken)["roles"] == [role.name]
    assert Guide.objects.unscoped().get(course=taken).text == "看图 审批按钮 再点"
    quiz = Quiz.objects.unscoped().get(course=taken)
    assert (quiz.pass_percent, quiz.is_open, quiz.questions.count()) == (70, False, 1)
    assert AuditEntry.objects.filter(action="course.taken_over").count() == 1
    assert AuditEntry.objects.filter(action="course_template.kept", chain="company").count() == 1


@pytest.mark.parametrize(
    ("text", "told", "hidden"),
    [
        ("张三的电话是13812345678", "Mobile number", "13812345678"),
        ("数据库 password: Sommer2026!x", "Password", "Sommer2026!x"),
        ("身份证号 11010519491231002X", "Identity card number", "11010519491231002X"),
    ],
)
def test_a_secret_does_not_become_company_wide(
    engagement: Engagement, engineer: User, sign_in: SignIn, text: str, told: str, hidden: str
) -> None:
    """In whatever part it stands: refused with its kind and a masked sample, never the secret in the sentence."""
    course = a_course(engineer, engagement)
    case = a_case(engineer, course, lesson=text)
    for place in ("case", "step", "guide"):
        with pytest.raises(DomainError) as refused:
            course_templates.keep_course(actor=engineer, course=course, title="模板")
        assert told in refused.value.message, place
        assert hidden not in refused.value.message
        if place == "case":
            a_case(engineer, course, case=case, manual=[step(text)])
        if place == "step":
            a_case(engineer, course, case=case)
            Guide.objects.create(course=course, language="en", text=text, edited_by=engineer)
    url = reverse("training:course_save_template", args=[engagement.pk, course.pk])
    answer = sign_in(engineer).post(url, {"title": "模板", "is_clean": "on"})
    assert answer.status_code == 422
    assert not CourseTemplate.objects.exists()


def test_the_name_of_the_client_stays_with_the_client(engagement: Engagement, engineer: User) -> None:
    course = taught(engineer, engagement)
    rewritten(engineer, course, why=f"{engagement.client.short_name}的预算由财务掌握")
    with pytest.raises(DomainError, match=engagement.client.short_name):
        course_templates.keep_course(actor=engineer, course=course, title="模板")


def test_no_client_and_nobody_of_theirs_is_named(
    engagement: Engagement, foreign_engagement: Engagement, client_pm: User, engineer: User
) -> None:
    """Neither another client, nor a client's people and learners, in whatever part of the course it stands."""
    learner = LearnerFactory(role=RolloutRoleFactory(engagement=foreign_engagement), name="欧阳仓管")
    course = taught(engineer, engagement)
    for name in (foreign_engagement.client.name, client_pm.name, client_pm.email, learner.name):
        rewritten(engineer, course, why=f"{name.upper()}说过")
        with pytest.raises(DomainError, match=re.escape(name.casefold())):
            course_templates.keep_course(actor=engineer, course=course, title="模板")
    rewritten(engineer, course, why="谁都能读")
    guide = Guide.objects.create(course=course, language="en", text="欧阳**仓管**来点", edited_by=engineer)
    with pytest.raises(DomainError, match="欧阳仓管"):
        course_templates.keep_course(actor=engineer, course=course, title="模板")
    guide.delete()
    course_templates.keep_course(actor=engineer, course=course, title="模板")


def test_a_title_stands_once(engagement: Engagement, engineer: User) -> None:
    course = taught(engineer, engagement)
    course_templates.keep_course(actor=engineer, course=course, title="模板")
    with pytest.raises(DomainError) as refused:
        course_templates.keep_course(actor=engineer, course=course, title="模板")
    assert refused.value.field == "title"


def test_it_is_kept_knowingly(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """Without the tick nothing is kept; the page shows all that others will read."""
    course = taught(engineer, engagement)
    url = reverse("training:course_save_template", args=[engagement.pk, course.pk])
    browser = sign_in(engineer)
    assert "填写纸质申请单" in browser.get(url).content.decode()
    assert browser.post(url, {"title": "模板"}).status_code == 422
    assert not CourseTemplate.objects.exists()


def test_who_takes_a_template_out(engineer: User, colleague: User, manager: User, sign_in: SignIn) -> None:
    """Who saved it, and managers; courses that began from it stay."""
    own, other = CourseTemplateFactory(saved_by=engineer), CourseTemplateFactory(saved_by=engineer)
    with pytest.raises(PermissionDenied):
        course_templates.delete_template(actor=colleague, template=own)
    course_templates.delete_template(actor=engineer, template=own)
    browser = sign_in(manager)
    assert browser.post(reverse("course_templates:template_delete", args=[other.pk])).status_code == 302
    assert not CourseTemplate.objects.exists()
    assert AuditEntry.objects.filter(action="course_template.deleted").count() == 2
    with pytest.raises(DomainError, match="meanwhile"):
        course_templates.delete_template(actor=engineer, template=own)


def test_the_usual_courses_speak_both_languages() -> None:
    """Each with a case that saves something, a guide for either language, and questions with a right answer."""
    with override("zh-hans"):
        chinese = usual_courses()
    english = usual_courses()
    assert [one.key for one in chinese] == [one.key for one in english]
    for one in english:
        case = one.content["cases"][0]
        saving = saving_of(case["manual"], case["system"], case["times_per_month"])
        assert saving.person_minutes > 0
        assert saving.approvals > 0
        assert saving.error_risk > 0
        assert set(one.guides) == {"zh-hans", "en"}
        for question in one.quiz["questions"]:
            right = [option for option in question["options"] if option["is_right"]]
            assert len(right) == 1 or question["kind"] == "multiple"
            assert right


@pytest.mark.parametrize("key", ["usual:purchase-request", "usual:patient-registration"])
def test_a_usual_course_is_taken_over(engagement: Engagement, engineer: User, sign_in: SignIn, key: str) -> None:
    """It comes whole, in the language of the documents, and can be accepted as soon as it has a role."""
    module, role = ModuleFactory(engagement=engagement), RolloutRoleFactory(engagement=engagement)
    url = reverse("training:course_from_template", args=[engagement.pk])
    fields = {"template": key, "module": module.pk, "roles": [role.pk], "title": ""}
    browser = sign_in(engineer)
    assert browser.post(url, fields).status_code == 302
    course = engagement.courses.unscoped().get()
    assert len(content_of(course)["cases"][0]["manual"]) >= 5
    assert course.guides.count() == 2
    again = browser.post(url, fields)
    assert again.status_code == 422
    assert again.context["form"].errors["title"]


def test_what_is_no_template_is_told(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    url = reverse("training:course_from_template", args=[engagement.pk])
    module = ModuleFactory(engagement=engagement)
    for key in ("", "kept:999999", "kept:x", "usual:none"):
        assert browser.post(url, {"template": key, "module": module.pk}).status_code == 422
    assert browser.get(reverse("course_templates:usual", args=["none"])).status_code == 404


def test_the_list_says_what_to_do_first(engineer: User, client_pm: User, sign_in: SignIn) -> None:
    """Empty, it tells how a template comes about; a client gets no list at all."""
    assert "No template yet" in sign_in(engineer).get(reverse(LIST)).content.decode()
    CourseTemplateFactory(title="患者登记")
    assert "患者登记" in sign_in(engineer).get(reverse(LIST)).content.decode()
    assert sign_in(client_pm).get(reverse(LIST)).status_code == 403


def test_pictures_stay_as_words() -> None:
    assert without_pictures('a ![b](picture:12 "t") c ![d](https://x/y.png)') == "a b c ![d](https://x/y.png)"


def test_a_kept_template_is_called_by_its_own_title() -> None:
    template = CourseTemplateFactory.build(pk=1, title="模板名", content={"title": "原名", "cases": []})
    assert prepared_of(template).title == "模板名"
