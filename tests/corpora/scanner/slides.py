"""The smallest presentation that slide programs open: one slide, its master, layout and theme, and speaker notes."""

import io
import zipfile
from xml.sax.saxutils import escape

OFFICE = "http://schemas.openxmlformats.org"
KINDS = f"{OFFICE}/officeDocument/2006/relationships"
SPACES = f'xmlns:a="{OFFICE}/drawingml/2006/main" xmlns:r="{KINDS}" xmlns:p="{OFFICE}/presentationml/2006/main"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
GROUP = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
COLOURS = "dk1 lt1 dk2 lt2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink"
FONTS = ("majorFont", "minorFont")
MAP = 'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" ' + " ".join(f'{c}="{c}"' for c in COLOURS.split()[4:])
PARTS = {
    "presentation": "presentation.main",
    "slides/slide1": "slide",
    "slideMasters/slideMaster1": "slideMaster",
    "slideLayouts/slideLayout1": "slideLayout",
    "notesSlides/notesSlide1": "notesSlide",
}


def frame(place: int) -> str:
    return f'<a:off x="500000" y="{place * 1100000}"/><a:ext cx="8000000" cy="1000000"/>'


def shape(number: int, role: str, lines: list[str]) -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{role} {number}"/><p:cNvSpPr/><p:nvPr>'
        f'<p:ph type="{role}"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr><a:xfrm>{frame(number - 1)}</a:xfrm></p:spPr><p:txBody><a:bodyPr/>"
        f"{paragraphs}</p:txBody></p:sp>"
    )


def table(rows: list[list[str]]) -> str:
    def cell(text: str) -> str:
        return f"<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>"

    grid = '<a:gridCol w="2500000"/>' * len(rows[0])
    body = "".join(f'<a:tr h="300000">{"".join(map(cell, row))}</a:tr>' for row in rows)
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="Table"/><p:cNvGraphicFramePr/><p:nvPr/>'
        f"</p:nvGraphicFramePr><p:xfrm>{frame(4)}</p:xfrm><a:graphic>"
        f'<a:graphicData uri="{OFFICE}/drawingml/2006/table"><a:tbl><a:tblPr/>'
        f"<a:tblGrid>{grid}</a:tblGrid>{body}</a:tbl>"
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def sheet(tag: str, shapes: str, rest: str = "") -> str:
    return f"{HEAD}<p:{tag} {SPACES}><p:cSld><p:spTree>{GROUP}{shapes}</p:spTree></p:cSld>{rest}</p:{tag}>"


def theme() -> str:
    colours = "".join(
        f'<a:{c}><a:srgbClr val="{"FFFFFF" if c[:2] == "lt" else "223344"}"/></a:{c}>' for c in COLOURS.split()
    )
    fonts = "".join(f'<a:{f}><a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/></a:{f}>' for f in FONTS)
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3
    lines = '<a:ln w="9525"><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>' * 3
    effects = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        f'{HEAD}<a:theme {SPACES} name="Plain"><a:themeElements><a:clrScheme name="Plain">{colours}</a:clrScheme>'
        f'<a:fontScheme name="Plain">{fonts}</a:fontScheme><a:fmtScheme name="Plain">'
        f"<a:fillStyleLst>{fill}</a:fillStyleLst>"
        f"<a:lnStyleLst>{lines}</a:lnStyleLst><a:effectStyleLst>{effects}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{KINDS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{OFFICE}/package/2006/relationships">{rows}</Relationships>'


def content_types(notes: bool) -> str:
    made = f'{OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType="application/'
    made += 'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    plain = "application/vnd.openxmlformats-officedocument."
    for part, kind in PARTS.items():
        if notes or kind != "notesSlide":
            made += f'<Override PartName="/ppt/{part}.xml" ContentType="{plain}presentationml.{kind}+xml"/>'
    made += f'<Override PartName="/ppt/theme/theme1.xml" ContentType="{plain}theme+xml"/>'
    return f'{HEAD}<Types xmlns="{made}</Types>'


def presentation(title: str, lines: list[str], rows: list[list[str]], notes: str) -> bytes:
    """One slide with a title, lines, a table when it has rows, and speaker notes when there are any."""
    shapes = shape(2, "title", [title]) + shape(3, "body", lines) + (table(rows) if rows else "")
    colour_map = f"<p:clrMap {MAP}/>"
    layouts = '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
    lists = '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
    lists += '<p:sldIdLst><p:sldId id="256" r:id="rId2"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/>'
    lists += '<p:notesSz cx="6858000" cy="9144000"/>'
    layout = ("slideLayout", "../slideLayouts/slideLayout1.xml")
    files = {
        "[Content_Types].xml": content_types(bool(notes)),
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"{HEAD}<p:presentation {SPACES}>{lists}</p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"), ("slide", "slides/slide1.xml")
        ),
        "ppt/slideMasters/slideMaster1.xml": sheet("sldMaster", "", colour_map + layouts),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": relations(layout, ("theme", "../theme/theme1.xml")),
        "ppt/slideLayouts/slideLayout1.xml": sheet("sldLayout", ""),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relations(("slideMaster", "../slideMasters/slideMaster1.xml")),
        "ppt/theme/theme1.xml": theme(),
        "ppt/slides/slide1.xml": sheet("sld", shapes),
        "ppt/slides/_rels/slide1.xml.rels": relations(layout),
    }
    if notes:
        files["ppt/slides/_rels/slide1.xml.rels"] = relations(layout, ("notesSlide", "../notesSlides/notesSlide1.xml"))
        files["ppt/notesSlides/notesSlide1.xml"] = sheet("notes", shape(2, "body", notes.splitlines()))
        files["ppt/notesSlides/_rels/notesSlide1.xml.rels"] = relations(("slide", "../slides/slide1.xml"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()
