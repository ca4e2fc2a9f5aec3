"""What a version of a rule says, in words: whom it binds, what it demands, and how it differs from the one before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from engagements.differences import Difference
from engagements.models import (
    ChecklistItem,
    Client,
    CoreTask,
    DocumentRequest,
    Emergency,
    Phase,
    RuleVersion,
)
from engagements.models.client import Industry
from onsite.core.wording import enumerated

Form = RuleVersion.Form


@dataclass(frozen=True)
class Line:
    """One thing that is demanded: `label` names it, `text` is what stands there; several lines where it has several."""

    label: str
    text: str = ""
    lines: tuple[str, ...] = ()


def bound_words(version: RuleVersion, known: Collection[int]) -> str:
    """Return whom it binds, as one sentence. Clients whose ids are not `known` to the reader are only counted. The version's
    `clients` must be loaded."""
    return who_is_bound(
        binds_all=version.binds_all, industries=version.industries, core_tasks=version.core_tasks,
        modules=version.modules, clients=list(version.clients.all()), known=known,
    )  # fmt: skip


def who_is_bound(
    *,
    binds_all: bool,
    industries: Sequence[str],
    core_tasks: Sequence[str],
    modules: Sequence[str],
    clients: Sequence[Client],
    known: Collection[int],
    **_others: Any,
) -> str:
    """`bound_words` of fields that are not saved yet."""
    if binds_all:
        return _("Binds every engagement.")
    parts = []
    if industries:
        parts.append(_("industry: %(names)s") % {"names": _or(_label(Industry, name) for name in industries)})
    if core_tasks:
        parts.append(_("core task: %(names)s") % {"names": _or(_label(CoreTask, name) for name in core_tasks)})
    if modules:
        parts.append(_("a module with “%(words)s” in its name") % {"words": _or(modules)})
    if clients:
        parts.append(_("client: %(names)s") % {"names": _clients(clients, known)})
    if not parts:
        return _("Binds nobody: no condition names anything.")
    return _("Binds engagements with %(conditions)s.") % {
        "conditions": pgettext("conditions of a rule", "; ").join(parts)
    }


def _clients(clients: Sequence[Client], known: Collection[int]) -> str:
    names = [client.short_name for client in clients if client.pk in known]
    others = len(clients) - len(names)
    if others:
        names.append(ngettext("%(count)s other client", "%(count)s other clients", others) % {"count": others})
    return _or(names)


def _or(names: Any) -> str:
    return pgettext("between alternatives", " or ").join(str(name) for name in names)


def _label(choices: Any, value: str) -> str:
    """A value that is no longer offered stands as it was stored."""
    return str(choices(value).label) if value in choices.values else value


def demanded(version: RuleVersion) -> list[Line]:
    """Return what the version demands, line by line as it is signed, asked for, ticked or prepared."""
    return list(_DEMANDS[Form(version.form)](version.content))


def _letter(content: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(_("Title of the letter"), content.get("title", ""))
    yield Line(_("Text"), "\n".join(content.get("paragraphs", ())))
    yield Line(_("What is confirmed, point by point"), lines=tuple(content.get("points", ())))


def _document(content: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(_("Document"), content.get("title", ""))
    yield Line(_("What it is for"), content.get("purpose", ""))
    yield Line(_("Kind"), _label(DocumentRequest.Kind, content.get("kind", "")))


def _checklist(content: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(_("Line to tick"), content.get("text", ""))
    yield Line(_("When"), _label(ChecklistItem.Moment, content.get("moment", "")))


def _plan(content: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(_("Contingency plan"), content.get("title", ""))
    yield Line(_("Answers"), _label(Emergency, content.get("emergency", "")))
    yield Line(_("Trigger"), content.get("trigger", ""))
    minutes = content.get("minutes") or 0
    told = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    yield Line(_("First response within"), told)
    yield Line(_("Steps"), lines=tuple(content.get("steps", ())))
    yield Line(_("Fallback"), content.get("fallback", ""))


_DEMANDS = {
    Form.SIGN_OFF: _letter,
    Form.DOCUMENT: _document,
    Form.CHECKLIST: _checklist,
    Form.CONTINGENCY: _plan,
}


def gate_words(version: RuleVersion) -> str:
    """Return the gate at which it stands: "before execution"."""
    return _("before “%(phase)s”") % {"phase": Phase(version.before_phase).label}


def version_differences(was: RuleVersion, now: RuleVersion, known: Collection[int]) -> list[Difference]:
    """Return what changed from one version to the next; nothing where only the note differs."""
    before, after = (_facts(version, known) for version in (was, now))
    return [
        Difference("removed" if not new else "changed" if old else "added", label, old, new)
        for label in dict.fromkeys((*before, *after))
        if (old := before.get(label, "")) != (new := after.get(label, ""))
    ]


def _facts(version: RuleVersion, known: Collection[int]) -> dict[str, str]:
    """Return by label what the version says. What stands in lines is compared as one text."""
    return {
        _("What is to be done, and why"): version.text,
        _("Who is bound"): bound_words(version, known),
        _("Gate"): gate_words(version),
        _("What is demanded"): str(version.get_form_display()),
        **{line.label: line.text or enumerated(line.lines) for line in demanded(version)},
    }
