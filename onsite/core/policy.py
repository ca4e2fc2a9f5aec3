"""Every view declares who may open it. Which rows they find there is `visible_to`'s answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def _declare(view: View, policy: str) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anyone may open it: sign-in, invitation links, health."""
    return _declare(login_not_required(view), "public")


def signed_in(view: View) -> View:
    """Anyone with an account; the rows decide the rest (foreign equals absent)."""
    return _declare(view, "signed in")


def _only(name: str, allowed: Callable[[Any], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not allowed(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _declare(cast(View, checked), name)

    return decorate


vendor_only = _only("vendor", lambda user: user.is_vendor)
manager_only = _only("manager", lambda user: user.is_manager)
people_only = _only("manager or administrator", lambda user: user.is_manager or user.is_administrator)
