"""An engagement's files: stored unchanged and once, looked through before a client sees them, masked or released."""

from engagements.services.files.clearing import (
    MASKING,
    mask,
    mask_in_worker,
    masking_of,
    release,
    start_masking,
    when_masked,
)
from engagements.services.files.looking import KIND, LEASE, give_up, job_of, look_through
from engagements.services.files.reading import KIND as READING
from engagements.services.files.reading import read
from engagements.services.files.storing import room_left, store, storing_atomically, used_bytes

__all__ = [
    "KIND",
    "LEASE",
    "MASKING",
    "READING",
    "give_up",
    "job_of",
    "look_through",
    "mask",
    "mask_in_worker",
    "masking_of",
    "read",
    "release",
    "room_left",
    "start_masking",
    "store",
    "storing_atomically",
    "used_bytes",
    "when_masked",
]
