"""Settings: what a role may do, read from the roles themselves."""

from __future__ import annotations

import re

from onsite.accounts import duties
from onsite.accounts.models import User
from onsite.accounts.roles import PART_PERMISSIONS, ROLE_PERMISSIONS, Part, Permission, Role
from tests.conftest import SignIn

PAGE = "/accounts/settings/roles/"


def test_every_permission_has_its_words_once() -> None:
    """A permission nobody can read about is one nobody knows they gave."""
    told = [duty for _group, rows in duties.DUTIES for duty in rows]
    assert sorted(told, key=lambda duty: duty.value) == list(Permission)


def test_no_two_permissions_are_called_the_same() -> None:
    words = [str(label) for _group, rows in duties.DUTIES for label in rows.values()]
    assert len(words) == len(set(words))


def test_the_table_says_what_the_roles_say() -> None:
    allowed = {str(Role(role).label): may for role, may in ROLE_PERMISSIONS.items() if may}
    allowed |= {str(Part(part).label): may for part, may in PART_PERMISSIONS.items()}
    assert {str(column.label): column.allowed for column in duties.columns()} == allowed
    by_label = {str(label): duty for _group, rows in duties.DUTIES for duty, label in rows.items()}
    for _group, rows in duties.table():
        for label, cells in rows:
            assert {str(who.label) for who, may in cells if may} == {
                name for name, may in allowed.items() if by_label[str(label)] in may
            }


def test_every_cell_says_it_in_words(manager: User, sign_in: SignIn) -> None:
    """Colour and sign never stand alone."""
    page = sign_in(manager).get(PAGE).content.decode()
    cells = re.findall(r'<td class="(may|may-not) .*?</td>', page, re.DOTALL)
    assert len(cells) == len(Permission) * len(duties.columns())
    assert page.count(">may</span>") == cells.count("may")
    assert page.count(">may not</span>") == cells.count("may-not")


def test_the_settings_lead_to_what_each_may_open(
    manager: User, administrator: User, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """Nobody is shown a way that ends in a refusal, and everybody finds those that are theirs."""
    for person in (manager, administrator, engineer, client_pm):
        browser = sign_in(person)
        page = browser.get("/accounts/settings/").content.decode()
        nav = page[page.index('<nav class="settings-nav"') :]
        links = re.findall(r'href="([^"]+)"', nav[: nav.index("</nav>")])
        assert len(links) > (6 if person.is_manager or person.is_administrator else 1)
        for link in links:
            assert browser.get(link).status_code == 200, (person.role, link)
