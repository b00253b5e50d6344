"""Writes `confinement/inside/syscalls.py` from kernel headers: `python -m tests.environments.make_syscalls`.

What is allowed is decided here and in `rules.py`; the headers (linux-libc-dev) only give the numbers.
"""

from __future__ import annotations

import re
from pathlib import Path

X86_64 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
AARCH64 = Path("/usr/include/asm-generic/unistd.h")
TABLE = Path(__file__).resolve().parents[2] / "rlm_app" / "environments" / "confinement" / "inside" / "syscalls.py"

# Acts on the caller itself, or on descriptors it holds already.
ALLOW = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close dup dup2 dup3
fstat stat lstat newfstatat statx access faccessat faccessat2 statfs fstatfs
getdents getdents64 getcwd chdir fchdir readlink readlinkat
ftruncate fsync fdatasync flock sendfile copy_file_range fadvise64 umask
munmap mprotect mremap madvise brk msync membarrier
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigpending rt_sigsuspend sigaltstack pause
futex futex_waitv set_robust_list rseq set_tid_address exit exit_group restart_syscall
gettid getpid getppid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid
sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
getpriority getcpu nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getrusage
getitimer setitimer alarm timer_create timer_settime timer_gettime timer_getoverrun timer_delete
timerfd_create timerfd_settime timerfd_gettime
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
eventfd eventfd2 pipe pipe2 uname sysinfo getrandom getrlimit setrlimit
recvfrom getsockopt getsockname getpeername shutdown
"""
# Allowed where Landlock or the jail decides about paths, refused where no path may be opened.
FILES = "rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir"
# Allowed for some arguments, told in rules.py.
CHECKED = "mmap close_range open openat clone kill tgkill ioctl fcntl prctl prlimit64 socketpair sendto"
# Has to look unimplemented, so that the C library takes another way.
ENOSYS = "clone3 openat2 fallocate memfd_create rt_tgsigqueueinfo arch_prctl"


def numbers(header: Path) -> dict[str, int]:
    """Return the number of each call in a header."""
    found: dict[str, int] = {}
    pattern = r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$"
    for name, number in re.findall(pattern, header.read_text(encoding="utf-8"), re.M):
        found.setdefault({"fstatat": "newfstatat"}.get(name, name), int(number))
    return found


def table() -> str:
    """Return the module's text."""
    x86_64, aarch64 = numbers(X86_64), numbers(AARCH64)
    lines = ['"""Numbers of system calls on x86_64 and aarch64, None where a machine lacks one.']
    lines += ["", "Written by tests/environments/make_syscalls.py: change the lists there.", '"""', ""]
    lines += ["from __future__ import annotations", ""]
    for name, words in (("ALLOW", ALLOW), ("FILES", FILES), ("CHECKED", CHECKED), ("ENOSYS", ENOSYS)):
        unknown = [word for word in words.split() if word not in x86_64 and word not in aarch64]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} are in neither header. Correct the list {name}.")
        lines.append(f"{name}: dict[str, tuple[int | None, int | None]] = {{")
        lines += [f'    "{word}": ({x86_64.get(word)}, {aarch64.get(word)}),' for word in words.split()]
        lines += ["}", ""]
    return "\n".join(lines[:-1]) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
