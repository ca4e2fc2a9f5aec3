"""P5: the whole manual on paper: every chapter, a card a page, boxes to tick, marks for machines and readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.utils import translation

from reports.documents.chapters import chapters
from reports.documents.manual_page import chapters_context
from reports.documents.manual_parts import ContingencyCard, ModuleEntry
from reports.documents.printing import print_document, render_html
from tests.reports.manuals import NETWORK, SCHEDULE, whole_manual
from tests.reports.test_documents_printed import pages_of, text_of

ENGLISH = whole_manual(language="en")
SAID = """
    生产›计划 周计划排产 按销售订单与库存排出下周各车间的工单 超出月度预算5%的采购由财务总监批准。 计划科科长 useddaily·must compliancerisk:high
    Stilltobeclarified. Roll-outorder Contingencycard 网络中断 15minutes 切换到备用线路 13800001111 陈镕0512-55508301 改用纸质工单，恢复后补录
    Rehearsedon2026-11-10.12分钟恢复 Notrehearsedyet. 信息部密码箱，编号07 Passwordsandkeysneverstandinthismanual. 门禁卡已办理
    Beforethefirstdayonsite companychop
"""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def manual() -> bytes:
    return print_document(ENGLISH)


def tags(pdf: pikepdf.Pdf, name: str) -> list[Any]:
    found = (o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/StructElem")
    return [element for element in found if element.get("/S") == f"/{name}"]


def test_the_manual_tells_everything(manual: bytes) -> None:
    text = text_of(manual)
    for said in SAID.split():
        assert said in text, said


def test_each_card_stands_alone_on_its_page(manual: bytes) -> None:
    """P4, P5: made to be torn out."""
    cards = [page for page in pages_of(manual) if "Contingency card\n" in page]
    assert len(cards) == 2
    for page, title in zip(cards, ("网络中断", "权限异常"), strict=True):
        assert title in page and "记录恢复时间" in page and "陈镕 0512-5550 8301" in page
        assert "Environments and access" not in page and "Each of the following cards" not in page


@pytest.mark.parametrize(("steps", "length", "size"), [(4, 20, "large"), (10, 40, "medium"), (30, 60, "small")])
def test_a_long_card_is_set_smaller_and_stays_on_its_page(steps: int, length: int, size: str) -> None:
    long: ContingencyCard = replace(NETWORK, steps=tuple(f"{n}" + "步" * (length - 2) for n in range(10, 10 + steps)))
    manual = replace(ENGLISH, contingency=(long,))
    assert chapters_context(manual)["cards"][0][1] == size
    pages = pages_of(print_document(manual))
    (card,) = [page for page in pages if "Contingency card\n" in page]
    assert "Rehearsed on 2026-11-10" in card and f"{9 + steps}步" in card


def test_the_manual_can_be_navigated_and_read_aloud(manual: bytes) -> None:
    """PDF/A-3u and PDF/UA-1 marks, bookmarks to cards, headers of tables, words for the chart and the code."""
    with pikepdf.open(BytesIO(manual)) as opened:
        with opened.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "U", "1")
        assert opened.Root.MarkInfo.Marked
        with opened.open_outline() as outline:
            titles = {item.title: [child.title for child in item.children] for item in outline.root}
        assert [*titles] == ["Contents", *(f"{n} {chapter.title}" for n, chapter in enumerate(chapters(ENGLISH), 1))]
        assert ["网络中断", "权限异常"] in titles.values() and ["生产 › 计划"] in titles.values()
        assert len(tags(opened, "Table")) >= 12
        headers = tags(opened, "TH")
        assert len(headers) > 40 and all("/A" in header or "/ID" in header for header in headers)
        figures = tags(opened, "Figure")
        assert len(figures) == 2 and all("/Alt" in figure for figure in figures)


def test_no_table_has_a_header_without_its_direction() -> None:
    html = render_html(ENGLISH)
    assert not re.findall(r"<th(?![^>]*scope=)", html.replace("<thead", ""))


def test_the_chinese_manual_prints_every_character() -> None:
    manual = whole_manual(modules=(ModuleEntry(name="㛃𠮷", functions=(replace(SCHEDULE, who="喆堃镕"),)),))
    assert all(char in text_of(print_document(manual)) for char in "喆堃镕㛃𠮷")


def test_printing_again_gives_the_same_bytes(manual: bytes) -> None:
    """N9: same snapshot, same machine, same bytes."""
    assert print_document(type(ENGLISH).from_json(ENGLISH.to_json())) == manual
