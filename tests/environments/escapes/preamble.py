"""The first cell of every case: what the hostile cells after it are written with. `world` has been loaded before."""

import ctypes
import gc
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def tried():
    """Say that the attack's line was reached, in a way that comes through where the output is lost with the worker."""
    print("TRIED", flush=True)
    note("TRIED")  # noqa: F821 - a function of the host


def escaped(what):
    """Say that what must not happen has happened."""
    print(f"ESCAPED {what}", flush=True)
    os.write(2, f"ESCAPED {what}\n".encode())


def escaped_if(found):
    """Show what was found; the host looks for its secrets in it. "ESCAPED" is a success by itself."""
    if found == "ESCAPED":
        escaped("")
    elif found:
        print(repr(found)[:20_000], flush=True)


def done(result):
    """Return what a C function returned, or raise what it failed with."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def syscall(x86_64, aarch64, *arguments):
    """Make a system call by its number."""
    number = x86_64 if platform.machine() == "x86_64" else aarch64
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))


def listing(place):
    """Return what stands in a folder, nothing where it cannot be listed."""
    try:
        return os.listdir(place)
    except OSError:
        return []


def wire():
    """Return the worker's end of the protocol."""
    return next(item for item in gc.get_objects() if type(item).__name__ == "Wire")


def repl():
    """Return the worker's own object, with the secret of the cell that runs."""
    return next(item for item in gc.get_objects() if type(item).__name__ == "Repl")
