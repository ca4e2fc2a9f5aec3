"""What the search page is asked: words, and what to narrow them to."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from onsite.core.search.index import kinds

_LARGEST_ID = 2**63 - 1


class SearchForm(forms.Form):
    """The words are taken as they are, whatever they hold; a kind or an engagement that isn't there narrows nothing."""

    q = forms.CharField(label=_("Search"), required=False, strip=False)
    kind = forms.CharField(required=False)
    engagement = forms.CharField(required=False)
    page = forms.CharField(required=False)

    @property
    def words(self) -> str:
        return self._given("q")

    @property
    def kind_name(self) -> str:
        name = self._given("kind")
        return name if name in kinds() else ""

    @property
    def engagement_id(self) -> int | None:
        return self._number("engagement")

    @property
    def page_number(self) -> int:
        return self._number("page") or 1

    def _given(self, name: str) -> str:
        return str(self.data.get(name, "")).replace("\x00", " ")

    def _number(self, name: str) -> int | None:
        given = self._given(name)
        if not (given.isascii() and given.isdigit() and len(given) < 20):
            return None
        return number if (number := int(given)) <= _LARGEST_ID else None
