"""One form with every kind of field, in each state that a person meets it in."""

from __future__ import annotations

from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.http import QueryDict

from onsite.core.files import DOCUMENTS
from onsite.core.forms import OnSiteForm, PlainHelper, offer_choices
from onsite.core.uploads import FilesField, IncomingField, UploadField
from onsite.gallery.samples import say


class SampleForm(OnSiteForm):
    """Text, numbers, days and choices, as the product's forms hold them."""

    name = forms.CharField(max_length=60)
    email = forms.EmailField(required=False)
    people = forms.IntegerField(min_value=1, max_value=500)
    due_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField()
    seen_by = forms.ChoiceField(widget=forms.RadioSelect)
    days = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    is_critical = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields
        for name, label in {
            "name": ("名称", "Name"), "email": ("电子邮箱", "E-mail address"), "people": ("人数", "People"),
            "due_on": ("到期日", "Due on"), "kind": ("类别", "Kind"), "seen_by": ("谁能看到", "Who sees it"),
            "days": ("站会日", "Stand-up days"), "text": ("说明", "Description"), "is_critical": ("影响上线", "It endangers the go-live"),
        }.items():  # fmt: skip
            fields[name].label = say(*label)
        fields["name"].help_text = say("客户也会看到这个名称。", "The client sees this name too.")
        offer_choices(
            self, "kind", {"": "—", "data": say("数据", "Data"), "interface": say("接口", "Interface")}.items()
        )
        offer_choices(
            self, "seen_by", {"client": say("客户可见", "Client"), "internal": say("仅内部", "Internal")}.items()
        )
        offer_choices(
            self, "days", {"1": say("周一", "Mon"), "2": say("周二", "Tue"), "3": say("周三", "Wed")}.items()
        )

    @property
    def helper(self) -> FormHelper:
        """Pairs side by side where there is room, and the boxes in a row as the engagement's form has them."""
        helper = PlainHelper(self)
        helper.layout = Layout(
            "name", "email", Div("people", "due_on", css_class="fields"), "kind", "seen_by",
            InlineCheckboxes("days", template="components/inline_checkboxes.html"), "text", "is_critical",
        )  # fmt: skip
        return helper


class FilesForm(OnSiteForm):
    """The three ways to choose a file: one, several, and a large one that is sent ahead."""

    one = UploadField()
    several = FilesField(kinds=DOCUMENTS, most=5)
    video = IncomingField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"one": ("签字扫描件", "Signed scan"), "several": ("附件", "Files"), "video": ("教学视频", "Video")}
        for name, label in labels.items():
            self.fields[name].label = say(*label)


def empty() -> SampleForm:
    """Return the form as it is first met."""
    return SampleForm(prefix="empty")


def filled() -> SampleForm:
    """Return the form with what somebody typed, or what is stored."""
    return SampleForm(prefix="filled", initial=_typed())


def with_faults() -> SampleForm:
    """Return the form as it comes back: fields left empty and fields filled wrongly, and a fault of the whole."""
    form = SampleForm(_posted("faults", email="somebody", people="0"), prefix="faults")
    form.add_error(None, say("结束日期早于开始日期。", "The end is before the start."))
    return form


def disabled() -> SampleForm:
    """Return the form with every field closed."""
    form = SampleForm(prefix="disabled", initial=_typed())
    for field in form.fields.values():
        field.disabled = True
    return form


def files() -> FilesForm:
    """Return the ways to choose a file."""
    return FilesForm(prefix="files")


def files_with_faults() -> FilesForm:
    """Return them as they come back where nothing was chosen."""
    return FilesForm(_posted("no-files"), {}, prefix="no-files")


def page_form(state: str) -> SampleForm:
    """Return the form of a whole page, which has the page for itself: no prefix."""
    return SampleForm(QueryDict("email=somebody")) if state == "form-faults" else SampleForm()


def _typed() -> dict[str, Any]:
    return {
        "name": say("MES 接口超时", "The MES interface times out"), "email": "lizhe@example.com", "people": 12,
        "due_on": "2026-12-18", "kind": "interface", "seen_by": "client", "days": ["1", "3"], "is_critical": True,
        "text": say("高峰时约 2% 的请求失败。", "At peak hours about 2% of the requests fail."),
    }  # fmt: skip


def _posted(prefix: str, **values: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({f"{prefix}-{name}": value for name, value in values.items()})
    return data
