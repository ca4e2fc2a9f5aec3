"""What all charts are drawn with. Plain colours, because an SVG inside a PDF takes no page CSS; in the browser
`static/css/charts.css` lays the page's tokens over them, in the dark theme too."""

FONT = "Noto Sans CJK SC"
INK, MUTED, GRID, OFF = "#17212b", "#6b7781", "#dde1db", "#eceeea"
BASE, SOFT, ACCENT, TODAY = "#c6ccc4", "#e0efed", "#0a6a68", "#a8322a"
WIDTH, FONT_SIZE = 760, 12
