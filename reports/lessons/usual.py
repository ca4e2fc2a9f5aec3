"""The letter that standing rules began with: the client confirms beforehand who may do what."""

from __future__ import annotations

from django.utils.translation import gettext as _

from engagements.rules.content import CLIENT, ENGAGEMENT


def permission_letter() -> dict[str, str]:
    """Return the permission confirmation letter in the reader's language, as the fields of the form hold it."""
    names = {"client": CLIENT, "engagement": ENGAGEMENT}
    paragraphs = (
        _("For “%(engagement)s”, %(client)s confirms that the permissions named below are agreed for every role and set "
          "up accordingly, before work on site begins.") % names,
        _("Whoever is named as responsible has checked them role by role. A later change is asked for in writing and "
          "confirmed in the same way."),
    )  # fmt: skip
    points = (
        _("Each role with the data it may see and the steps it may carry out is listed, and the list is complete."),
        _("Who may approve, who may only look, and who stands in for whom is decided."),
        _("An account of each role was tried: it can do what it must, and nothing beyond."),
        _("Accounts of people who left or changed their post are closed."),
        _("One person of the client is named who grants and withdraws permissions from now on."),
    )
    return {
        "sign_off_title": _("Permission confirmation letter"),
        "sign_off_paragraphs": "\n".join(paragraphs),
        "sign_off_points": "\n".join(points),
    }
