"""Writing what a person typed into a row that a colleague may have deleted meanwhile."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError


def write_row(row: models.Model, noun: str, fields: dict[str, Any]) -> str:
    """Write the fields and return the audit's action, "<noun>.created" or "<noun>.changed".

    An edit never brings a deleted row back: raises DomainError where it is gone.
    """
    for name, value in fields.items():
        setattr(row, name, value)
    if row._state.adding:
        row.save()
        return f"{noun}.created"
    if not type(row)._default_manager.filter(pk=row.pk).update(**fields):
        raise DomainError(_("Somebody deleted this meanwhile."))
    return f"{noun}.changed"
