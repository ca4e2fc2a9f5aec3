"""The parts of an office file: a zip of XML, read piece by piece with the place of every piece in its bytes.

So a character can be replaced where it stands, and every other byte stays what it was.
"""

from __future__ import annotations

import codecs
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from onsite.core.scanner.blocks import Unreadable
from onsite.core.spreadsheet.archive import BROKEN, MOST_PARTS, MOST_RATIO

MOST_UNPACKED_BYTES = 256 * 1024 * 1024
MOST_XML_BYTES = 64 * 1024 * 1024
MOST_EVENTS = 3_000_000
_SMALL = 1024 * 1024  # A nearly empty file packs better than any other.
_ATTRIBUTE = re.compile(rb"([A-Za-z_][\w.:-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PIECES = re.compile(r"&[^;&]{1,12};|[^&]+|&")
_FAULTS = (*BROKEN, DefusedXmlException, expat.ExpatError, RuntimeError, EOFError)


class Package:
    """The parts of an office file. Raises Unreadable for what is damaged, protected or blown up."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            parts = self._zip.infolist()
        except _FAULTS:
            raise Unreadable from None
        unpacked = sum(part.file_size for part in parts)
        if (
            len({part.filename for part in parts}) < len(parts)
            or len(parts) > MOST_PARTS * 10
            or unpacked > min(MOST_UNPACKED_BYTES, max(_SMALL, MOST_RATIO * len(content)))
            or sum(part.file_size for part in parts if is_xml(part.filename)) > MOST_XML_BYTES
            or any(part.flag_bits & 1 or part.compress_type not in (0, zipfile.ZIP_DEFLATED) for part in parts)
        ):
            raise Unreadable
        self.names = [part.filename for part in parts]
        self.events_left = MOST_EVENTS

    def part(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except (*_FAULTS, KeyError):
            raise Unreadable from None

    def with_parts(self, changed: Mapping[str, bytes]) -> bytes:
        """Return the file with these parts instead, all others unchanged and in their order."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            for info in self._zip.infolist():
                target.writestr(info, changed.get(info.filename, self.part(info.filename)), info.compress_type)
        return out.getvalue()


def is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml", ".svg"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a part and their bytes: one to one, or one character in more bytes (`&#20013;`)."""

    part: str
    text: str
    start: int
    end: int
    encoding: str

    def bytes_of(self, first: int, last: int) -> tuple[int, int]:
        """Return where the characters from `first` to before `last` stand."""
        if len(self.text.encode(self.encoding)) != self.end - self.start:
            return self.start, self.end
        begin = self.start + len(self.text[:first].encode(self.encoding))
        return begin, begin + len(self.text[first:last].encode(self.encoding))


class Reader:
    """What happens in a part; override what is of interest. `at` is the offset of the tag in the part's bytes."""

    def start(self, name: str, attributes: Mapping[str, str], at: int) -> None: ...

    def end(self, name: str, at: int) -> None: ...

    def text(self, piece: Piece) -> None: ...

    def remark(self, piece: Piece) -> None:
        """What no program shows: a comment or an instruction. It can't be masked in place."""


def walk(package: Package, name: str, reader: Reader) -> None:
    """Read one part. Names come without their namespace."""
    content = package.part(name)
    encoding = _encoding(content)
    parser = DefusedXMLParser(forbid_dtd=True).parser
    parser.buffer_text = False
    in_cdata = False

    def cdata(is_begun: bool) -> Callable[[], None]:
        def handle() -> None:
            nonlocal in_cdata
            in_cdata = is_begun

        return handle

    def counted() -> int:
        package.events_left -= 1
        if package.events_left < 0:
            raise Unreadable
        return int(parser.CurrentByteIndex)

    def started(tag: str, attributes: dict[str, str]) -> None:
        reader.start(_bare(tag), {_bare(key): value for key, value in attributes.items()}, counted())

    def said(text: str) -> None:
        at = counted()
        reader.text(Piece(name, text, at, _end_of(content, at, text, encoding, in_cdata=in_cdata), encoding))

    def remarked(*texts: str) -> None:
        at = counted()
        reader.remark(Piece(name, " ".join(texts), at, at, encoding))

    parser.StartElementHandler = started
    parser.CommentHandler = parser.ProcessingInstructionHandler = remarked
    parser.EndElementHandler = lambda tag: reader.end(_bare(tag), counted())
    parser.CharacterDataHandler = said
    parser.StartCdataSectionHandler, parser.EndCdataSectionHandler = cdata(True), cdata(False)
    parser.DefaultHandlerExpand = None
    parser.ordered_attributes = False
    try:
        parser.Parse(content, True)
    except _FAULTS:
        raise Unreadable from None


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, b"<\x00")):
        return "utf-16-le"
    if content.startswith((codecs.BOM_UTF16_BE, b"\x00<")):
        return "utf-16-be"
    return "utf-8"


def _end_of(content: bytes, at: int, text: str, encoding: str, *, in_cdata: bool) -> int:
    if not in_cdata and content.startswith("&".encode(encoding), at):
        closing = content.find(";".encode(encoding), at)
        return closing + len(";".encode(encoding))
    if text == "\n" and content.startswith("\r".encode(encoding), at):
        return at + len(("\r\n" if content.startswith("\r\n".encode(encoding), at) else "\r").encode(encoding))
    raw = text.encode(encoding, errors="surrogatepass")
    if not content.startswith(raw, at):
        raise Unreadable
    return at + len(raw)


def tag_at(content: bytes, at: int) -> bytes:
    """Return the tag that begins here; a ">" inside quotes does not end it."""
    quote = 0
    for place in range(at, len(content)):
        byte = content[place]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return content[at : place + 1]
    raise Unreadable


def attribute_pieces(part: str, content: bytes, at: int, names: frozenset[str]) -> Iterator[list[Piece]]:
    """Yield the values of these attributes of the tag that begins at `at`, as pieces."""
    if _encoding(content) != "utf-8":
        raise Unreadable
    for found in _ATTRIBUTE.finditer(tag_at(content, at)):
        if found[1].decode().rpartition(":")[2] in names:
            group = 2 if found[2] is not None else 3
            yield list(_unescaped(part, found[group].decode(errors="replace"), at + found.start(group)))


def _unescaped(part: str, raw: str, at: int) -> Iterator[Piece]:
    for found in _PIECES.finditer(raw):
        size = len(found.group().encode())
        text = unescape(found.group()) if found.group().startswith("&") else found.group()
        yield Piece(part, text, at, at + size, "utf-8")
        at += size


def without_attribute(tag: bytes, name: bytes) -> bytes:
    """Return the tag without this attribute."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name:
            return tag[: found.start()].rstrip() + tag[found.end() :]
    return tag


def related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """Return the parts that this part refers to inside the file: id to kind and path."""
    folder, _slash, base = name.rpartition("/")
    source = f"{folder}/_rels/{base}.rels".lstrip("/")
    found: dict[str, tuple[str, str]] = {}

    class Links(Reader):
        def start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = kind, target

    if source in package.names:
        walk(package, source, Links())
    return found
