"""P1: who signs on screen proves once more who they are: by password, or by a code mailed for this one text."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from onsite.accounts import services
from onsite.accounts.models import SigningCode, User
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import InParallel
from tests.factories.accounts import PASSWORD

TEXT, OTHER_TEXT = "a" * 64, "b" * 64


def ask(person: User, text: str = TEXT) -> str:
    services.send_signing_code(actor=person, text_hash=text, about="目标与范围")
    return str(Message.objects.filter(kind="signing_code", recipient=person).latest("pk").payload["code"])


def confirm(person: User, proof: str, text: str = TEXT) -> bool:
    try:
        services.confirm_identity(actor=person, text_hash=text, proof=proof)
    except DomainError as error:
        assert error.field == "proof"
        return False
    return True


def test_the_code_signs_this_text_once(client_pm: User) -> None:
    code = ask(client_pm)
    assert len(code) == 6
    assert not confirm(client_pm, code, OTHER_TEXT)
    assert confirm(client_pm, f" {code} ")
    assert not confirm(client_pm, code)


def test_the_code_is_of_one_person(client_pm: User, business_owner: User) -> None:
    assert not confirm(business_owner, ask(client_pm))


def test_the_password_signs_too(client_pm: User) -> None:
    assert confirm(client_pm, PASSWORD)
    assert not confirm(client_pm, PASSWORD + " ")
    assert not confirm(client_pm, "")


def test_a_person_without_a_password_signs_by_code_only(client_pm: User) -> None:
    client_pm.set_unusable_password()
    client_pm.save()
    assert not confirm(client_pm, "")
    assert confirm(client_pm, ask(client_pm))


def test_a_code_ends(client_pm: User) -> None:
    code = ask(client_pm)
    with time_machine.travel(timezone.now() + timedelta(minutes=services.CODE_MINUTES, seconds=1)):
        assert not confirm(client_pm, code)


def test_a_newer_code_replaces_the_older(client_pm: User) -> None:
    first = ask(client_pm)
    while (second := ask(client_pm)) == first:
        pass
    assert not confirm(client_pm, first)
    assert confirm(client_pm, second)


def test_five_wrong_tries_end_the_code(client_pm: User) -> None:
    """One in 200,000 at most."""
    code = ask(client_pm)
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(SigningCode.MOST_TRIES):
        assert not confirm(client_pm, wrong)
    assert not confirm(client_pm, code)


def test_a_session_left_open_is_no_place_to_guess_the_password(client_pm: User, business_owner: User) -> None:
    """After ten wrong proofs even the right one waits; other people do not."""
    for number in range(services.MOST_WRONG_PROOFS):
        assert not confirm(client_pm, f"guess-{number}")
    assert not confirm(client_pm, PASSWORD)
    assert confirm(business_owner, PASSWORD)


def test_nobody_asks_for_codes_without_end(client_pm: User) -> None:
    for _time in range(services.MOST_CODES):
        ask(client_pm)
    with pytest.raises(DomainError):
        ask(client_pm, OTHER_TEXT)
    with time_machine.travel(timezone.now() + timedelta(minutes=services.CODE_MINUTES, seconds=1)):
        assert confirm(client_pm, ask(client_pm))


def test_the_code_arrives_by_mail_and_is_kept_nowhere(client_pm: User, mailoutbox: list[mail.EmailMessage]) -> None:
    code = ask(client_pm)
    assert sweep() == 1
    assert code in mailoutbox[0].body
    assert "目标与范围" in mailoutbox[0].subject
    row = SigningCode.objects.get()
    assert code not in row.code_hash
    assert Message.objects.get().payload == {}
    assert code not in Message.objects.get().subject


def test_an_expired_code_is_not_mailed(client_pm: User, mailoutbox: list[mail.EmailMessage]) -> None:
    ask(client_pm)
    with time_machine.travel(timezone.now() + timedelta(minutes=services.CODE_MINUTES, seconds=1)):
        assert sweep() == 0
    assert mailoutbox == []


def test_one_code_used_twice_at_once_signs_once(postgresql: None, in_parallel: InParallel, client_pm: User) -> None:
    """A race on the conditional update."""
    client_pm.set_unusable_password()
    client_pm.save()
    code = ask(client_pm)
    assert sorted(in_parallel(*[lambda: confirm(client_pm, code)] * 4)) == [False, False, False, True]


def test_tries_at_once_are_all_counted(postgresql: None, in_parallel: InParallel, client_pm: User) -> None:
    """A race: five tries are five, however they arrive."""
    code = ask(client_pm)
    wrong = "000000" if code != "000000" else "111111"
    in_parallel(*[lambda: confirm(client_pm, wrong)] * 5)
    assert not confirm(client_pm, code)
