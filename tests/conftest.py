"""What all tests share: the people of one engagement, a signed-in client, threads with their own connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.db import close_old_connections, connection, connections
from django.test import Client, override_settings
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import append_only, company
from tests.factories import ClientFactory, EngagementFactory, MembershipFactory, UserFactory
from tests.installation import django_db_setup, installation
from tests.mail_server import mail_server, smtp

_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile("ci", max_examples=100, deadline=None, suppress_health_check=_QUIET)
settings.register_profile("prove", max_examples=5000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile("ci")

# Fixtures of every room that sends mail, or runs in processes of its own.
__all__ = ["django_db_setup", "installation", "mail_server", "smtp"]

SignIn = Callable[[User], Client]
InParallel = Callable[..., list[Any]]


@pytest.fixture
def kept_pages() -> Iterator[None]:
    """Keep pages, as the product does (`onsite.core.unchanged`)."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    with override_settings(CACHES={"default": memory, "pages": memory | {"LOCATION": "pages"}}):
        caches["pages"].clear()
        yield


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory(role=Role.MANAGER, name="王海明")


@pytest.fixture
def other_manager(db: None) -> User:
    return UserFactory(role=Role.MANAGER, name="赵一鸣")


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(role=Role.ADMINISTRATOR, name="管理员")


@pytest.fixture
def engagement(manager: User) -> Engagement:
    """An engagement in preparation with nobody in it but its manager."""
    return EngagementFactory(client=ClientFactory(name="华东机械集团", short_name="华东机械"), created_by=manager)


@pytest.fixture
def foreign_engagement(manager: User) -> Engagement:
    """An engagement of another client."""
    return EngagementFactory(client=ClientFactory(name="仁和医院", short_name="仁和"), created_by=manager)


def _member(engagement: Engagement, part: Part, role: Role, name: str) -> User:
    user = UserFactory(role=role, name=name)
    MembershipFactory(engagement=engagement, user=user, part=part)
    return user


@pytest.fixture
def engineer(engagement: Engagement) -> User:
    """The lead of `engagement`."""
    return _member(engagement, Part.LEAD, Role.ENGINEER, "李喆")


@pytest.fixture
def colleague(engagement: Engagement) -> User:
    """A second engineer of `engagement`."""
    return _member(engagement, Part.ENGINEER, Role.ENGINEER, "王堃")


@pytest.fixture
def client_pm(engagement: Engagement) -> User:
    return _member(engagement, Part.CLIENT_PM, Role.CLIENT, "陈镕")


@pytest.fixture
def business_owner(engagement: Engagement) -> User:
    return _member(engagement, Part.BUSINESS_OWNER, Role.CLIENT, "周㛃")


@pytest.fixture
def key_user(engagement: Engagement) -> User:
    return _member(engagement, Part.KEY_USER, Role.CLIENT, "𠮷田")


@pytest.fixture
def outsider_engineer(foreign_engagement: Engagement) -> User:
    """An engineer of the vendor who is only in `foreign_engagement`."""
    return _member(foreign_engagement, Part.LEAD, Role.ENGINEER, "孙工")


@pytest.fixture
def client_pm_2(foreign_engagement: Engagement) -> User:
    """The other client's PM."""
    return _member(foreign_engagement, Part.CLIENT_PM, Role.CLIENT, "林主任")


@pytest.fixture
def sign_in() -> SignIn:
    """Return a test client in which this person is signed in."""

    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


@pytest.fixture
def postgresql(transactional_db: None) -> None:
    """For races between real connections, which SQLite can't have: it lets one writer in at a time."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL")


@pytest.fixture
def in_parallel(transactional_db: None) -> InParallel:
    """Run the callables at the same moment, each in a thread with its own connection; return results or exceptions."""

    def run(*actions: Callable[[], Any]) -> list[Any]:
        together = threading.Barrier(len(actions))

        def one(action: Callable[[], Any]) -> Any:
            close_old_connections()
            try:
                together.wait(timeout=20)
                return action()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(actions)) as pool:
            return list(pool.map(one, actions))

    return run


@pytest.fixture(autouse=True)
def _audit_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """SQLite empties tables by DELETE after a transactional test, which the audit's trigger refuses."""
    marker = request.node.get_closest_marker("django_db")
    names = {"transactional_db", "live_server"} & set(request.fixturenames)
    if names:
        request.getfixturevalue("transactional_db")
    transactional = bool(names) or (marker is not None and marker.kwargs.get("transaction", False))
    yield
    if transactional and connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            append_only.unguard(editor)
            editor.execute("DELETE FROM core_auditentry")
            append_only.guard(editor)


@pytest.fixture(autouse=True)
def _no_reader_yet() -> Iterator[None]:
    """A page leaves its reader's language and its site's zone active in the thread: the next test would read by them."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    """The limits on tries begin anew with each test, and no name of another test's company is shown."""
    cache.clear()
    company.show(django_settings.VENDOR_NAME)
