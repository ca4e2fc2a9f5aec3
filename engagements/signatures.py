"""Who has signed a frozen text, who is still missing, and what one person may do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engagements import agreements
from engagements.models import Membership, Signature, SignOff
from onsite.accounts.models import User
from onsite.accounts.roles import Part


@dataclass(frozen=True)
class PartState:
    """One needed part: its signature, if there is one, and the people who could sign on screen."""

    part: Part
    signature: Signature | None
    people: tuple[User, ...]

    @property
    def is_signed(self) -> bool:
        return self.signature is not None and self.signature.counts

    @property
    def is_being_checked(self) -> bool:
        """Whether a sheet is registered and waits for the second vendor person."""
        return self.signature is not None and not self.signature.counts


@dataclass(frozen=True)
class Signing:
    """A frozen text and where its signatures stand."""

    sign_off: SignOff
    parts: tuple[PartState, ...]

    @classmethod
    def of(cls, sign_off: SignOff, user: User) -> Signing:
        """Return what this person may see of it; where it was agreed through a change, who signed that. Two queries."""
        rows = sign_off.signed_text.signatures.visible_to(user).select_related("scan", "registered_by", "checked_by")
        signatures = {row.part: row for row in rows}
        members = list(
            Membership.objects.visible_to(user)
            .active()
            .filter(engagement=sign_off.engagement_id, part__in=sign_off.needed_parts)
            .select_related("user")
        )
        members = [member for member in members if agreements.may_sign(member.user, member.part, sign_off)]
        return cls(
            sign_off,
            tuple(PartState(part, signatures.get(part), _people(members, part)) for part in sign_off.needed_parts),
        )

    @property
    def missing(self) -> tuple[PartState, ...]:
        """Return the parts whose signature does not count yet; none where one is enough and there is one."""
        if self.sign_off.one_is_enough and self.sign_off.is_signed:
            return ()
        return tuple(state for state in self.parts if not state.is_signed)

    @property
    def unregistered(self) -> list[str]:
        """Return the parts that are still asked for and for which nothing was signed or registered at all."""
        if self.sign_off.one_is_enough and self.sign_off.is_signed:
            return []
        return [state.part for state in self.parts if state.signature is None]

    def waits_for(self, user: User) -> bool:
        """Say whether this person can still sign on screen."""
        engagement = self.sign_off.engagement
        if self.sign_off.superseded_at is not None or engagement.signs_on_paper:
            return False
        asked = engagement.parts_of(user) & set(self.unregistered)
        return any(agreements.may_sign(user, part, self.sign_off) for part in asked)


def _people(members: Sequence[Membership], part: Part) -> tuple[User, ...]:
    return tuple(member.user for member in members if member.part == part)
