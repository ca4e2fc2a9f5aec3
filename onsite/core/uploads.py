"""Choosing files in a form: dropped, pasted, from a phone's camera, or with the browser's plain file input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from onsite.core import incoming
from onsite.core.files import (
    DOCUMENTS,
    MOST_BYTES,
    MOST_RECORDING_BYTES,
    MOST_VIDEO_BYTES,
    SCANS,
    VIDEOS,
    Kinds,
    accepted,
    is_recording,
)

if TYPE_CHECKING:
    from onsite.accounts.models import User


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


class FileInPieces(forms.widgets.Input):
    """A file input that, with a script, sends the file ahead in pieces and goes on after a lost connection; the form
    then carries the token of what arrived. Without a script the file comes with the form."""

    input_type = "file"
    needs_multipart_form = True
    template_name = "components/file_in_pieces.html"

    class Media:
        js = (Script("js/incoming.js", defer=True),)
        css: ClassVar[dict[str, Sequence[str]]] = {"all": ("css/files.css",)}

    def __init__(self, *, kinds: Kinds) -> None:
        super().__init__({"accept": accepted(kinds)})
        self.endings = ",".join(sorted({ending for found in kinds.values() for ending in found}))
        self.most_bytes = MOST_VIDEO_BYTES

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template needs: where the pieces go, and the token of what has arrived already."""
        context = super().get_context(name, None, attrs)
        context["widget"] |= {
            "token": value if isinstance(value, str) else "",
            "token_name": f"{name}-incoming",
            "begin_url": reverse("incoming:begin"),
            "piece_bytes": incoming.PIECE_BYTES,
            "most_bytes": self.most_bytes,
            "endings": self.endings,
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the file that came with the form, else the token of one that was sent ahead."""
        return files.get(name) or data.get(f"{name}-incoming") or None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say whether neither was sent."""
        return name not in files and f"{name}-incoming" not in data


class _Chosen(forms.BoundField):
    """A file that was refused has to be chosen again: its token goes, so that the page doesn't say it had arrived."""

    def value(self) -> Any:
        return None if self.errors else super().value()


class IncomingField(forms.FileField):
    """One large file, sent ahead in pieces or with the form; `for_user` says whose pieces count. Cleans to an upload
    that is judged where it is stored, and `onsite.core.incoming.taken` forgets once it is."""

    widget: FileInPieces

    def __init__(self, *, kinds: Kinds = VIDEOS, **kwargs: Any) -> None:
        super().__init__(**{"widget": FileInPieces(kinds=kinds), "allow_empty_file": True, **kwargs})
        self._owner: User | None = None

    def for_user(self, user: User, *, room_bytes: int = MOST_VIDEO_BYTES) -> None:
        """Take what this person sent ahead; `room_bytes` lets the page say at once that a file has no room."""
        self._owner = user
        self.widget.most_bytes = min(MOST_VIDEO_BYTES, room_bytes)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Return the field as the page shows it."""
        return _Chosen(form, self, field_name)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Keep the token on a form that comes back; a file that came with the form has to be chosen again."""
        return data if isinstance(data, str) else initial

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the upload; a token of what never arrived, or is another person's, is no file."""
        if not isinstance(data, str):
            return super().clean(data, initial)
        upload = incoming.upload_of(self._owner, data) if self._owner else None
        if upload is None:
            raise ValidationError(_("This file has not arrived as a whole. Please choose it again."))
        return upload
