"""People, how they came in, and the short codes they sign with."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from onsite.accounts.roles import Role


class UserManager(BaseUserManager["User"]):
    """Creates people; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person; without a password they sign in by a mailed code."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an administrator for `manage.py createsuperuser`: how the first person comes into a new installation."""
        return self.create_user(email, password, **fields, role=Role.ADMINISTRATOR)

    def listed(self, words: str = "") -> models.QuerySet[User]:
        """Return everyone whose name, address or job title holds `words`; `is_invited` says whether a link waits."""
        people = self.annotate(
            is_invited=models.Exists(Invitation.objects.usable().filter(user=models.OuterRef("pk")))
        )
        found = models.Q()
        for word in words.split():
            found &= models.Q(name__icontains=word) | models.Q(email__icontains=word) | models.Q(title__icontains=word)
        return people.filter(found)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class Theme(models.TextChoices):
    """How a person's pages look."""

    AUTO = "auto", _("As the device does")
    LIGHT = "light", pgettext_lazy("theme", "Light")
    DARK = "dark", pgettext_lazy("theme", "Dark")


class User(AbstractBaseUser):
    """A person of the vendor or of a client, known by the e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    title = models.CharField(_("job title"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    language = models.CharField(
        _("language"), max_length=10, blank=True, choices=[("zh-hans", "中文"), ("en", "English")]
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    # How many messages wait in the inbox: the outbox counts them, so that no page has to.
    unread_messages = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="user_theme_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def is_client(self) -> bool:
        return self.role == Role.CLIENT

    @property
    def is_vendor(self) -> bool:
        return self.role != Role.CLIENT

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def initial(self) -> str:
        return self.name[:1].upper()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by where they stand."""

    def usable(self) -> InvitationQuerySet:
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A mailed link with which a new person enters: only its hash is kept, it ends, and it works once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()


class SigningCode(models.Model):
    """A single-use code mailed to a person who signs on screen; bound to the hash of the text it signs."""

    MOST_TRIES = 5

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signing_codes")
    text_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "text_hash"])]
