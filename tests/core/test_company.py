"""Settings: how the company's documents look; what is issued keeps the looks it was issued with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from docx import Document as read_word
from docx.shared import RGBColor
from PIL import Image

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit, colours, company
from onsite.core.errors import StaleError
from onsite.core.models import AuditEntry, Company
from onsite.core.pdf import RenderFailed
from reports.building.cover import cover_of
from reports.building.snapshots import restored
from reports.documents.printing import print_document, render_html
from reports.documents.word import word_of
from reports.models import Document, DocumentKind
from reports.services import issue_document, render_document
from tests.channels import body_of
from tests.conftest import SignIn
from tests.reports.test_weekly_files import REPORT

PAGE = "/accounts/settings/company/"
RED = "#8c1d18"


def a_logo(kind: str = "PNG", size: tuple[int, int] = (120, 40), name: str = "logo.png") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "#123456").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue())


def changed(actor: User, **fields: Any) -> Company:
    row = company.current()
    wanted = {"version": row.version, "name": row.name, "accent": row.accent, "logo": None, **fields}
    return company.change(actor=actor, **wanted)


def test_without_a_word_the_installations_name_holds(db: None) -> None:
    assert company.name_of(company.current()) == settings.VENDOR_NAME


def test_what_is_kept_is_shown_and_written_down(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    form = {"name": "远山软件", "accent": "#8C1D18", "version": 0, "logo": a_logo()}
    answer = browser.post(PAGE, form)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    row = company.current()
    assert (row.name, row.accent, row.version) == ("远山软件", RED, 1)
    page = browser.get(PAGE).content.decode()
    picture = reverse("accounts:company_logo", args=[row.logo_hash])
    for words in ("远山软件", f'fill="{RED}"', picture):
        assert words in page
    shown = browser.get(picture)
    assert shown["Content-Type"] == "image/jpeg"
    assert body_of(shown).startswith(b"\xff\xd8")
    entry = AuditEntry.objects.get(chain=audit.COMPANY, action="company.changed")
    assert entry.data == {"name": "远山软件", "accent": RED, "logo": row.logo_hash}


def test_the_name_stands_on_the_pages(
    manager: User, sign_in: SignIn, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        changed(manager, name="远山软件")
    assert "远山软件" in sign_in(manager).get("/accounts/settings/").content.decode().split("<footer")[1]


def test_a_name_of_another_process_is_a_minute_old_at_most(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(manager, name="远山软件")
    assert company.shown_name() == settings.VENDOR_NAME
    monkeypatch.setattr(company._Shown, "until", 0.0)
    assert company.shown_name() == "远山软件"


@pytest.mark.parametrize(
    ("accent", "words"),
    [
        ("#ffff00", "its contrast is 1.0"),
        ("#777777", "its contrast is 4.4"),
        ("red", "six hexadecimal digits"),
        ("#12345", "six hexadecimal digits"),
        ("#12345g", "six hexadecimal digits"),
        ("#１２３４５６", "six hexadecimal digits"),
    ],
)
def test_a_colour_that_white_cannot_be_read_on_is_refused(
    accent: str, words: str, manager: User, sign_in: SignIn
) -> None:
    """What was typed stays."""
    page = sign_in(manager).post(PAGE, {"name": "远山软件", "accent": accent, "version": 0})
    assert words in page.content.decode()
    assert page.context["form"].errors.keys() == {"accent"}
    assert 'value="远山软件"' in page.content.decode()
    assert not company.current().version


def test_contrast_is_that_of_the_guidelines() -> None:
    """WCAG 2.2's own corners, and the value of its technique G18 for #767676, the lightest grey that is enough."""
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert colours.contrast(company.OWN_ACCENT, colours.WHITE) > colours.LEAST_CONTRAST


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("logo.svg", SVG),
        SimpleUploadedFile("logo.png", SVG),
        SimpleUploadedFile("logo.png", b""),
        SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100),
        SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + b"0" * company.MOST_LOGO_BYTES),
        SimpleUploadedFile("logo.pdf", b"%PDF-1.7"),
    ],
    ids=["svg", "svg as png", "empty", "broken", "too large", "pdf"],
)
def test_what_is_no_picture_is_refused_beside_its_field(
    upload: SimpleUploadedFile, manager: User, sign_in: SignIn
) -> None:
    page = sign_in(manager).post(PAGE, {"name": "远山软件", "accent": "", "version": 0, "logo": upload})
    assert page.context["form"].errors.keys() == {"logo"}
    assert not company.current().logo


def test_only_the_pixels_of_a_logo_are_kept(manager: User) -> None:
    """What else its file says, and whatever hides behind it, is gone."""
    upload = a_logo("JPEG", name="logo.jpg")
    hiding = SimpleUploadedFile("logo.jpg", upload.read() + b"<script>hidden</script>")
    row = changed(manager, logo=hiding)
    with default_storage.open(row.logo) as kept:
        content = kept.read()
    assert b"hidden" not in content
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (120, 40))


def test_two_who_change_it_at_once_hear_of_each_other(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    changed(manager, name="甲")
    page = browser.post(PAGE, {"name": "乙", "accent": "", "version": 0})
    assert "Somebody else changed this meanwhile" in page.content.decode()
    assert company.current().name == "甲"
    assert browser.post(PAGE, {"name": "乙", "accent": "", "version": 1}).status_code == 302
    with pytest.raises(StaleError):
        company.change(actor=manager, version=0, name="丙", accent="", logo=None)


def test_only_who_keeps_the_company_changes_it(engineer: User, administrator: User, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        changed(engineer, name="x")
    changed(administrator, name="甲")
    changed(manager, name="乙")


def test_there_is_one_company(manager: User) -> None:
    changed(manager, name="甲")
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(pk=2)


def _draws_a_picture(page: pikepdf.Page) -> bool:
    drawn = {str(step.operands[0]) for step in pikepdf.parse_content_stream(page) if str(step.operator) == "Do"}
    return bool(drawn & {str(name) for name in page.get_images()})


def test_a_document_bears_the_looks_of_its_day(manager: User, engagement: Engagement) -> None:
    """What is issued keeps them in its frozen data, under its hash; also when it is printed later than they were changed."""
    row = changed(manager, name="远山软件", accent=RED, logo=a_logo())
    document = issue_document(
        actor=manager, engagement=engagement, kind=DocumentKind.FIELD_MANUAL, language="en", version=1
    )
    changed(manager, name="别的", accent="#00008b", remove_logo=True)
    frozen = restored(document)
    assert (frozen.accent, frozen.logo, frozen.vendor_name) == (RED, row.logo_hash, "远山软件")
    assert frozen.sha256 == document.snapshot_hash
    render_document(document.pk, lambda percent: None)
    printed = Document.objects.unscoped().get(pk=document.pk)
    with printed.pdf.open() as found, pikepdf.open(BytesIO(found.read())) as opened:
        assert _draws_a_picture(opened.pages[0])
        assert not _draws_a_picture(opened.pages[1])
    html = render_html(frozen)
    assert RED in html
    assert company.OWN_ACCENT not in html.split("</style>")[0]
    assert cover_of(engagement, "en", engagement.today())["accent"] == "#00008b"


def test_a_document_of_before_keeps_its_hash() -> None:
    """Frozen before there were looks: its data and the hash that was printed are as they were."""
    assert b'"accent"' not in REPORT.to_json()
    assert b'"logo"' not in REPORT.to_json()
    assert company.OWN_ACCENT in render_html(REPORT)


def test_a_logo_that_is_gone_stops_the_printing(manager: User) -> None:
    row = changed(manager, logo=a_logo())
    bearing = replace(REPORT, logo=row.logo_hash)
    default_storage.delete(row.logo)
    with pytest.raises(RenderFailed, match="logo"):
        print_document(bearing)
    assert read_word(BytesIO(word_of(bearing))).paragraphs


def test_the_word_file_bears_the_looks(manager: User) -> None:
    row = changed(manager, logo=a_logo())
    found = read_word(BytesIO(word_of(replace(REPORT, accent=RED, logo=row.logo_hash))))
    assert found.styles["Heading 1"].font.color.rgb == RGBColor(0x8C, 0x1D, 0x18)
    assert len(found.inline_shapes) == 1
