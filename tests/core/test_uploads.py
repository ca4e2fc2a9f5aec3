"""Choosing files in a form: what the field cleans to, and what the page offers where there is no script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict

from onsite.core.files import EVIDENCE_FILES, SCANS, accepted
from onsite.core.forms import OnSiteForm
from onsite.core.uploads import FilesField, UploadField


class Several(OnSiteForm):
    uploads = FilesField(most=3)


class Perhaps(OnSiteForm):
    uploads = FilesField(required=False, kinds=EVIDENCE_FILES, most=3)


class One(OnSiteForm):
    scan = UploadField(kinds=SCANS)


def a_file(name: str = "a.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7")


def sent(form: type[forms.Form], *uploads: Any, name: str = "uploads") -> forms.Form:
    return form({}, MultiValueDict({name: list(uploads)}))


def drawn(form: forms.Form) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))


def test_several_files_come_as_a_list() -> None:
    form = sent(Several, a_file("a.pdf"), a_file("b.pdf"))
    assert form.is_valid()
    assert [upload.name for upload in form.cleaned_data["uploads"]] == ["a.pdf", "b.pdf"]


def test_too_many_and_none_are_said_beside_the_field() -> None:
    assert "at most 3" in sent(Several, *[a_file()] * 4).errors["uploads"][0]
    assert sent(Several).errors["uploads"]


def test_nothing_is_fine_where_nothing_is_needed() -> None:
    form = sent(Perhaps)
    assert form.is_valid()
    assert form.cleaned_data == {"uploads": []}


@pytest.mark.parametrize("value", ["typed", ""])
def test_a_text_is_no_file(value: str) -> None:
    """Somebody sends the field as text."""
    assert Several({"uploads": value}, MultiValueDict()).errors["uploads"]
    assert One({"scan": value}, MultiValueDict()).errors["scan"]


def test_one_file_comes_alone_and_an_empty_one_comes_through() -> None:
    """Whoever stores it says that it is empty, as for every other file."""
    form = sent(One, SimpleUploadedFile("a.pdf", b""), name="scan")
    assert form.is_valid()
    assert form.cleaned_data["scan"].name == "a.pdf"


def test_the_page_has_a_plain_input_and_the_script_the_rest() -> None:
    """Without a script the input stands alone: what only a script can do is hidden until it comes."""
    shown = drawn(Several())
    [tag] = re.findall(r"<input[^>]*>", shown)
    assert all(part in tag for part in ('type="file"', 'name="uploads"', "multiple", ".docx", "image/jpeg"))
    assert re.search(r"<button[^>]*data-camera[^>]*hidden", shown)
    assert re.search(r"<p[^>]*data-how[^>]*hidden", shown)
    assert re.search(r'<script src="[^"]*js/files[^"]*\.js"[^>]*defer', shown)
    assert re.search(r'<link href="[^"]*css/files[^"]*\.css"', shown)
    assert "multiple" not in re.findall(r"<input[^>]*>", drawn(One()))[0]


def test_the_refusal_stands_beside_it() -> None:
    shown = drawn(sent(Several))
    assert "invalid-feedback" in shown
    assert "is-invalid" in shown


def test_what_is_taken_is_what_the_picker_offers() -> None:
    assert accepted(SCANS) == "image/jpeg,image/png,.jpeg,.jpg,.pdf,.png"
    assert {".log", ".sql", ".mp4", "video/webm", ".docx"} <= set(accepted(EVIDENCE_FILES).split(","))
