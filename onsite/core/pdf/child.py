"""Runs alone in its own process: a job as JSON on stdin, the PDF on stdout. Imports nothing of OnSite.

Standing alone keeps it quick to start and leaves nothing in it worth stealing: no settings, no keys, no database.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import resource
import sys
from datetime import datetime
from typing import Any

EXIT_OTHER, EXIT_FORBIDDEN, EXIT_MEMORY, EXIT_FONT = 1, 10, 11, 12

# PDF/A allows a foreign schema in the metadata only together with its description.
_UA_MARK = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1" />\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" \
rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


class StrangeFontError(Exception):
    """A font stood in that no document may use, or one is not inside the PDF."""


def main() -> int:
    """Reads the job, prints the document. Exit codes: 0 printed, 10 asked for something outside, 11 no memory,
    12 printed with a font that is not ours, 1 anything else."""
    job = json.load(sys.stdin.buffer)
    _limit(job["memory_bytes"], job["cpu_seconds"])
    try:
        pdf = _finish(_render(job), job["families"])
    except MemoryError:
        return EXIT_MEMORY
    except StrangeFontError as error:
        print(f"fonts: {error}", file=sys.stderr)
        return EXIT_FONT
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return EXIT_FORBIDDEN if getattr(error, "is_forbidden", False) else EXIT_OTHER
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    return 0


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))


def _render(job: dict[str, Any]) -> bytes:
    import ctypes.util

    # cffi tries several names per library and asks the C compiler for each: 0.3 s. The last, full name loads directly.
    ctypes.util.find_library = lambda name: None
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Forbidden(FatalURLFetchingError):
        is_forbidden = True

    refused: list[str] = []
    assets = {f"asset:{name}": base64.b64decode(content) for name, content in sorted(job["assets"].items())}

    class NothingOutside(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in assets:
                return URLFetcherResponse(url, assets[url], {"Content-Type": "image/jpeg"})
            refused.append(url[:200])
            raise Forbidden(refused[-1])

    document = weasyprint.HTML(string=job["html"], url_fetcher=NothingOutside()).render()
    metadata = document.metadata
    metadata.title, metadata.lang, metadata.generator = job["title"], job["language"], "OnSite"
    metadata.created = metadata.modified = job["created"]
    metadata.attachments = [_attachment(weasyprint, item, job["created"]) for item in job["attachments"]]
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3u",
        pdf_tags=True,
        # WeasyPrint's own identifier is random.
        pdf_identifier=hashlib.sha256(b"".join([job["html"].encode(), *assets.values()])).digest()[:16],
    )
    if refused:
        # Inside an SVG WeasyPrint swallows even a fatal refusal and leaves a hole: a hole is no document.
        raise Forbidden(refused[-1])
    return pdf


def _attachment(weasyprint: Any, item: dict[str, str], created: str) -> Any:
    moment = datetime.fromisoformat(created)
    return weasyprint.Attachment(
        string=base64.b64decode(item["content"]),
        name=item["name"],
        description=item["description"],
        relationship=item["relationship"],
        created=moment,
        modified=moment,
    )


def _finish(pdf: bytes, families: list[str]) -> bytes:
    """Adds what PDF/UA-1 asks for beyond tags: the mark in the metadata and the order of links. Looks at the fonts used."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        _refuse_strange_fonts(opened, families)
        xmp = opened.Root.Metadata.read_bytes()
        opened.Root.Metadata.write(xmp.replace(b"</rdf:RDF>", _UA_MARK))
        for page in opened.pages:
            if "/Annots" in page:
                page.Tabs = pikepdf.Name.S
        if "/AF" in opened.Root:
            # WeasyPrint lists each attachment twice.
            opened.Root.AF = pikepdf.Array({item.objgen: item for item in opened.Root.AF}.values())
        finished = io.BytesIO()
        opened.save(finished, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return finished.getvalue()


def _refuse_strange_fonts(opened: Any, families: list[str]) -> None:
    """Whatever the configuration of the machine's fonts says: what was used is read from the finished PDF."""
    import pikepdf

    ours = tuple(family.replace(" ", "-") for family in families)
    for item in opened.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/FontDescriptor":
            continue
        name = str(item.FontName).lstrip("/").split("+")[-1]
        is_inside = any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        if not is_inside or not any(name == family or name.startswith(f"{family}-") for family in ours):
            raise StrangeFontError(name)


if __name__ == "__main__":
    sys.exit(main())
