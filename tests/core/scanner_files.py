"""Files for the scanner's tests, real ones and hostile ones, made by the programs and libraries people use."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pikepdf
from PIL import Image, PngImagePlugin

ID_NUMBER = "110101199003077758"
MOBILE = "13912345678"
CARD = "6222021001119998885"
PASSWORD = "Erp@2024x"  # of nothing
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OFFICE}.wordprocessingml.document"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
PPTX = f"{_OFFICE}.presentationml.presentation"
PDF, JPEG, PNG, MP4, WEBM, TEXT = "application/pdf", "image/jpeg", "image/png", "video/mp4", "video/webm", "text/plain"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(name)


def word(body: str, **more: str | bytes) -> bytes:
    """Return a Word file with this body; more parts by their path, "/" written as "__"."""
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return zipped({"word/document.xml": document} | {name.replace("__", "/"): text for name, text in more.items()})


def runs(*texts: str) -> str:
    """Return a paragraph whose text is cut into runs, as Word does it after corrections."""
    return "<w:p>" + "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in texts) + "</w:p>"


def slides(first: str, second: str, note: str) -> bytes:
    """Return a presentation whose second file is shown first, with a note at it."""

    def slide(text: str, root: str = "sld") -> str:
        return f'<p:{root} xmlns:p="{_P}" xmlns:a="{_A}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:{root}>'

    def links(**targets: str) -> str:
        each = "".join(
            f'<Relationship Id="{key}" Type="{_R}/{target.split("/")[-2].rstrip("s")}" Target="{target}"/>'
            for key, target in targets.items()
        )
        return f'<Relationships xmlns="{_LINKS}">{each}</Relationships>'

    order = '<p:sldIdLst><p:sldId id="256" r:id="rId2"/><p:sldId id="257" r:id="rId1"/></p:sldIdLst>'
    return zipped(
        {
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" xmlns:r="{_R}">{order}</p:presentation>',
            "ppt/_rels/presentation.xml.rels": links(rId1="slides/slide1.xml", rId2="slides/slide2.xml"),
            "ppt/slides/slide1.xml": slide(second),
            "ppt/slides/slide2.xml": slide(first),
            "ppt/slides/_rels/slide2.xml.rels": links(rId1="../notesSlides/notesSlide1.xml"),
            "ppt/notesSlides/notesSlide1.xml": slide(note, "notes"),
        }
    )


def pdf(*pages: str, rotate: int = 0, **properties: str) -> pikepdf.Pdf:
    """Return a PDF with a line of text on each page, in a font that every reader has."""
    made = pikepdf.new()
    font = made.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for text in pages:
        made.add_blank_page(page_size=(400, 300))
        page = made.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        lines = " 0 -20 Td ".join(f"({line}) Tj" for line in text.split("\n"))
        page.Contents = pikepdf.Stream(made, f"BT /F 14 Tf 40 200 Td {lines} ET".encode())
        page.Rotate = rotate
    for key, value in properties.items():
        made.docinfo[f"/{key}"] = value
    return made


def saved(made: pikepdf.Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    made.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def picture(
    form: str = "JPEG", *, gps: bool = False, description: str = "", orientation: int = 1, text: str = ""
) -> bytes:
    """Return a small picture, left half red and right half blue."""
    image = Image.new("RGB", (80, 40), "red")
    image.paste("blue", (40, 0, 80, 40))
    exif = Image.Exif()
    if gps:
        exif[0x8825] = {1: "N", 2: (31.0, 14.0, 3.0), 3: "E", 4: (121.0, 28.0, 9.0)}
    if description:
        exif[0x010E] = description
    exif[0x0112] = orientation
    out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    if text:
        info.add_text("Comment", text)
    more = {"comment": text.encode()} if form == "JPEG" and text else {}
    image.save(out, form, exif=exif, pnginfo=info, **more)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to be this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def box(kind: bytes, *inner: bytes) -> bytes:
    data = b"".join(inner)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def recording(*, place: bool) -> bytes:
    """Return the skeleton of an MP4 file, as a phone writes it."""
    user = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7+31.2304+121.4737/")) if place else b""
    return (
        box(b"ftyp", b"isom\x00\x00\x02\x00isom")
        + box(b"moov", box(b"mvhd", bytes(100)), user)
        + box(b"mdat", bytes(64))
    )
