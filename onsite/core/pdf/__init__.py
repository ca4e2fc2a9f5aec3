"""HTML in, archivable PDF out: rendered by a child process that can reach neither files nor network."""

from onsite.core.pdf.environment import check_environment, renderer_fingerprint
from onsite.core.pdf.fonts import missing_glyphs
from onsite.core.pdf.render import Attachment, RenderFailed, render_pdf

__all__ = [
    "Attachment",
    "RenderFailed",
    "check_environment",
    "missing_glyphs",
    "render_pdf",
    "renderer_fingerprint",
]
