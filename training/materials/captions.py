"""Captions of a video: WebVTT read strictly and written anew, so that what a browser gets is ours.

Source: W3C, WebVTT: The Web Video Text Tracks Format. Notes, places on the picture and the marks of voices are left out;
styles, and anything else that looks like a tag, are refused with the number of the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

MOST_BYTES = 512 * 1024
MOST_CUES = 5000
LONGEST_TEXT = 600
_TIME = r"(?:(\d{2}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+\S.*)?[ \t]*", re.ASCII)
_VOICE = re.compile(r"<v(?:\.[\w.-]+)?[ \t]+([^<>&]{1,80})>")
_MARK = re.compile(r"</?(?:v|c|b|i|u|ruby|rt|lang)(?:\.[\w.-]+)?(?:[ \t]+[^<>]{0,80})?>")
_MOMENT = re.compile(rf"<{_TIME}>", re.ASCII)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "", "&rlm;": "", "&amp;": "&"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from one moment to another, in milliseconds."""

    start_ms: int
    end_ms: int
    text: str

    @property
    def moment(self) -> str:
        """When it begins, as a person reads it: 1:05."""
        minutes, seconds = divmod(self.start_ms // 1000, 60)
        return f"{minutes}:{seconds:02d}"


class CaptionsError(DomainError):
    """A file that can't be taken, with the line it fails at."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(_("Line %(line)s: %(sentence)s") % {"line": line, "sentence": sentence}, field="captions")


def parse(content: bytes) -> tuple[Cue, ...]:
    """Return what is said, in order. Raises DomainError on "captions", with the number of the line where there is one."""
    if len(content) > MOST_BYTES:
        raise DomainError(_("Captions may be at most %(most)s kB.") % {"most": MOST_BYTES // 1024}, field="captions")
    lines = _lines(content)
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise CaptionsError(1, _("the first line has to be “WEBVTT”."))
    numbered = list(enumerate(lines, start=1))[1:]
    if numbered and numbered[0][1]:
        raise CaptionsError(2, _("an empty line has to follow “WEBVTT”."))
    cues = tuple(_cues(_blocks(numbered)))
    if not cues:
        raise DomainError(_("Nothing is said in this file."), field="captions")
    return cues


def write(cues: Iterable[Cue]) -> str:
    """Return the captions as WebVTT: plain text, nothing else."""
    said = (f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n{_escaped(cue.text)}\n" for cue in cues)
    return "\n".join(["WEBVTT\n", *said])


def _lines(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise CaptionsError(at, _("this is no text in UTF-8.")) from error
    lines = re.split(r"\r\n|\r|\n", text)
    for number, line in enumerate(lines, start=1):
        if _CONTROL.search(line):
            raise CaptionsError(number, _("it holds control characters."))
    return lines


def _blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    block: list[Line] = []
    for line in lines:
        if line[1].strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _cues(blocks: Iterable[list[Line]]) -> Iterator[Cue]:
    latest = count = 0
    for block in blocks:
        number, first = block[0]
        if re.match(r"NOTE(?:[ \t]|$)", first) and "-->" not in first:
            continue
        if re.match(r"(?:STYLE|REGION)[ \t]*$", first):
            raise CaptionsError(number, _("styles and regions are not taken."))
        cue = _cue(block)
        if cue.start_ms < latest:
            raise CaptionsError(number, _("it begins before the one above it."))
        latest, count = cue.start_ms, count + 1
        if count > MOST_CUES:
            raise CaptionsError(number, _("there are more than %(most)s captions.") % {"most": MOST_CUES})
        yield cue


def _cue(block: list[Line]) -> Cue:
    # A name of its own may stand above the time.
    body = block if "-->" in block[0][1] else block[1:]
    number = body[0][0] if body else block[0][0]
    found = _TIMING.fullmatch(body[0][1].strip()) if body else None
    if found is None:
        raise CaptionsError(number, _("a time such as “00:01.000 --> 00:04.000” is missing."))
    start, end = _milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:])
    if end <= start:
        raise CaptionsError(number, _("it ends before it begins."))
    text = "\n".join(_plain(line) for line in body[1:])
    if not text.strip():
        raise CaptionsError(number, _("nothing is said here."))
    if len(text) > LONGEST_TEXT:
        raise CaptionsError(number, _("this is too long to be read on a picture."))
    return Cue(start, end, text)


def _plain(line: Line) -> str:
    number, text = line
    if "-->" in text:
        raise CaptionsError(number, _("an empty line is missing above this time."))
    text = _MOMENT.sub("", _MARK.sub("", _VOICE.sub(r"\1: ", text)))
    if "<" in text:
        raise CaptionsError(number, _("it holds what looks like a tag (“<”); only plain text is taken."))
    for written, meant in _ENTITIES.items():
        text = text.replace(written, meant)
    return text.strip()


def _milliseconds(parts: Iterable[str | None]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
