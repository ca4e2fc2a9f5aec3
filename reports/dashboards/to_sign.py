"""The texts that stand between both sides now, and which of them wait for one person's signature."""

from __future__ import annotations

from collections.abc import Sequence

from engagements import agreements
from engagements.models import Engagement, Signature, SignOff
from onsite.accounts.models import User


def current_texts(engagement: Engagement, viewer: User) -> list[SignOff]:
    """Return the current texts, the oldest first. Two queries at most: the words of a text are many, so they come only
    where somebody may have to sign it or a decision is read back from it."""
    texts = engagement.sign_offs.visible_to(viewer).shared().current().defer("text").order_by("frozen_at", "pk")
    found = list(texts)
    read = [text.pk for text in found if not text.is_signed or text.kind == SignOff.Kind.GO]
    words = SignOff.objects.visible_to(viewer).filter(pk__in=read).values_list("pk", "text") if read else ()
    known = dict(words)
    for text in found:
        text.engagement = engagement
        if text.pk in known:
            text.text = known[text.pk]
    return found


def waiting_for(viewer: User, texts: Sequence[SignOff]) -> list[SignOff]:
    """Keep what the viewer still has to sign; a vendor person sees what waits on the client as a whole."""
    unsigned = [text for text in texts if not text.is_signed]
    rows = Signature.objects.visible_to(viewer).filter(sign_off__in=unsigned) if unsigned else ()
    handed_in = {(row.sign_off_id, row.part) for row in rows}
    return [text for text in unsigned if _waits(viewer, text, {part for pk, part in handed_in if pk == text.pk})]


def _waits(viewer: User, text: SignOff, handed_in: set[str]) -> bool:
    if text.one_is_enough and handed_in:
        return False
    missing = {str(part) for part in text.needed_parts} - handed_in
    if viewer.is_vendor:
        return bool(missing)
    asked = missing & text.engagement.parts_of(viewer)
    return any(agreements.may_sign(viewer, part, text) for part in asked)
