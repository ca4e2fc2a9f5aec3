"""What every form of ours shares."""

from __future__ import annotations

from django import forms

from onsite.core.forms import OnSiteForm


class _Form(OnSiteForm):
    step = forms.CharField(help_text="What has to happen now.", show_hidden_initial=True)


def test_what_a_field_showed_at_first_is_described_by_nothing() -> None:
    """vnu: a hidden input has no aria attributes; the field beside it keeps them."""
    bound = _Form()["step"]
    assert 'aria-describedby="id_step_helptext"' in bound.as_widget()
    assert "aria-" not in bound.as_hidden(only_initial=True)
