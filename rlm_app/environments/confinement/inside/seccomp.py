"""seccomp: the rules as a program that the kernel runs before each system call, and its installation."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from . import kernel
from .rules import ALLOWED, KILL, WHOLE, refuse, rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .rules import Condition

LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16
AUDIT = (0xC000003E, 0xC00000B7)
X32 = 0x40000000
SECCOMP = (317, 277)
SET_FILTER, ALL_THREADS = 1, 1
IS_KNOWN = 2

NOBODY = 0x7EDCBA98  # no process id is as large, and no instruction has it for another reason

_instruction = struct.Struct("=HBBI").pack
_programs: dict[tuple[int, bool], bytes] = {}


def program(machine: int, pid: int, *, files: bool) -> bytes:
    """Return the filter for one machine and process, as the kernel takes it; built once for all that this process forks."""
    if (machine, files) not in _programs:
        _programs[machine, files] = _program_for(machine, NOBODY, files=files)
    return _programs[machine, files].replace(struct.pack("=I", NOBODY), struct.pack("=I", pid))


def _program_for(machine: int, pid: int, *, files: bool) -> bytes:
    code = [
        _instruction(LOAD, 0, 0, MACHINE_AT),
        _instruction(JUMP_EQUAL, 1, 0, AUDIT[machine]),
        _instruction(RETURN, 0, 0, KILL),  # the entries for programs of 32 bits, whose numbers mean other calls
        _instruction(LOAD, 0, 0, NUMBER_AT),
        _instruction(JUMP_AT_LEAST, 0, 1, X32),
        _instruction(RETURN, 0, 0, KILL),
    ]
    for number, conditions, verdict in rules(machine, pid, files=files):
        body = _body(conditions, verdict)
        code.append(_instruction(JUMP_EQUAL, 0, len(body), number))
        code += body
    code.append(_instruction(RETURN, 0, 0, refuse(errno.EPERM)))
    return b"".join(code)


def _body(conditions: list[Condition], verdict: int) -> list[bytes]:
    """Return what decides about one call whose number is known."""
    if not conditions:
        return [_instruction(RETURN, 0, 0, verdict)]
    code = []
    for word, mask, values in conditions:
        code.append(_instruction(LOAD, 0, 0, ARGUMENTS_AT + 4 * word))
        if mask != WHOLE:
            code.append(_instruction(AND, 0, 0, mask))
        for place, value in enumerate(values):
            code.append(_instruction(JUMP_EQUAL, len(values) - place, 0, value))
        code.append(_instruction(RETURN, 0, 0, verdict))
    code.append(_instruction(RETURN, 0, 0, ALLOWED))
    return code


def is_there(machine: int) -> bool:
    """Whether this process could put up a filter."""
    verdict = ctypes.c_uint32(refuse(0))
    try:
        return kernel.call(SECCOMP[machine], IS_KNOWN, 0, ctypes.byref(verdict)) == 0
    except OSError:
        return False


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def install(machine: int, *, files: bool) -> str:
    """Put the filter on every thread of this process, for good."""
    code = program(machine, os.getpid(), files=files)
    held = ctypes.create_string_buffer(code, len(code))
    wanted = _Program(len(code) // 8, ctypes.addressof(held))
    try:
        left_out = kernel.call(SECCOMP[machine], SET_FILTER, ALL_THREADS, ctypes.byref(wanted))
    except OSError as error:
        return kernel.reason(error)
    return "on" if left_out == 0 else "off: another thread has a filter of its own"
