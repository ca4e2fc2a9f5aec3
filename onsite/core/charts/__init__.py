"""Charts drawn on the server as SVG: the same text serves the page and the printed document."""
