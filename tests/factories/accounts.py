"""People."""

from __future__ import annotations

import factory

from onsite.accounts.models import User
from onsite.accounts.roles import Role

PASSWORD = "a-long-test-password"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """An engineer of the vendor, with a password, reading English."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"李喆{n}")
    role = Role.ENGINEER
    language = "en"
    password = factory.django.Password(PASSWORD)
