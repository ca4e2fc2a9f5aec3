"""Choosing files in a form: dropped, pasted, from a phone's camera, or with the browser's plain file input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _

from onsite.core.files import DOCUMENTS, MOST_BYTES, MOST_RECORDING_BYTES, SCANS, Kinds, accepted, is_recording


class FileDrop(forms.widgets.Input):
    """A file input that, with a script, also takes what is dropped on it or pasted, and lists what was chosen.

    No `FileInput`: crispy draws those itself, past the template.
    """

    input_type = "file"
    needs_multipart_form = True
    template_name = "components/file_drop.html"

    class Media:
        js = (Script("js/files.js", defer=True),)
        css: ClassVar[dict[str, Sequence[str]]] = {"all": ("css/files.css",)}

    def __init__(self, *, kinds: Kinds, several: bool) -> None:
        super().__init__({"accept": accepted(kinds), **({"multiple": True} if several else {})})
        self.several = several
        self.takes_recordings = any(map(is_recording, kinds))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template needs; a chosen file is never shown again, browsers don't allow it."""
        context = super().get_context(name, None, attrs)
        limits = {"most_bytes": MOST_BYTES, "most_recording_bytes": MOST_RECORDING_BYTES}
        context["widget"] |= {"several": self.several, "takes_recordings": self.takes_recordings, **limits}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the files that were sent: a list where several may come."""
        return files.getlist(name) if self.several and hasattr(files, "getlist") else files.get(name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say whether the field was not sent at all."""
        return name not in files


class UploadField(forms.FileField):
    """One file. Emptiness, size and kind are judged where it is stored, in one place."""

    def __init__(self, *, kinds: Kinds = SCANS, **kwargs: Any) -> None:
        super().__init__(**{"widget": FileDrop(kinds=kinds, several=False), "allow_empty_file": True, **kwargs})


class FilesField(forms.FileField):
    """One or several files chosen at once, at most `most`. Cleans to a list, judged where they are stored."""

    def __init__(self, *, kinds: Kinds = DOCUMENTS, most: int, **kwargs: Any) -> None:
        super().__init__(**{"widget": FileDrop(kinds=kinds, several=True), **kwargs})
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files; none where nothing was chosen and nothing is required."""
        chosen = data if isinstance(data, list | tuple) else [data]
        if len(chosen) > self.most:
            raise ValidationError(_("Please choose at most %(most)s files."), params={"most": self.most})
        found = [upload for upload in chosen if isinstance(upload, UploadedFile)]
        if not found and self.required:
            return super().clean(None, initial)
        return found
