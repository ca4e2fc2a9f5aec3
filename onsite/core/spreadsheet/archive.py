"""The outside of an uploaded .xlsx: everything that can be refused before, or while, its parts are unpacked.

What is kept here: size, number and unpacked size of the parts, no document type (and so no entities), and a limit on
the elements parsed. An attack ends at the limit, not after it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element  # nosec B405  only the type: defusedxml does the parsing

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_RATIO = 100  # Full sheets of equal rows pack about 1:40; deflate can reach 1:1032.
MOST_PARTS = 500
MOST_ELEMENTS = 400_000  # 5,000 rows of 18 filled columns, with their texts in a table of their own.
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also the outer shell of a file with a password
# What zipfile and the parser raise on a damaged or hostile part.
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, LookupError, ValueError, ParseError,
    DefusedXmlException,
)  # fmt: skip


class Archive:
    """The parts of an uploaded workbook. Every refusal is a DomainError on `field`."""

    def __init__(self, upload: UploadedFile[Any], *, field: str) -> None:
        self.field = field
        self.elements_left = MOST_ELEMENTS
        size = upload.size or 0
        if not size:
            raise self.refusal(_("This file is empty."))
        if size > MOST_BYTES:
            raise self.refusal(_("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1024**2})
        self._refuse_old(upload)
        try:
            self._zip = zipfile.ZipFile(upload)
        except BROKEN:
            raise self.not_excel() from None
        self._judge_parts(size)

    def refusal(self, message: str) -> DomainError:
        return DomainError(message, field=self.field)

    def not_excel(self) -> DomainError:
        return self.refusal(
            _("This is not an Excel file, or it is damaged. Please save it as .xlsx and upload it again.")
        )

    def too_much(self) -> DomainError:
        return self.refusal(
            _("This file unpacks to more than an import may hold. Please split it into smaller files.")
        )

    def _refuse_old(self, upload: UploadedFile[Any]) -> None:
        upload.seek(0)
        if upload.read(len(OLD_EXCEL)) != OLD_EXCEL:
            upload.seek(0)
            return
        if "EncryptedPackage".encode("utf-16-le") in upload.read():
            raise self._locked()
        raise self.refusal(_("This is an old Excel file (.xls). Please save it as .xlsx and upload it again."))

    def _locked(self) -> DomainError:
        return self.refusal(_("This file is protected by a password. Please save it without one and upload it again."))

    def _judge_parts(self, size: int) -> None:
        parts = self._zip.infolist()
        names = {part.filename for part in parts}
        unpacked = sum(part.file_size for part in parts)
        if any(part.flag_bits & 1 for part in parts):
            raise self._locked()
        if len(parts) > MOST_PARTS or unpacked > min(MOST_UNPACKED_BYTES, MOST_RATIO * size):
            raise self.too_much()
        if len(names) < len(parts) or any(part.compress_type not in (0, zipfile.ZIP_DEFLATED) for part in parts):
            raise self.not_excel()
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise self.refusal(
                _("This file holds macros. Please save it as .xlsx without macros and upload it again.")
            )
        if any(name.lower().startswith("xl/externallinks/") for name in names):
            raise self.refusal(_("This file links to other files. Please break the links and upload it again."))

    def has(self, path: str) -> bool:
        return path in self._zip.NameToInfo

    def elements(self, path: str) -> Iterator[tuple[str, str, Element]]:
        """Yield ("start" or "end", the tag without its namespace, the element) of one part, as it is unpacked."""
        try:
            with self._zip.open(path) as source:
                for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
                    if event == "start":
                        self.elements_left -= 1
                        if self.elements_left < 0:
                            raise self.too_much()
                    yield event, element.tag.rpartition("}")[2], element
        except BROKEN:
            raise self.not_excel() from None
