"""Runs alone in its own process: reads and draws PDF files and pictures. Imports nothing of OnSite.

What strangers made meets native code here, where there are no settings, no keys and no database, and where memory and
time end. A job is a line of JSON with the sizes of the contents that follow it on stdin; so is the answer on stdout.
"""

from __future__ import annotations

import io
import json
import math
import re
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any

EXIT_OTHER, EXIT_MEMORY = 1, 11
MOST_PAGES = 3000
MOST_CHARACTERS = 24_000_000
MOST_PIXELS = 120_000_000
MOST_DRAWN_PIXELS = 8_000_000
MOST_ATTACHED_BYTES = 64 * 1024 * 1024
LONGEST_FIELD = 200_000
_QUALITY = 82
_PADDING = 2  # pixels: letters are a little wider than their boxes say
_GPS, _EXIF, _ORIENTATION = 0x8825, 0x8769, 0x0112
_DRAWN = (255, 255, 255)
# Values, names and hints of fields, names of files, what is said instead of a picture.
_WORDS = (
    *("/V", "/DV", "/TU", "/T", "/TM", "/Opt", "/RC", "/RV", "/F", "/UF", "/Desc", "/Alt", "/ActualText", "/E"),
    *("/Contents", "/Subj", "/Title", "/URI", "/P"),
)
_ANNOTATED = (b"Contents", b"T", b"Subj", b"V", b"DV", b"RC", b"TU")


def main() -> int:
    """Answer one job. Exit codes: 0 answered, 11 no memory, 1 anything else."""
    job = json.loads(sys.stdin.buffer.readline())
    contents = [sys.stdin.buffer.read(size) for size in job["sizes"]]
    _limit(job["memory_bytes"], job["cpu_seconds"])
    warnings.simplefilter("ignore")
    try:
        told, blobs = _TASKS[job["task"]](job, contents)
    except MemoryError:
        return EXIT_MEMORY
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return EXIT_OTHER
    head = json.dumps({"told": told, "sizes": [len(blob) for blob in blobs]})
    sys.stdout.buffer.write(head.encode() + b"\n")
    for blob in blobs:
        sys.stdout.buffer.write(blob)
    sys.stdout.buffer.flush()
    return 0


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))


def _opened(content: bytes) -> Any:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(content)
    if not 0 < len(pdf) <= MOST_PAGES:
        raise ValueError("too many pages, or none")
    pdf.init_forms()
    return pdf


def _page(pdf: Any, index: int) -> Any:
    """Return a page whose notes and form fields are part of its text and picture."""
    from pypdfium2 import raw

    page = pdf[index]
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    page.close()
    return pdf[index]


def _read_pdf(job: dict[str, Any], contents: list[bytes]) -> tuple[Any, list[bytes]]:
    pdf = _opened(contents[0])
    pages: list[str] = []
    others: list[tuple[int, str]] = [(0, text) for text in _properties(pdf, contents[0])]
    size = 0
    for index in range(len(pdf)):
        others += [(index + 1, text) for text in _notes(pdf[index])]
        page = _page(pdf, index)
        pages.append(_text(page.get_textpage()))
        size += len(pages[-1])
        if size > MOST_CHARACTERS:
            raise ValueError("too much text")
        page.close()
    words, files = _searched(contents[0])
    known = {text for _number, text in others}
    others += [(0, text) for text in dict.fromkeys(words) if text and text not in known]
    return {"pages": pages, "others": others}, files


def _text(textpage: Any) -> str:
    """Return the text with exactly one character for each that has a box."""
    from pypdfium2 import raw

    codes = (raw.FPDFText_GetUnicode(textpage, index) for index in range(textpage.count_chars()))
    # A hyphen at the end of a line comes as no character.
    text = "".join("-" if code in (2, 0xFFFE) else chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes)
    # A rare character comes in two halves: it takes the first place, what joins nothing (U+2060) the second.
    whole = re.sub("[\ud800-\udbff][\udc00-\udfff]", lambda pair: _joined(pair[0]) + "\u2060", text)
    return re.sub("[\ud800-\udfff]", "\ufffd", whole)


def _joined(pair: str) -> str:
    return pair.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _properties(pdf: Any, content: bytes) -> Iterator[str]:
    yield from (value[:LONGEST_FIELD] for value in pdf.get_metadata_dict(skip_empty=True).values())
    yield from (item.get_title()[:LONGEST_FIELD] for item in pdf.get_toc(max_depth=8))
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as opened:
        if "/Metadata" in opened.Root:
            yield bytes(opened.Root.Metadata.read_bytes())[:LONGEST_FIELD].decode(errors="replace")
        # Anything else that somebody wrote into the properties.
        for value in dict(opened.docinfo).values():
            yield str(value)[:LONGEST_FIELD]


def _notes(page: Any) -> Iterator[str]:
    """Yield what notes, fields and links of a page say, drawn or not."""
    import ctypes

    from pypdfium2 import raw

    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, index)
        for key in _ANNOTATED:
            length = min(raw.FPDFAnnot_GetStringValue(note, key, None, 0), LONGEST_FIELD)
            if length > 2:
                buffer = ctypes.create_string_buffer(length)
                raw.FPDFAnnot_GetStringValue(note, key, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
                yield buffer.raw.decode("utf-16-le", errors="replace").rstrip("\x00")
        action = raw.FPDFLink_GetAction(raw.FPDFAnnot_GetLink(note))
        length = min(raw.FPDFAction_GetURIPath(page.pdf, action, None, 0), LONGEST_FIELD) if action else 0
        if length > 1:
            buffer = ctypes.create_string_buffer(length)
            raw.FPDFAction_GetURIPath(page.pdf, action, buffer, length)
            yield buffer.value.decode(errors="replace")
        raw.FPDFPage_CloseAnnot(note)
    page.close()


def _objects(pdf: Any) -> Iterator[Any]:
    """Yield every dictionary and stream of the file, whether anything points to it or not."""
    import pikepdf

    for begun in pdf.objects:
        stack = [begun]
        while stack:
            one = stack.pop()
            if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
                yield one
                inner = [value for _key, value in one.items()]
            else:
                inner = list(one) if isinstance(one, pikepdf.Array) else []
            # What is an object of its own comes by itself.
            stack += [value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect]


def _searched(content: bytes) -> tuple[list[str], list[bytes]]:
    """Return the words that stand in objects of the file rather than on its pages, and the files in it."""
    import pikepdf

    words: list[str] = []
    files: dict[tuple[int, int], bytes] = {}
    with pikepdf.open(io.BytesIO(content)) as opened:
        for one in _objects(opened):
            if "/XFA" in one or "/JS" in one or "/JavaScript" in one:
                raise ValueError("a form or script of its own")
            enclosed = list(dict(one.EF.items()).values()) if isinstance(one.get("/EF"), pikepdf.Dictionary) else []
            enclosed += [one] if one.get("/Type") == pikepdf.Name.EmbeddedFile else []
            for file in enclosed:
                if file.objgen not in files:
                    files[file.objgen] = bytes(file.read_bytes())
                    if sum(map(len, files.values())) > MOST_ATTACHED_BYTES:
                        raise ValueError("too much attached")
            if one.get("/Type") == pikepdf.Name.Metadata:
                words.append(bytes(one.read_bytes())[:LONGEST_FIELD].decode(errors="replace"))
            for key in _WORDS if "/ByteRange" not in one else ():
                words += _said_by(one.get(key))
    return words, list(files.values())


def _said_by(value: Any) -> Iterator[str]:
    import pikepdf

    if isinstance(value, pikepdf.String):
        yield str(value)[:LONGEST_FIELD]
    elif isinstance(value, pikepdf.Array):
        for part in value:
            yield from _said_by(part)


def _draw_pdf(job: dict[str, Any], contents: list[bytes]) -> tuple[Any, list[bytes]]:
    """Draw pages with black boxes over the characters of `hidden`, as JPEGs or as one PDF of pictures."""
    pdf = _opened(contents[0])
    drawn: list[tuple[bytes, tuple[int, int], tuple[float, float]]] = []
    for index in range(min(len(pdf), job["most_pages"])):
        page = _page(pdf, index)
        drawn.append((*_drawn(page, job["hidden"].get(str(index), []), job["width"]), page.get_size()))
        page.close()
    if job["as_pdf"]:
        return {}, [_picture_pdf(drawn)]
    return {"sizes": [size for _image, size, _points in drawn]}, [image for image, _size, _points in drawn]


def _drawn(page: Any, hidden: list[list[int]], width: int) -> tuple[bytes, tuple[int, int]]:
    from PIL import ImageDraw

    wide, high = page.get_size()
    scale = min(width / max(wide, 1), (MOST_DRAWN_PIXELS / max(wide * high, 1)) ** 0.5)
    image = page.render(scale=scale, may_draw_forms=True, fill_color=(*_DRAWN, 255)).to_pil().convert("RGB")
    pen = ImageDraw.Draw(image)
    textpage = page.get_textpage()
    for start, end in hidden:
        for index in range(start, end):
            box = _box(page, textpage, index, image.size)
            if box:
                pen.rectangle(box, fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue(), image.size


def _box(page: Any, textpage: Any, index: int, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    import ctypes

    import pypdfium2
    from pypdfium2 import raw

    try:
        boxes = [textpage.get_charbox(index, loose=loose) for loose in (True, False)]
    except pypdfium2.PdfiumError:
        return None
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    corners = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, size[0], size[1], 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x0, y0), (x1, y1) = corners
    low, high = (min(x0, x1) - _PADDING, min(y0, y1) - _PADDING), (max(x0, x1) + _PADDING, max(y0, y1) + _PADDING)
    return (*low, *high)


def _picture_pdf(drawn: list[tuple[bytes, tuple[int, int], tuple[float, float]]]) -> bytes:
    import pikepdf

    pdf = pikepdf.new()
    for image, (across, down), (wide, high) in drawn:
        pdf.add_blank_page(page_size=(max(wide, 3), max(high, 3)))
        page = pdf.pages[-1]
        picture = pikepdf.Stream(pdf, image)
        picture.Type, picture.Subtype, picture.Filter = (
            pikepdf.Name.XObject,
            pikepdf.Name.Image,
            pikepdf.Name.DCTDecode,
        )
        picture.Width, picture.Height, picture.BitsPerComponent = across, down, 8
        picture.ColorSpace = pikepdf.Name.DeviceRGB
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=pdf.make_indirect(picture)))
        page.Contents = pikepdf.Stream(pdf, f"q {wide:.3f} 0 0 {high:.3f} 0 0 cm /Page Do Q".encode())
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _picture(content: bytes) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "MPO"))
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too large")
    return image


def _look_at_pictures(job: dict[str, Any], contents: list[bytes]) -> tuple[Any, list[bytes]]:
    told = []
    for content in contents:
        image = _picture(content)
        if job["is_strict"]:
            image.load()  # A cut-off file tells nothing else before.
        texts = list(_written(image))
        told.append(
            {"text": "\n".join(text[:LONGEST_FIELD] for text in texts), "has_location": _has_location(image, texts)}
        )
    return told, []


def _written(image: Any) -> Iterator[str]:
    """Yield the words in the metadata."""
    exif = image.getexif()
    for tags in (exif, exif.get_ifd(_EXIF), exif.get_ifd(_GPS), exif.get_ifd(1)):
        for tag, value in tags.items():
            yield from _said(value, is_wide=0x9C9B <= tag <= 0x9C9F)
    for key, value in image.info.items():
        if key not in {"exif", "icc_profile", "photoshop", "mp"}:
            yield from _said(value)
    from PIL import IptcImagePlugin

    for value in (IptcImagePlugin.getiptcinfo(image) or {}).values():
        yield from _said(value)


def _said(value: Any, *, is_wide: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        # PNG keeps a foreign block of properties as figures.
        yield value
    elif isinstance(value, bytes):
        for head, encoding in ((b"UNICODE\x00", "utf-16"), (b"ASCII\x00\x00\x00", "utf-8"), (b"\x00" * 8, "utf-8")):
            if value.startswith(head):
                yield from _decoded(value[8:], encoding)
                return
        yield from _decoded(value, "utf-16-le" if is_wide else "utf-8")
    elif isinstance(value, (list, tuple)) and len(value) < 1000:
        if is_wide and all(isinstance(item, int) and 0 <= item < 256 for item in value):
            yield from _said(bytes(value), is_wide=True)
            return
        for item in value:
            yield from _said(item)


def _decoded(value: bytes, encoding: str) -> Iterator[str]:
    if encoding == "utf-16" and not value.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield value.decode("utf-16-le", errors="replace").rstrip("\x00")
        encoding = "utf-16-be"
    yield value.decode(encoding, errors="replace").rstrip("\x00")
    if encoding == "utf-8":
        try:
            yield value.decode("gb18030").rstrip("\x00")
        except UnicodeDecodeError:
            return


def _has_location(image: Any, texts: list[str]) -> bool:
    """Whether the picture says where it was taken. A camera without reception leaves an empty block."""
    place = image.getexif().get_ifd(_GPS)
    if any(tag in place and any(_is_figure(part) for part in _parts(place[tag])) for tag in (2, 4)):
        return True
    return any("GPSLatitude" in text or "GPSLongitude" in text for text in texts)


def _is_figure(part: Any) -> bool:
    return math.isfinite(float(part)) and float(part) != 0


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _draw_picture(job: dict[str, Any], contents: list[bytes]) -> tuple[Any, list[bytes]]:
    from PIL import Image, ImageOps

    image = _picture(contents[0])
    image.draft("RGB", (job["width"] * 2, job["width"] * 2))
    image = ImageOps.exif_transpose(image)
    image.thumbnail((job["width"], job["width"]), Image.Resampling.LANCZOS)
    if image.mode in {"RGBA", "LA", "PA", "P"}:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (*_DRAWN, 255))
        image = Image.alpha_composite(paper, image)
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    plain = Image.new("RGB", image.size, _DRAWN)
    plain.paste(image.convert("RGB"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return {"sizes": [plain.size]}, [out.getvalue()]


_TASKS = {
    "read_pdf": _read_pdf,
    "draw_pdf": _draw_pdf,
    "look_at_pictures": _look_at_pictures,
    "draw_picture": _draw_picture,
}

if __name__ == "__main__":
    sys.exit(main())
