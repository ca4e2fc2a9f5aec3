"""Words as the reader's language writes them."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def enumerated(words: Iterable[object]) -> str:
    """Return the words in a row, parted as the active language parts them: ", " or "、"."""
    return pgettext("between the words of a list", ", ").join(str(word) for word in words)
