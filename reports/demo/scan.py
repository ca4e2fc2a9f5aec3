"""Scans of signed and of filled-in sheets, drawn: no sample file has to lie in the repository."""

from __future__ import annotations

import io
import math
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from engagements.models import Engagement, SignOff
from onsite.accounts.models import User
from onsite.core.pdf.fonts import MAIN_FAMILY, printing_fonts

PAPER, INK, PEN, CHOP = (252, 251, 247), (40, 40, 44), (28, 46, 120), (196, 40, 36)
SIZE = (827, 1169)  # A4 at 100 dots per inch
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_scan(engagement: Engagement, sign_off: SignOff, signer: User, signed_on: date) -> SimpleUploadedFile:
    """Return a PNG of the sheet: its heading and code, the signer's name by hand, and a round red chop."""
    sheet = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((90, 90), f"{engagement.client.name}", INK, _font(22))
    draw.text((90, 130), f"{engagement.name} · {sign_off.title} 第 {sign_off.version} 版", INK, _font(30))
    draw.text((90, 190), f"{sign_off.code}", INK, _font(22))
    for line in range(16):
        draw.line((90, 260 + line * 36, 737 - (line * 61) % 210, 260 + line * 36), (176, 176, 178), 6)
    draw.text((90, 930), "签字（盖章）：", INK, _font(24))
    draw.text((250, 912), signer.name, PEN, _font(44))
    draw.text((90, 1000), f"日期：{signed_on.isoformat()}", INK, _font(24))
    _chop(draw, (600, 940), 105)
    # A sheet never lies quite straight on the glass.
    sheet = sheet.rotate(0.7, fillcolor=PAPER, resample=Image.Resampling.BICUBIC)
    return _upload(sheet, f"{sign_off.get_kind_display()}_第{sign_off.version}版_{signer.name}.png")


def draw_answer(engagement: Engagement, person: User, answered_on: date, overall: int) -> SimpleUploadedFile:
    """Return a PNG of a survey's sheet, filled in by hand: a tick beside the overall mark."""
    sheet = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((90, 90), engagement.client.name, INK, _font(22))
    draw.text((90, 130), f"{engagement.name} · 满意度调查", INK, _font(30))
    draw.text((90, 220), "您对本次驻场的总体评价：", INK, _font(24))
    for place, mark in enumerate(range(5, 0, -1)):
        x = 90 + place * 110
        draw.rectangle((x, 290, x + 34, 324), outline=INK, width=3)
        draw.text((x + 46, 292), str(mark), INK, _font(26))
        if mark == overall:
            draw.line((x + 4, 306, x + 14, 320, x + 38, 284), PEN, 5)
    for line in range(10):
        draw.line(
            (90, 420 + line * 40, 737 - (line * 83) % 240, 420 + line * 40), PEN if line < 3 else (176, 176, 178), 3
        )
    draw.text((90, 960), f"填写人：{person.name}", PEN, _font(32))
    draw.text((90, 1020), f"日期：{answered_on.isoformat()}", INK, _font(24))
    return _upload(
        sheet.rotate(-0.5, fillcolor=PAPER, resample=Image.Resampling.BICUBIC), f"满意度调查_{person.name}.png"
    )


def _chop(draw: ImageDraw.ImageDraw, centre: tuple[int, int], radius: int) -> None:
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=CHOP, width=6)
    star = []
    for point in range(10):
        angle, reach = math.pi * (point / 5 - 0.5), radius * (0.36 if point % 2 == 0 else 0.15)
        star.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    draw.polygon(star, fill=CHOP)


def _font(size: int) -> Font:
    for font in printing_fonts():
        if font.family.startswith(MAIN_FAMILY) and "Regular" in font.style:
            return ImageFont.truetype(str(font.path), size, index=font.index)
    return ImageFont.load_default(size)


def _upload(sheet: Image.Image, name: str) -> SimpleUploadedFile:
    stored = io.BytesIO()
    sheet.save(stored, "PNG")
    return SimpleUploadedFile(name, stored.getvalue(), content_type="image/png")
