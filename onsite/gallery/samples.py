"""What the components show in the gallery: in both languages, and in each state that a component knows."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import get_language

from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.errors import Obstacle
from onsite.core.models import Job
from onsite.core.spreadsheet.faults import Fault


def say(chinese: str, english: str) -> str:
    """Return the words in the page's language."""
    return chinese if (get_language() or "").startswith("zh") else english


def person(role: str, theme: str) -> User:
    """Return somebody who is signed in, has this role, and whose pages look so; no row stands behind them."""
    names = {
        Role.MANAGER: ("周敏", "Min Zhou"), Role.ENGINEER: ("李喆", "Zhe Li"),
        Role.CLIENT: ("陈镕", "Rong Chen"), Role.ADMINISTRATOR: ("王芳", "Fang Wang"),
    }  # fmt: skip
    return User(email="somebody@example.com", name=say(*names[Role(role)]), role=role, theme=theme, unread_messages=3)


def viewing(request: HttpRequest) -> HttpRequest:
    """Return the request of a manager who looks with a client's eyes."""
    seen = copy.copy(request)
    client = SimpleNamespace(name=say("陈镕", "Rong Chen"))
    membership = SimpleNamespace(get_part_display=Part.CLIENT_PM.label)
    engagement = SimpleNamespace(client=SimpleNamespace(short_name=say("华东机械", "East Machinery")))
    seen.viewing_as = SimpleNamespace(client=client, membership=membership, engagement=engagement)  # type: ignore[attr-defined]
    return seen


def messages() -> list[Message]:
    """Return one message of each level."""
    return [
        Message(constants.SUCCESS, say("站会记录已发布，客户现在可以看到。", "The stand-up is published; the client sees it now.")),
        Message(constants.INFO, say("另有一人正在编辑此页。", "Somebody else is editing this page.")),
        Message(constants.WARNING, say("今天的站会还没有记录。", "Today's stand-up is not logged yet.")),
        Message(constants.ERROR, say("尚未保存：结束日期早于开始日期。", "Nothing was saved: the end is before the start.")),
    ]  # fmt: skip


def phases() -> list[list[dict[str, str]]]:
    """Return the phase bar at its beginning, on its way, and at its end."""
    labels = [say("准备", "Prepare"), say("执行", "Execute"), say("复盘", "Review"), say("已结项", "Closed")]
    return [
        [
            {"label": label, "state": "done" if place < now else "current" if place == now else "todo"}
            for place, label in enumerate(labels)
        ]
        for now in (0, 1, 3)
    ]


def obstacles() -> list[Obstacle]:
    """Return what leads to the place that removes it, what may be waived, and what can only be read."""
    return [
        Obstacle("goals", say("目标尚未签署", "The goals are not signed"), url="#obstacles", waivable=False),
        Obstacle("documents", say("还缺 2 份资料", "2 documents are still missing"), url="#obstacles"),
        Obstacle(
            "site",
            say("客户的测试环境尚未开通", "The client's test environment is not open yet"),
            url="",
            waivable=False,
        ),
    ]


def tabs() -> list[dict[str, Any]]:
    """Return as many tabs as an engagement has: on a phone they scroll."""
    labels = (
        ("概览", "Overview"), ("准备", "Prepare"), ("执行", "Execute"), ("培训", "Train"), ("复盘", "Review"),
        ("文档", "Documents"), ("团队", "Team"),
    )  # fmt: skip
    return [{"url": "#tabs", "label": say(*label), "current": place == 2} for place, label in enumerate(labels)]


def jobs() -> list[dict[str, Any]]:
    """Return long work in each state, with the error of what failed."""
    label = say("12 份结项报告的压缩包", "12 closing reports as one zip")
    states = ((Job.State.WAITING, 0, ""), (Job.State.RUNNING, 64, ""), (Job.State.DONE, 100, ""),
              (Job.State.FAILED, 30, say("磁盘已满。", "The disk is full.")), (Job.State.CANCELLED, 40, ""))  # fmt: skip
    return [
        {
            "label": label,
            "done_label": say("下载", "Download"),
            "job": Job(pk=number, kind="sample", subject_id=1, state=state, percent=percent, error=error),
        }
        for number, (state, percent, error) in enumerate(states, start=1)
    ]


def measures() -> list[dict[str, Any]]:
    """Return a bar at nothing, half way, full, and unmeasured."""
    people, by = say("人", "people"), say("11月20日测量", "measured on 20 November")
    return [
        {"label": say("培训合格人数", "Trained people"), "value": 3, "max": 5, "of": f"/ 5 {people}", "note": by},
        {"label": say("排产耗时", "Planning time"), "value": 0, "max": 30, "shown": say("65 分钟", "65 minutes"), "of": "≤ 30"},
        {"label": say("验收单元", "Accepted cells"), "value": 12, "max": 12, "of": "/ 12"},
        {"label": say("连续稳定运行", "Days without a fault"), "value": None, "max": 30, "of": say("≥ 30 天", "≥ 30 days")},
    ]  # fmt: skip


def faults() -> list[Fault]:
    """Return what must be mended in a file that was sent."""
    sheet, column = say("功能清单", "Functions"), say("优先级", "Priority")
    return [
        Fault(sheet, 4, column, say("“特高”不是可选值。", "“Very high” is not one of the choices.")),
        Fault(sheet, 17, column, say("此格不能为空。", "This cell can't be empty.")),
    ]


def page_of(request: HttpRequest) -> Page[int]:
    """Return a page of ten: the second, with both ways open, unless the address names another."""
    return Paginator(range(95), 10).get_page(request.GET.get("page", 2))


def rows() -> list[dict[str, str]]:
    """Return the rows of the sample tables; the first is longer than anybody planned."""
    long = (
        "MES 接口偶发超时，高峰时约 2% 的请求失败，需要第三方厂商提供日志并安排联调时间",
        "The MES interface times out now and then: at peak hours about 2% of the requests fail, and its maker owes us the log",
    )
    return [
        {"what": say(*long), "who": say("孙一凡", "Yifan Sun"), "level": "bad", "word": say("一级", "Level 1"), "days": "12"},
        {"what": say("打印模板缺字段", "A printed form lacks a field"), "who": say("李喆", "Zhe Li"), "level": "warn",
         "word": say("二级", "Level 2"), "days": "3"},
        {"what": say("账号名称写法不一", "Account names are spelt in two ways"), "who": "—", "level": "", "word": say("三级", "Level 3"),
         "days": "0"},
    ]  # fmt: skip
