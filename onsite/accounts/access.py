"""Who may see what: every list of an engagement's rows starts from `visible_to(user)`.

It knows two things: which engagements the user belongs to, and whether a row is internal or shared with the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models

from onsite.accounts.roles import Permission

if TYPE_CHECKING:
    from onsite.accounts.models import User

Row = TypeVar("Row", bound=models.Model)


class UnscopedRowsError(RuntimeError):
    """Rows were about to be listed for nobody: call `visible_to(user)`, or `unscoped()` in a service."""


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows of engagements. Refuses to fetch until somebody said for whom.

    `engagement_path` is the lookup from the row to its engagement ("pk" on the engagement itself).
    """

    engagement_path: ClassVar[str] = "engagement_id"
    _scoped = False

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep what this person may see: none for strangers, all for managers, own engagements for the rest, and of
        those only the shared rows for clients."""
        if not user.is_authenticated or not user.is_active:
            return self._as_scoped().none()
        rows = self._as_scoped()
        if not user.is_manager:
            rows = rows.of_member(user)
        return rows.shared() if user.is_client else rows

    def of_member(self, user: User) -> Self:
        """Keep the rows of the engagements this person belongs to."""
        # The subquery is built once a person, and asked anew each time: building it costs more than asking it.
        mine = user.__dict__.get("_own_engagements")
        if mine is None:
            mine = user.__dict__["_own_engagements"] = user.memberships.active().values("engagement_id")
        return self.filter(**{f"{self.engagement_path}__in": mine})

    def shared(self) -> Self:
        """Keep the rows a client of the engagement may see; everything unless the model says otherwise."""
        return self

    def unscoped(self) -> Self:
        """Rows for the system's own work in services and tasks; never for an answer to a person."""
        return self._as_scoped()

    def _as_scoped(self) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined]
        clone._scoped = True
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _fetch_all(self) -> None:
        self._refuse_unscoped()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's, for scoped rows only."""
        self._refuse_unscoped()
        return super().iterator(*args, **kwargs)

    def _refuse_unscoped(self) -> None:
        if not self._scoped:
            raise UnscopedRowsError(f"{self.model.__name__}: call visible_to(user) or unscoped() first")


class InternalRowsQuerySet(ScopedQuerySet[Row]):
    """Rows that carry `is_internal`: a client never sees an internal one."""

    def shared(self) -> Self:
        return self.filter(is_internal=False)


class HoldsPermissions(Protocol):
    """What `require` needs of an engagement."""

    def permissions_of(self, user: User) -> frozenset[Permission]: ...


def can(user: User, permission: Permission, engagement: HoldsPermissions) -> bool:
    """Say whether this person may do that in this engagement."""
    return permission in engagement.permissions_of(user)


def require(user: User, permission: Permission, engagement: HoldsPermissions) -> None:
    """Raise PermissionDenied (403) where this person may not do that in this engagement."""
    if not can(user, permission, engagement):
        raise PermissionDenied


def require_manager_or_administrator(user: User) -> None:
    """Raise PermissionDenied for whoever is neither."""
    if not (user.is_manager or user.is_administrator):
        raise PermissionDenied


def require_manager(user: User) -> None:
    """Raise PermissionDenied (403) for all but managers: what belongs to the company is theirs to change."""
    if not user.is_manager:
        raise PermissionDenied
