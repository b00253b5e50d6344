"""Runs a seccomp program in Python, so that the rules of both machines can be checked on either."""

from __future__ import annotations

import struct

AUDIT = (0xC000003E, 0xC00000B7)


def verdict(program: bytes, audit: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Return what the kernel would do about a call: the value of the return instruction that is reached."""
    padded = [value % 2**64 for value in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<IIQ6Q", number, audit, 0, *padded)
    code = list(struct.iter_unpack("=HBBI", program))
    held = place = 0
    while True:
        operation, if_true, if_false, value = code[place]
        place += 1
        if operation == 0x06:
            return int(value)
        if operation == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
        elif operation == 0x54:
            held &= value
        elif operation in (0x15, 0x35):
            holds = held == value if operation == 0x15 else held >= value
            place += if_true if holds else if_false
        else:
            raise ValueError(f"unknown instruction {operation:#x}")
