"""Which files an interpreter needs: its library without the packages beside it, shared libraries, fonts, time zones."""

from __future__ import annotations

import os
import sys

DEVICES = ("/dev/null", "/dev/urandom", "/dev/random")  # not /dev/zero: a shared map of it is memory that no cap counts
PACKAGE_FOLDERS = ("site-packages", "dist-packages")
INSTALLERS = (
    "pip",
    "setuptools",
    "wheel",
    "pkg_resources",
    "_distutils_hack",
    "distutils-precedence.pth",
    "README.txt",
)
LIBRARY_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
ALSO = (
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/fonts",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/lib/locale",
    "/usr/share/locale/locale.alias",
    "/sys/devices/system/cpu/online",
)

_found: tuple[list[str], list[str]] | None = None


def runtime() -> tuple[list[str], list[str]]:
    """Return what this interpreter reads, and the folders it only lists; looked up once, so that forked children need not."""
    global _found  # noqa: PLW0603 - what one process finds holds for all that it forks
    if _found is None:
        standard = os.path.dirname(os.path.realpath(os.__file__))
        read = [*_standard(standard), *_libraries(), *ALSO]
        version = f"python{sys.version_info[0]}{sys.version_info[1]}.zip"
        read.append(os.path.join(os.path.dirname(standard), version))
        _found = ([path for path in read if os.path.exists(path)], [standard])
    return _found


def _standard(folder: str) -> list[str]:
    """Return the standard library: its folder, or what is in it where packages of somebody's stand in the midst of it.

    Each path costs each worker some hundredth of a millisecond.
    """
    names = os.listdir(folder)
    packages = [os.path.join(folder, name) for name in names if name in PACKAGE_FOLDERS]
    if all(name.startswith(INSTALLERS) for place in packages for name in os.listdir(place)):
        return [folder]
    return [os.path.join(folder, name) for name in names if name not in PACKAGE_FOLDERS]


def _libraries() -> list[str]:
    """Return folders of shared libraries and the libraries beside them, but not an application's folder in /usr/lib."""
    found = []
    for folder in (*LIBRARY_FOLDERS, os.path.join(sys.base_prefix, "lib")):
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if "-linux-gnu" in name or "-linux-musl" in name or ".so" in name or name.startswith("ld-"):
                found.append(os.path.join(folder, name))
    return list(dict.fromkeys(found))
