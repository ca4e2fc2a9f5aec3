"""Frozen dataclasses to canonical JSON and back. The bytes are what is hashed, so there is exactly one spelling of a value."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

# Metadata of a field that earlier releases did not know. While it holds its default it is not written, so that a snapshot
# frozen before keeps its bytes and the hash that was printed.
ADDED_LATER: Mapping[str, bool] = {"added_later": True}


class SnapshotError(ValueError):
    """JSON that is no snapshot of the wanted kind."""


def canonical(value: Any) -> bytes:
    """UTF-8, keys sorted, no spaces. Raises UnicodeEncodeError for a lone surrogate."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def to_plain(value: Any) -> Any:
    """A dataclass as dicts, lists, strings, integers, booleans and null. Dates are ISO 8601, decimals are strings.

    Raises TypeError for anything else: a float would not survive the way back unchanged.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if is_dataclass(value):
        return {
            field.name: to_plain(getattr(value, field.name))
            for field in fields(value)
            if not _is_left_out(field, getattr(value, field.name))
        }
    raise TypeError(f"a snapshot can't hold {type(value).__name__}")


def _is_left_out(field: Field[Any], value: Any) -> bool:
    return "added_later" in field.metadata and value == field.default


def from_plain(wanted: Any, value: Any, where: str = "snapshot") -> Any:
    """The inverse of `to_plain` for the type `wanted`. Raises SnapshotError naming the place that doesn't fit."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        (inner,) = (option for option in get_args(wanted) if option is not types.NoneType)
        return None if value is None else from_plain(inner, value, where)
    if origin is tuple:
        item_type = get_args(wanted)[0]
        items = _expect(list, value, where)
        return tuple(from_plain(item_type, item, f"{where}[{index}]") for index, item in enumerate(items))
    if origin is Literal:
        if value not in get_args(wanted):
            raise SnapshotError(f"{where}: {value!r} is not one of {get_args(wanted)}")
        return value
    if is_dataclass(wanted):
        return _dataclass_from(wanted, _expect(dict, value, where), where)
    return _scalar(wanted, value, where)


def _dataclass_from(wanted: Any, value: dict[str, Any], where: str) -> Any:
    hints = _hints(wanted)
    known = {field.name for field in fields(wanted)}
    required = {
        field.name for field in fields(wanted) if field.default is MISSING and field.default_factory is MISSING
    }
    if strange := value.keys() - known:
        raise SnapshotError(f"{where}: unknown {sorted(strange)}")
    if absent := required - value.keys():
        raise SnapshotError(f"{where}: missing {sorted(absent)}")
    return wanted(**{name: from_plain(hints[name], item, f"{where}.{name}") for name, item in value.items()})


@cache
def _hints(wanted: Any) -> dict[str, Any]:
    return get_type_hints(wanted)


def _scalar(wanted: Any, value: Any, where: str) -> Any:
    if wanted in (str, int, bool):
        return _expect(wanted, value, where)
    text = _expect(str, value, where)
    try:
        return date.fromisoformat(text) if wanted is date else Decimal(text)
    except (ValueError, InvalidOperation) as error:
        raise SnapshotError(f"{where}: {text!r} is no {wanted.__name__}") from error


def _expect(wanted: type[Any], value: Any, where: str) -> Any:
    # bool is an int to Python, not to us.
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise SnapshotError(f"{where}: expected {wanted.__name__}, found {type(value).__name__}")
    return value
