"""N4: a client reads what a standing rule asks of them, and never the rule, its origin, or another client's name."""

from __future__ import annotations

import pytest
from django.urls import reverse

from engagements.models import DocumentRequest, Engagement, RuleApplication, SignOff
from engagements.services import documents, rules
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.services.problems import save_problem
from tests.channels import walk
from tests.conftest import SignIn
from tests.engagements.ruling import begin, fields_of, fresh
from tests.factories import ClientFactory, LessonFactory, MembershipFactory, ProblemFactory, UserFactory

pytestmark = pytest.mark.django_db
CANARY = "canaryoftherule"


@pytest.fixture
def bank(manager: User) -> Engagement:
    """A bank that rules of every form bind; each is internal in all its own words."""
    origin = ClientFactory(name=f"{CANARY}银行", short_name=f"{CANARY}行", industry="banking")
    bound = begin(manager, name="核心系统上线")
    MembershipFactory(engagement=bound, user=UserFactory(role=Role.ENGINEER), part=Part.LEAD)
    for form in ("sign_off", "document", "checklist", "plan"):
        lesson = LessonFactory(
            engagement__client=origin, engagement__name=f"{CANARY}{form}", title=CANARY, what_happened=CANARY,
            why=CANARY, rule=CANARY,
        )  # fmt: skip
        rules.promote(actor=manager, lesson=lesson, title=f"{CANARY}规则", **fields_of(form, text=CANARY))
    return fresh(bound)


def test_no_page_no_sheet_and_no_file_of_the_clients_tells_of_the_rule(
    bank: Engagement, manager: User, sign_in: SignIn
) -> None:
    pm = UserFactory(role=Role.CLIENT)
    MembershipFactory(engagement=bank, user=pm, part=Part.CLIENT_PM)
    documents.ask_for(actor=manager, engagement=bank)
    application = RuleApplication.objects.unscoped().filter(engagement=bank).first()
    assert application is not None
    problem = ProblemFactory(engagement=bank)
    save_problem(actor=manager, engagement=bank, problem=problem, recurs=application.rule)
    letter = SignOff.objects.unscoped().get(engagement=bank, kind=SignOff.Kind.RULE)
    start = [
        reverse("reports:dashboard", args=[bank.pk]),
        reverse("engagements:sign_off", args=[bank.pk, letter.pk]),
        problem.get_absolute_url(),
    ]  # fmt: skip
    read = walk(sign_in(pm), start)
    assert read.with_words("权限确认书")
    assert read.with_words(DocumentRequest.objects.unscoped().get(engagement=bank).title)
    assert read.with_words(CANARY) == []
    ours = sign_in(manager).get(problem.get_absolute_url()).content.decode()
    assert f"{CANARY}规则" in ours
