"""Where Django's Chinese formats read badly: it writes 09月3日."""

MONTH_DAY_FORMAT = "n月j日"
