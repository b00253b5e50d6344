"""Starts a program as if on a kernel without Landlock, filters and namespaces: `python weak_kernel.py PROGRAM ARGUMENT…`."""

import ctypes
import os
import struct
import sys

REFUSED = {"x86_64": (444, 445, 446, 317, 272), "aarch64": (444, 445, 446, 277, 97)}
NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
EPERM, ALLOWED = 0x00050001, 0x7FFF0000


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def main() -> None:
    """Have those calls refused and become the program."""
    pack = struct.Struct("=HBBI").pack
    code = pack(0x20, 0, 0, 0)
    for number in REFUSED[os.uname().machine]:
        code += pack(0x15, 0, 1, number) + pack(0x06, 0, 0, EPERM)
    code += pack(0x06, 0, 0, ALLOWED)
    held = ctypes.create_string_buffer(code, len(code))
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = Program(len(code) // 8, ctypes.addressof(held))
    if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(wanted), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel took no filter")
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
