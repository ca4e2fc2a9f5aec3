"""Form fields that refuse what no person means: absurd dates, control characters, texts without end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from onsite.core.markdown import tangle_of

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)
LINE_LENGTH = 200
TEXT_LENGTH = 5000
# Line breaks and tabs are fine; other control characters and the marks that turn the reading direction are not:
# with them a signed text could read otherwise than it is stored.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def no_hidden_characters(value: str) -> None:
    """Raise ValidationError where the text holds control characters or direction overrides."""
    if _HIDDEN.search(value):
        raise ValidationError(
            _("This text holds hidden control characters. Please type it again or paste it as plain text."),
            code="hidden_characters",
        )


class _PlainField(forms.CharField):
    """Text without hidden characters; says so once, also for a NUL."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        others = [check for check in self.validators if not isinstance(check, ProhibitNullCharactersValidator)]
        self.validators = [no_hidden_characters, *others]


class LineField(_PlainField):
    """One line of text, at most 200 characters; line breaks become spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LINE_LENGTH, **kwargs})

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").splitlines())


class TextField(_PlainField):
    """Several lines of text, at most 5,000 characters."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(**{"max_length": TEXT_LENGTH, "widget": widget, **kwargs})


class MarkdownField(TextField):
    """Several lines of Markdown, not too tangled to be laid out."""

    def clean(self, value: Any) -> str:
        """Ask only of a text of bearable length."""
        text: str = super().clean(value)
        if sentence := tangle_of(text):
            raise ValidationError(sentence, code="tangled")
        return text


class DayField(forms.DateField):
    """A day between 2000 and 2099, picked with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": "2000-01-01", "max": "2099-12-31"})
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%d"], **kwargs})
        message = _("Please choose a day between 2000 and 2099.")
        self.validators += [MinValueValidator(FIRST_DAY, message), MaxValueValidator(LAST_DAY, message)]


class HourField(forms.TimeField):
    """A time of day, picked with the browser's own clock."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(**{"widget": widget, **kwargs})


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # takes none when the program runs
    """Rows of which several are picked. A number that no row can have is a wrong choice like any other."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError as error:  # SQLite's
            raise ValidationError(_("Please choose from what is offered."), code="invalid_choice") from error


class MomentField(forms.DateTimeField):
    """A day with its hour, in the zone that is active: on an engagement's pages the site's."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs})
        first = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
        last = datetime.combine(LAST_DAY, datetime.min.time(), UTC)
        message = _("Please choose a day between 2000 and 2099.")
        self.validators += [MinValueValidator(first, message), MaxValueValidator(last, message)]
