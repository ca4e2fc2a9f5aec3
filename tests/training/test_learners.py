"""E4: who is to be trained is named by either side, one by one or as a list; nobody sees another client's people."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from engagements.services.lifecycle import end_membership
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.models import RoleTraining, RolloutRole
from tests.conftest import SignIn
from tests.factories import MembershipFactory, RolloutRoleFactory, UserFactory
from tests.factories.training import CourseFactory, CourseVersionFactory, EnrolmentFactory, LearnerFactory
from tests.training.sitting import a_course, a_session, soon
from training.learning.access import link_for, link_of
from training.models import Enrolment, Learner, LearnerLink
from training.services.enrolling import enrol, take_off_strangers
from training.services.learners import delete_learner, know_members, name_several, save_learner, say_left, say_returned
from training.sessions.pasted import Named, read_people
from training.sessions.shown import named_by_role


@pytest.fixture
def role(engagement: Engagement) -> RolloutRole:
    return RolloutRoleFactory(engagement=engagement, people_needed=5, name="采购员")


def named(actor: User, role: RolloutRole, **fields: Any) -> Learner:
    given = {"name": "张三", "email": "Zhang@client.example", "language": "zh-hans"} | fields
    return save_learner(actor=actor, engagement=role.engagement, role=role, **given)


def test_both_sides_name_people_and_others_do_not(
    engineer: User, client_pm: User, business_owner: User, key_user: User, outsider_engineer: User, role: RolloutRole
) -> None:
    for number, user in enumerate((engineer, client_pm, business_owner)):
        assert named(user, role, name=f"张{number}").email == "zhang@client.example"
    for user in (key_user, outsider_engineer):
        with pytest.raises(PermissionDenied):
            named(user, role)
    assert AuditEntry.objects.filter(action="learner.named").count() == 3


def test_a_person_is_named_once_in_a_role(engineer: User, role: RolloutRole) -> None:
    named(engineer, role)
    with pytest.raises(DomainError) as refused:
        named(engineer, role)
    assert refused.value.field == "name"
    named(engineer, RolloutRoleFactory(engagement=role.engagement, name="仓库"))


def test_whose_address_is_a_members_is_that_member(engineer: User, key_user: User, role: RolloutRole) -> None:
    assert named(engineer, role, email=key_user.email.upper()).user == key_user
    late = named(engineer, role, email="late@client.example")
    assert late.user is None
    member = UserFactory(role=Role.CLIENT, email="late@client.example")
    MembershipFactory(engagement=role.engagement, user=member, part=Part.KEY_USER)
    know_members(role.engagement)
    late.refresh_from_db()
    assert late.user == member


def test_a_role_of_another_engagement_is_refused(engineer: User, role: RolloutRole) -> None:
    with pytest.raises(DomainError) as refused:
        save_learner(
            actor=engineer, engagement=role.engagement, role=RolloutRoleFactory(), name="张三", email="", language="en"
        )
    assert refused.value.field == "role"


def test_a_stale_edit_loses_nothing(engineer: User, colleague: User, role: RolloutRole, sign_in: SignIn) -> None:
    learner = named(engineer, role)
    was = learner.fingerprint
    save_learner(
        actor=colleague, engagement=role.engagement, learner=learner, was=was, role=role, name="张三丰", email="",
        language="zh-hans",
    )  # fmt: skip
    with pytest.raises(StaleError):
        save_learner(
            actor=engineer, engagement=role.engagement, learner=learner, was=was, role=role, name="张四", email="",
            language="zh-hans",
        )  # fmt: skip
    url = reverse("training:learner_edit", args=[role.engagement_id, learner.pk])
    typed = {"was": was, "name": "张四", "role": role.pk, "email": "", "language": "zh-hans"}
    answer = sign_in(engineer).post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "张三丰" in page and 'value="张四"' in page
    typed["was"] = answer.context["form"].data["was"]
    assert sign_in(engineer).post(url, typed).status_code == 302


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("张三, zhang@x.example\n\n李四", [("张三", "zhang@x.example"), ("李四", "")]),
        ("张三,ZHANG@x.example,\n张三, zhang@x.example", [("张三", "zhang@x.example")]),
        ("Anna  Berg\tanna@x.example", [("Anna Berg", "anna@x.example")]),
        # Full-width, as one types them in Chinese; written so that no editor makes them plain ones.
        ("张三\uff0czhang@x.example", [("张三", "zhang@x.example")]),
        ("张三\uff1bzhang@x.example", [("张三", "zhang@x.example")]),
        ("张三\u3001zhang@x.example", [("张三", "zhang@x.example")]),
        ("张三;zhang@x.example", [("张三", "zhang@x.example")]),
    ],
)
def test_a_list_is_read_as_people_type_it(text: str, people: list[tuple[str, str]]) -> None:
    assert read_people(text) == ([Named(*one) for one in people], [])


def test_each_bad_line_is_named() -> None:
    _people, faults = read_people(f"张三\nli@x.example\n王五, no-address\n赵六, a@x.example, b\n{'长' * 81}")
    assert [fault.split(" ")[1] for fault in faults] == ["2", "3", "4", "5"]
    assert len(read_people("张三\n" * 301)[1]) == 1


def test_of_a_list_with_a_bad_line_nobody_is_taken(client_pm: User, role: RolloutRole, sign_in: SignIn) -> None:
    url = reverse("training:learner_paste", args=[role.engagement_id])
    typed = {"role": role.pk, "language": "zh-hans", "people": "张三, zhang@x.example\n李四, nonsense"}
    answer = sign_in(client_pm).post(url, typed)
    assert answer.status_code == 422 and "李四, nonsense" in answer.content.decode()
    assert not Learner.objects.exists()
    typed["people"] = "张三, zhang@x.example\n李四, li@x.example"
    assert sign_in(client_pm).post(url, typed).status_code == 302
    assert Learner.objects.count() == 2


def test_whoever_is_named_already_stays(engineer: User, role: RolloutRole) -> None:
    people = [Named("张三", ""), Named("李四", "")]
    assert name_several(actor=engineer, engagement=role.engagement, role=role, people=people[:1], language="en") == 1
    assert name_several(actor=engineer, engagement=role.engagement, role=role, people=people, language="en") == 1


def test_who_has_left_is_off_what_is_to_come(engineer: User, engagement: Engagement) -> None:
    course, (learner, *_others) = a_course(engagement)
    coming = a_session(engineer, course)
    enrol(actor=engineer, session=coming, learners=[learner])
    past = EnrolmentFactory(session__course=course, session__state="held", learner=learner, was_there=True)
    token = link_for(learner)
    say_left(actor=engineer, learner=learner)
    assert list(Enrolment.objects.unscoped().filter(learner=learner)) == [past]
    assert link_of(token) is None
    say_returned(actor=engineer, learner=learner)
    learner.refresh_from_db()
    assert learner.left_at is None and link_of(token) is None


def test_only_who_was_never_enrolled_is_deleted(engineer: User, engagement: Engagement) -> None:
    course, (learner, other, _third) = a_course(engagement)
    EnrolmentFactory(session__course=course, learner=learner)
    with pytest.raises(DomainError):
        delete_learner(actor=engineer, learner=learner)
    delete_learner(actor=engineer, learner=other)
    assert not Learner.objects.filter(pk=other.pk).exists()


def test_a_member_who_is_taken_out_keeps_no_link(
    engineer: User, key_user: User, engagement: Engagement, sign_in: SignIn
) -> None:
    _course, (learner, other, _third) = a_course(engagement)
    Learner.objects.filter(pk=learner.pk).update(user=key_user)
    tokens = link_for(learner), link_for(other)
    second = MembershipFactory(engagement=engagement, user=key_user, part=Part.BUSINESS_OWNER)
    end_membership(actor=engineer, membership=second)
    assert link_of(tokens[0]) is not None, "still a key user"
    page = sign_in(engineer).get(reverse("engagements:team", args=[engagement.pk])).content.decode()
    assert page.count("the links to their training") == engagement.memberships.unscoped().active().of_client().count()
    end_membership(actor=engineer, membership=engagement.memberships.unscoped().active().get(user=key_user))
    assert link_of(tokens[0]) is None and link_of(tokens[1]) is not None
    learner.refresh_from_db()
    assert (learner.left_at, learner.user) == (None, key_user), "and nothing else"


def test_another_address_ends_the_links_of_the_old_one(engineer: User, role: RolloutRole) -> None:
    learner = named(engineer, role)
    token = link_for(learner)
    save_learner(
        actor=engineer, engagement=role.engagement, learner=learner, role=role, name="张三", email="new@x.example",
        language="en",
    )  # fmt: skip
    assert link_of(token) is None


def test_the_page_counts_by_role_and_shows_no_other_client(
    engineer: User, key_user: User, client_pm_2: User, role: RolloutRole, sign_in: SignIn
) -> None:
    for number in range(4):
        named(engineer, role, name=f"张{number}")
    LearnerFactory(name="别家的人")
    url = reverse("training:learners", args=[role.engagement_id])
    for user in (engineer, key_user):
        page = sign_in(user).get(url).content.decode()
        assert "4 of 5 named" in page or "已列出 4 人" in page
        assert "张3" in page and "别家的人" not in page
    assert sign_in(client_pm_2).get(url).status_code == 404


@pytest.mark.parametrize("email", ["x" * 300 + "@x.example", "a\x00b@x.example", "no address"])
def test_absurd_addresses_get_a_sentence(engineer: User, role: RolloutRole, sign_in: SignIn, email: str) -> None:
    url = reverse("training:learner_create", args=[role.engagement_id])
    for pk in (role.pk, 10**30, "x"):
        typed = {"name": "张三", "role": pk, "email": email, "language": "zh-hans"}
        assert sign_in(engineer).post(url, typed).status_code == 422


def test_another_role_is_off_what_is_not_for_it(engineer: User, engagement: Engagement) -> None:
    course, (learner, other, _third) = a_course(engagement)
    another = RolloutRoleFactory(engagement=engagement)
    for_both = CourseFactory(engagement=engagement, roles=[learner.role, another])
    CourseVersionFactory(course=for_both)
    coming, stays = a_session(engineer, course), a_session(engineer, for_both, soon(5))
    enrol(actor=engineer, session=coming, learners=[learner, other])
    enrol(actor=engineer, session=stays, learners=[learner])
    past = EnrolmentFactory(session__course=course, session__state="held", learner=learner, was_there=True)
    save_learner(
        actor=engineer, engagement=engagement, learner=learner, role=another, name=learner.name, email=learner.email,
        language=learner.language,
    )  # fmt: skip
    theirs = Enrolment.objects.unscoped().filter(learner=learner)
    assert set(theirs.values_list("session", flat=True)) == {stays.pk, past.session_id}
    assert coming.enrolments.unscoped().get().learner == other


def test_a_role_that_a_version_leaves_out_is_off_what_is_to_come(engineer: User, engagement: Engagement) -> None:
    course, (learner, *_others) = a_course(engagement)
    coming = a_session(engineer, course)
    enrol(actor=engineer, session=coming, learners=[learner])
    rows = Enrolment.objects.unscoped().filter(session__course=course)
    take_off_strangers(engineer, engagement, rows)
    assert rows.exists()
    CourseVersionFactory(course=course, number=2, role_ids=[RolloutRoleFactory(engagement=engagement).pk])
    take_off_strangers(engineer, engagement, rows)
    assert not rows.exists()


def test_a_trainer_shows_a_personal_link_once(
    engineer: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    learner = LearnerFactory(role__engagement=engagement, email="")
    address = reverse("training:learner_link", args=[engagement.pk, learner.pk])
    assert sign_in(client_pm).post(address).status_code == 403, "it opens what the person said of the sessions"
    older = link_for(learner)
    answer = sign_in(engineer).post(address)
    page = answer.content.decode()
    assert 'class="qr"' in page and "no-store" in answer["Cache-Control"]
    path = answer.context["link"].removeprefix(settings.BASE_URL)
    for way in (path, reverse("learn:open", args=[older])):
        assert Client().get(way).status_code == 302
    entry = AuditEntry.objects.get(action="learner.link_handed_out")
    assert path.strip("/").rpartition("/")[2] not in str(entry.data)
    Learner.objects.filter(pk=learner.pk).update(left_at=timezone.now())
    count = LearnerLink.objects.unscoped().count()
    assert sign_in(engineer).post(address).status_code == 302
    assert LearnerLink.objects.unscoped().count() == count


def test_people_noted_by_hand_need_no_name(engineer: User, engagement: Engagement, sign_in: SignIn) -> None:
    role = RolloutRoleFactory(engagement=engagement, people_needed=2)
    RoleTraining.objects.create(role=role, people=2, held_on=engagement.today(), recorded_by=engineer)
    [row] = named_by_role(engagement, engineer)
    assert (row.named, row.by_hand, row.is_complete) == (0, 2, True)
