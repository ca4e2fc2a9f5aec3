"""Writes the small files of the scanner corpus: text, tables, Office, PDF, pictures. The same bytes at every run."""

import io
import re
import zipfile
from collections.abc import Callable
from html import escape

import docx
import openpyxl
import weasyprint
from docx.oxml import parse_xml
from openpyxl.comments import Comment
from PIL import ExifTags, Image, ImageDraw, PngImagePlugin

from .slides import presentation

MEDIA_TYPES = {
    "txt": "text/plain",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
}
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT_BOX = (
    '<w:p xmlns:w="{0}"><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape style="width:300pt;height:40pt">'
    "<v:textbox><w:txbxContent><w:p><w:r><w:t>{1}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>"
    "</w:r></w:p>"
)
# North and east in degrees, minutes, seconds; the second pair lies south and west.
PLACES = (("N", (30.0, 16.0, 26.9), "E", (120.0, 9.0, 18.5)), ("S", (33.0, 52.0, 7.2), "W", (151.0, 12.0, 33.4)))


def repacked(data: bytes) -> bytes:
    """The zip archive with one fixed time, so that a run can be compared with the last."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = re.sub(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-03-11T09:42:17Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, (2026, 3, 11, 9, 42, 16)), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def split_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Plain lines, and the cells of the lines that hold tabs."""
    lines = text.splitlines()
    return [line for line in lines if "\t" not in line], [line.split("\t") for line in lines if "\t" in line]


def write_text(body: str, placed: str, options: dict[str, str]) -> bytes:
    return f"{body}\n".encode(options.get("enc", "utf-8"))


def write_docx(body: str, placed: str, options: dict[str, str]) -> bytes:
    document, place = docx.Document(), options.get("place", "")
    lines, rows = split_table(body)
    paragraphs = [document.add_paragraph(line) for line in lines]
    if rows:
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    if place == "runs":  # A word processor cuts a line into runs wherever a correction was made.
        paragraph = document.add_paragraph()
        for start in range(0, len(placed), 5):
            paragraph.add_run(placed[start : start + 5]).bold = start % 2 == 0
    elif place in {"header", "footer"}:
        getattr(document.sections[0], place).paragraphs[0].text = placed
    elif place == "comment":
        document.add_comment(paragraphs[-1].runs, text=placed, author="review", initials="r")
    elif place == "properties":
        document.core_properties.comments = placed
    elif place == "textbox":
        document.element.body.insert(1, parse_xml(TEXT_BOX.format(WORDS, escape(placed))))
    elif place in {"photo", "plainphoto"}:
        picture = write_picture("photo", "", {"fmt": "jpg", "place": "gps" if place == "photo" else "camera"})
        document.add_picture(io.BytesIO(picture))
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


def write_xlsx(body: str, placed: str, options: dict[str, str]) -> bytes:
    book, place = openpyxl.Workbook(), options.get("place", "")
    sheet = book.worksheets[0]
    for line in body.splitlines():
        cells: list[str | int] = list(line.split("\t"))
        if place == "numbers":
            cells = [int(cell) if isinstance(cell, str) and cell.isdigit() else cell for cell in cells]
        sheet.append(cells)
    if place == "hidden":
        hidden = book.create_sheet("tmp")
        hidden.sheet_state = "hidden"
        for line in placed.splitlines():
            hidden.append(line.split("\t"))
    elif place == "comment":
        sheet["B2"].comment = Comment(placed, "review")
    elif place == "footer":
        footer = sheet.oddFooter
        assert footer is not None
        footer.center.text = placed
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue())


def write_pptx(body: str, placed: str, options: dict[str, str]) -> bytes:
    place = options.get("place", "")
    lines = body.splitlines()
    rows = [line.split("\t") for line in placed.splitlines()] if place == "table" else []
    return repacked(presentation(lines[0], lines[1:], rows, placed if place == "notes" else ""))


def write_pdf(body: str, placed: str, options: dict[str, str]) -> bytes:
    lines, rows = split_table(body)
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    meta = f'<meta name="keywords" content="{escape(placed)}">' if options.get("place") == "properties" else ""
    page = "".join(f"<p>{escape(line)}</p>" for line in lines) + f"<table>{cells}</table>"
    style = "<style>@page{size:A5}body{font:10pt 'Noto Sans CJK SC'}td{padding:2pt 8pt}</style>"
    html = f"<html><head><title>{escape(lines[0])}</title>{meta}{style}</head><body>{page}</body></html>"
    pdf = weasyprint.HTML(string=html).write_pdf(pdf_identifier=b"scanner-corpus")
    assert isinstance(pdf, bytes)
    return pdf


def exif_of(place: str, placed: str, south: bool) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Synthetic", "Camera 1"
    if place in {"gps", "emptygps"}:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSVersionID] = b"\x02\x03\x00\x00"  # What a phone leaves when its location is switched off.
        if place == "gps":
            keys: tuple[int, ...] = (ExifTags.GPS.GPSLatitudeRef, ExifTags.GPS.GPSLatitude)
            keys += (ExifTags.GPS.GPSLongitudeRef, ExifTags.GPS.GPSLongitude)
            gps.update(zip(keys, PLACES[south], strict=True))
    elif place == "description":
        # The field is declared ASCII; phones write UTF-8 into it all the same.
        exif[ExifTags.Base.ImageDescription] = placed.encode()
    elif place == "usercomment":
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\x00\x00\x00" + placed.encode("ascii")
    elif place == "xpcomment":
        exif[ExifTags.Base.XPComment] = placed.encode("utf-16-le") + b"\x00\x00"
    return exif


def write_picture(body: str, placed: str, options: dict[str, str]) -> bytes:
    place, png = options.get("place", ""), options["fmt"] == "png"
    image = Image.new("RGB", (96, 64), (225, 232, 240))
    draw = ImageDraw.Draw(image)
    for step in range(sum(body.encode()) % 7 + 3):  # Nothing is written into the pixels: no scanner has to read them.
        draw.line((0, step * 9, 96, 64 - step * 6), fill=(70, 90, 20 * step), width=2)
    saved: dict[str, object] = {}
    if place in {"gps", "emptygps", "camera", "description", "usercomment", "xpcomment"}:
        saved["exif"] = exif_of(place, placed, south="south" in options.get("slug", ""))
    elif place == "xmpgps":
        saved["xmp"] = (
            b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            b'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="30,16.448N" '
            b'exif:GPSLongitude="120,9.308E"/></rdf:RDF></x:xmpmeta>'
        )
    elif place == "comment":
        saved["comment"] = placed.encode()
    elif place in {"text", "itxt", "ztxt"}:
        chunks = PngImagePlugin.PngInfo()
        if place == "itxt":
            chunks.add_itxt("Description", placed)
        else:
            chunks.add_text("Comment", placed, zip=place == "ztxt")
        saved["pnginfo"] = chunks
    out = io.BytesIO()
    image.save(out, "PNG" if png else "JPEG", **saved)
    return out.getvalue()


def gps_text(south: bool) -> str:
    """The place that is written into a picture, in degrees, as the label tells it."""
    north_ref, north, east_ref, east = PLACES[south]

    def degrees(ref: str, parts: tuple[float, float, float]) -> str:
        return f"{(-1 if ref in 'SW' else 1) * (parts[0] + parts[1] / 60 + parts[2] / 3600):.4f}"

    return f"{degrees(north_ref, north)},{degrees(east_ref, east)}"


WRITERS: dict[str, Callable[[str, str, dict[str, str]], bytes]] = {
    "txt": write_text,
    "csv": write_text,
    "docx": write_docx,
    "xlsx": write_xlsx,
    "pptx": write_pptx,
    "pdf": write_pdf,
    "jpg": write_picture,
    "png": write_picture,
}
