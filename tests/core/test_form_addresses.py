"""An address that only takes what a form sends is a page with a way on, for whoever opens it."""

from __future__ import annotations

from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.factories import ProblemFactory


def test_a_verbs_address_leads_back_to_its_page(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    problem = ProblemFactory(engagement=engagement)
    answer = sign_in(engineer).get(reverse("standups:problem_solve", args=[engagement.pk, problem.pk]))
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert f'href="{problem.get_absolute_url()}"' in answer.content.decode()


def test_a_verb_without_a_page_leads_to_the_start(manager: User, sign_in: SignIn) -> None:
    answer = sign_in(manager).get(reverse("notifications:message_retry", args=[1]))
    assert answer.status_code == 405
    assert 'class="btn btn-primary" href="/"' in answer.content.decode()
