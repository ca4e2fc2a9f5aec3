"""Large files in pieces: what arrived stays, and goes on after a lost connection."""

from onsite.core.incoming.receiving import PIECE_BYTES, begin, forget_old, found, receive
from onsite.core.incoming.taking import IncomingUpload, taken, upload_of

__all__ = ["PIECE_BYTES", "IncomingUpload", "begin", "forget_old", "found", "receive", "taken", "upload_of"]
