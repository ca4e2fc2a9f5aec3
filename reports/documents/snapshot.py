"""What every frozen document has in common."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Self

from reports.documents.codec import ADDED_LATER, SnapshotError, canonical, from_plain, to_plain


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The whole content of an issued document. Data stands in it in the document's language; headings come from the templates.

    `language` is Django's code (`en`, `zh-hans`). `version` is what is printed, e.g. "1.0". `issued_on` is also the date inside
    the PDF, so that printing again gives the same bytes.
    """

    kind: ClassVar[str]
    schema: ClassVar[int] = 1
    template: ClassVar[str]

    language: str
    title: str
    engagement_name: str
    client_name: str
    vendor_name: str
    version: str
    issued_on: date
    # How the company looked when it was issued: its colour, and the hash of its logo; "" for OnSite's own, and for none.
    accent: str = field(default="", metadata=ADDED_LATER)
    logo: str = field(default="", metadata=ADDED_LATER)

    def to_json(self) -> bytes:
        """The canonical bytes: equal snapshots give equal bytes."""
        return canonical({"kind": self.kind, "schema": self.schema, **to_plain(self)})

    @property
    def sha256(self) -> str:
        """The hash that is printed in the document: of `to_json()`, in 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json()).hexdigest()

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """The snapshot back from its bytes. Raises SnapshotError for another kind, another schema or a wrong shape."""
        try:
            plain: Any = json.loads(text)
        except ValueError as error:
            raise SnapshotError("snapshot: not JSON") from error
        if not isinstance(plain, dict):
            raise SnapshotError("snapshot: not an object")
        found = (plain.pop("kind", None), plain.pop("schema", None))
        if found != (cls.kind, cls.schema):
            raise SnapshotError(f"snapshot: expected {(cls.kind, cls.schema)}, found {found}")
        snapshot: Self = from_plain(cls, plain)
        return snapshot
