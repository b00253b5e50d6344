"""What keeps a local worker's cells from files, network and processes: rules, layers, and what is said of them."""

import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments.confinement import INSIDE, START, Plan, packages, sources
from rlm_app.environments.confinement.inside import identity, kernel, landlock, layers, paths, rules, seccomp, syscalls
from rlm_app.environments.confinement.measure import Report, level_of, measure
from rlm_app.environments.confinement.words import Kind, Level, describe, on_this_system
from rlm_app.environments.local import LocalREPL
from rlm_app.environments.scratch import sweep_scratch
from rlm_app.errors import REPLStartError
from tests.environments import make_syscalls
from tests.environments.bpf import AUDIT, verdict

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these layers are Linux's")
MACHINES = [pytest.param(0, id="x86_64"), pytest.param(1, id="aarch64")]
PID = 4242
EPERM, ENOSYS, EACCES, ENOMEM, ENOTTY = map(
    rules.refuse, (errno.EPERM, errno.ENOSYS, errno.EACCES, errno.ENOMEM, errno.ENOTTY)
)
OK, KILL = rules.ALLOWED, rules.KILL

# Numbers on x86_64 and aarch64 of calls by which code would get out.
REFUSED = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "sendmsg": (46, 211), "execve": (59, 221),
    "execveat": (322, 281), "ptrace": (101, 117), "process_vm_readv": (310, 270), "mount": (165, 40), "unshare": (272, 97),
    "setns": (308, 268), "bpf": (321, 280), "keyctl": (250, 219), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "init_module": (175, 105), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "seccomp": (317, 277), "landlock_restrict_self": (446, 446), "fchmodat": (268, 53), "truncate": (76, 45),
    "linkat": (265, 37), "symlinkat": (266, 36), "mknodat": (259, 33), "tkill": (200, 130), "setpriority": (141, 140),
    "rt_sigqueueinfo": (129, 138), "shmget": (29, 194), "open_by_handle_at": (304, 265), "setuid": (105, 146),
    "chroot": (161, 51), "pivot_root": (155, 41), "setsid": (112, 157), "kcmp": (312, 272),
}  # fmt: skip


@cache
def program(machine: int, files: bool = True) -> bytes:
    return seccomp.program(machine, PID, files=files)


def number(name: str, machine: int) -> int:
    tables = (syscalls.ALLOW, syscalls.FILES, syscalls.CHECKED, syscalls.ENOSYS)
    found = next(table[name] for table in tables if name in table)[machine]
    assert found is not None
    return found


def asked(machine: int, name: str, *arguments: int, files: bool = True) -> int:
    return verdict(program(machine, files), AUDIT[machine], number(name, machine), arguments)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("files", [True, False])
def test_calls_by_which_code_would_get_out_are_refused(machine: int, files: bool) -> None:
    for name, numbers in REFUSED.items():
        found = verdict(program(machine, files), AUDIT[machine], numbers[machine])
        assert found in (EPERM, ENOSYS), name


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_that_is_not_listed_is_refused(machine: int) -> None:
    tables = (syscalls.ALLOW, syscalls.FILES, syscalls.CHECKED, syscalls.ENOSYS)
    listed = {numbers[machine] for table in tables for numbers in table.values()}
    code = program(machine)
    assert {verdict(code, AUDIT[machine], n) for n in range(600) if n not in listed} == {EPERM}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_program_of_another_machine_or_size_is_killed(machine: int) -> None:
    assert verdict(program(machine), AUDIT[1 - machine], number("read", machine)) == KILL
    assert verdict(program(machine), 0x40000003, 1) == KILL
    assert verdict(program(machine), AUDIT[machine], 0x40000000 + 41) == KILL
    assert verdict(program(machine), AUDIT[machine], 0xFFFFFFFF) == KILL


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "found"),
    [
        ("read", (), OK),
        ("futex", (), OK),
        ("getrandom", (), OK),
        ("clone", (0x3D0F00,), OK),
        ("clone", (0x3D0F00 & ~0x400,), EPERM),
        ("clone", (0x1200011,), EPERM),
        ("clone", (0x4111,), EPERM),
        ("clone", (0x3D0F00 | 0x10000000,), EPERM),
        ("clone", (0x3D0F00 | 0x40000000,), EPERM),
        ("clone3", (), ENOSYS),
        ("memfd_create", (), ENOSYS),
        ("openat2", (), ENOSYS),
        ("kill", (PID, 9), OK),
        ("kill", (0, 9), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (1, 0), EPERM),
        ("tgkill", (PID, PID, 2), OK),
        ("tgkill", (77, 77, 2), EPERM),
        ("prlimit64", (0,), OK),
        ("prlimit64", (77,), EPERM),
        ("mmap", (0, 4096, 3, 0x22), OK),
        ("mmap", (0, 4096, 1, 0x01, 3), OK),
        ("mmap", (0, 4096, 3, 0x21), ENOMEM),
        ("mmap", (0, 4096, 3, 0x122), ENOMEM),
        ("mmap", (0, 4096, 3, 0x20022), OK),
        ("close_range", (3, 9, 0), OK),
        ("close_range", (3, 9, 4), OK),
        ("close_range", (3, 9, 2), EPERM),
        ("socketpair", (1, 1 | 0o2000000), OK),
        ("socketpair", (1, 2), EPERM),
        ("socketpair", (2, 1), EPERM),
        ("sendto", (5, 1, 1, 0, 0), OK),
        ("sendto", (5, 1, 1, 0, 1 << 40), EPERM),
        ("sendto", (5, 1, 1, 0, 8), EPERM),
        ("fcntl", (3, 3), OK),
        ("fcntl", (3, 8), EPERM),
        ("fcntl", (3, 10), EPERM),
        ("fcntl", (3, 1031), EPERM),
        ("ioctl", (0, 0x541B), OK),
        ("ioctl", (0, 0x5412), ENOTTY),
        ("prctl", (15,), OK),
        ("prctl", (4, 1), EPERM),
        ("openat", (-100, 0, 0o2000000), OK),
        ("openat", (-100, 0, 0o1101), OK),
        ("openat", (-100, 0, 0o1000), EACCES),
    ],
)
def test_a_call_is_judged_by_its_arguments(machine: int, name: str, arguments: tuple[int, ...], found: int) -> None:
    assert asked(machine, name, *arguments) == found


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["openat", "renameat", "unlinkat", "mkdirat"])
def test_without_walls_around_files_no_path_can_be_opened_or_changed(machine: int, name: str) -> None:
    assert asked(machine, name, -100, 0, 0, files=False) == EACCES
    assert asked(machine, "read", files=False) == OK


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_fits_into_what_a_kernel_takes(machine: int) -> None:
    assert len(program(machine)) // 8 < 4096


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("files", [True, False])
def test_the_filter_that_is_kept_names_the_process_it_is_put_on(machine: int, files: bool) -> None:
    for name in ("kill", "tgkill", "prlimit64"):
        for pid in (PID, PID + 1):
            kept = seccomp.program(machine, pid, files=files)
            others = {verdict(kept, AUDIT[machine], number(name, machine), (other,)) for other in (seccomp.NOBODY, 77)}
            assert verdict(kept, AUDIT[machine], number(name, machine), (pid,)) == OK
            assert others == {EPERM}


@pytest.mark.parametrize(
    ("beside", "whole"),
    [((), True), (("pip", "pip-24.0.dist-info", "README.txt"), True), (("pip", "secrets.py"), False)],
)
def test_the_standard_library_is_one_path_unless_somebodys_packages_stand_in_it(
    tmp_path: Path, beside: tuple[str, ...], whole: bool
) -> None:
    (tmp_path / "json").mkdir()
    (tmp_path / "site-packages").mkdir()
    for name in beside:
        (tmp_path / "site-packages" / name).touch()
    found = paths._standard(str(tmp_path))
    assert found == ([str(tmp_path)] if whole else [str(tmp_path / "json")])


def test_the_numbers_are_those_of_the_kernels_headers() -> None:
    if not (make_syscalls.X86_64.exists() and make_syscalls.AARCH64.exists()):
        pytest.skip("the kernel's headers (linux-libc-dev) are not installed")
    assert make_syscalls.TABLE.read_text(encoding="utf-8") == make_syscalls.table()


@pytest.mark.parametrize(
    ("version", "parts", "bits"), [(1, 1, 13), (2, 1, 14), (3, 1, 15), (4, 2, 15), (5, 2, 16), (6, 3, 16)]
)
def test_each_version_of_landlock_is_asked_for_all_it_can_withhold(version: int, parts: int, bits: int) -> None:
    assert struct.unpack(f"={parts}Q", landlock.ruleset(version))[0] == (1 << bits) - 1


def test_in_scratch_only_plain_files_can_be_made() -> None:
    for right in ("MAKE_DIR", "MAKE_SYM", "MAKE_FIFO", "MAKE_SOCK", "MAKE_CHAR", "MAKE_BLOCK", "REFER", "EXECUTE"):
        assert not getattr(landlock, right) & landlock.SCRATCH, right


def test_what_goes_into_a_sandbox_is_small_and_complete() -> None:
    inside = START.with_name("inside")
    assert {path.stem for path in inside.glob("*.py")} == {
        *INSIDE,
        "__init__",
        "keeper",
    }  # the last only where the app starts it
    for name, source in sources():
        compile(source, name, "exec")
    assert sum(len(source) for _, source in sources()) < 64 << 10


@linux
@pytest.mark.parametrize(
    ("plan", "might"), [(Plan(), False), (Plan(seccomp=False), True), (Plan(confined=False), True)]
)
def test_it_is_known_beforehand_whether_cells_could_start_processes(plan: Plan, might: bool) -> None:
    if kernel.machine() is None:
        pytest.skip("the kernel's calls are not known on this machine")
    assert layers.may_start_processes(asdict(plan)) is might


def test_a_path_is_open_to_others_only_if_each_folder_on_the_way_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "file").touch(mode=0o644)
    outermost_is_open = identity.others_can_reach(str(tmp_path.parent))
    assert identity.others_can_reach("/usr")
    assert not identity.others_can_reach(str(tmp_path / "absent"))
    tmp_path.chmod(0o750)
    assert not identity.others_can_reach(str(tmp_path / "file"))
    tmp_path.chmod(0o755)
    assert identity.others_can_reach(str(tmp_path / "file")) == outermost_is_open


def test_packages_for_calculating_may_be_read_and_the_apps_own_may_not() -> None:
    names = {Path(path).name for path in packages.entries()}
    assert {"numpy", "pandas", "matplotlib", "dateutil", "PIL"} <= names
    assert not {"streamlit", "duckdb", "openai", "anthropic"} & names


# What the layers do, on this kernel.


@pytest.fixture(scope="module")
def report() -> Report:
    return measure()


@linux
def test_a_worker_is_confined_here_and_the_kernel_says_so_too(report: Report) -> None:
    assert report.level == Level(Kind.CONFINED), report
    assert report.kernel == {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16}
    assert all(report.probes.values())
    assert all(report.caps.values())
    assert not report.problem


LESS = {
    "no Landlock: a jail": (Plan(landlock=0), Kind.CONFINED, ()),
    "the first Landlock": (Plan(landlock=1), Kind.CONFINED, ()),
    "neither: no files": (Plan(landlock=0, jail=False, preload=("csv",)), Kind.NO_FILES, ()),
    "no filter": (Plan(seccomp=False), Kind.PARTLY, ("network", "processes")),
    "nothing": (Plan(confined=False), Kind.UNCONFINED, ("files", "network", "processes")),
}


@linux
@pytest.mark.parametrize(("plan", "kind", "missing"), LESS.values(), ids=LESS)
def test_with_a_layer_less_the_next_one_holds_or_is_missed(plan: Plan, kind: Kind, missing: tuple[str, ...]) -> None:
    found = measure(plan)
    if "off" in found.layers.get("jail", found.layers.get("namespaces", "")) and plan.jail and not plan.landlock:
        kind = Kind.NO_FILES  # no namespaces for us here, such as inside of a container
    assert found.level == Level(kind, missing), found


@linux
def test_where_the_kernel_refuses_every_wall_that_is_said_and_nothing_is_imported_for_it(tmp_path: Path) -> None:
    if kernel.machine() is None:
        pytest.skip("the kernel's calls are not known on this machine")
    weak = Path(__file__).with_name("weak_kernel.py")
    command = [sys.executable, str(weak), sys.executable, *Plan(preload=("pandas",)).arguments(None)]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    said = json.loads(done.stdout)
    assert said["files"] == "open"
    assert said["missing"] == ["files", "network", "processes"]
    assert [said["layers"][name][:3] for name in ("landlock", "seccomp", "namespaces")] == ["off"] * 3


@linux
def test_a_worker_that_must_be_confined_and_cannot_be_does_not_start() -> None:
    with pytest.raises(REPLStartError) as refused:
        REPL(LocalREPL(Plan(required=True, seccomp=False)), {}, cancel=CancelToken())
    assert "reach the network and start or reach programs" in str(refused.value)
    assert "docker" in str(refused.value)


def test_what_a_worker_says_does_not_count_when_the_kernel_says_otherwise() -> None:
    said = {"missing": [], "files": "rules"}
    kernel = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16}
    assert level_of(said, kernel).kind is Kind.CONFINED
    assert level_of(said, {**kernel, "Seccomp": "0"}).kind is Kind.UNCONFINED
    assert level_of(said, {}).kind is Kind.UNCONFINED
    assert level_of({}, kernel).kind is Kind.UNCONFINED
    assert level_of({"missing": ["network"]}, kernel) == Level(Kind.PARTLY, ("network",))


@pytest.fixture(scope="module")
def repl() -> Iterator[REPL]:
    with REPL(LocalREPL(), {}, cancel=CancelToken()) as live:
        yield live


def printed(repl: REPL, code: str) -> str:
    result = repl.run(code, seconds=60)
    assert result.error is None, result.error
    return result.stdout.strip()


@linux
@pytest.mark.slow  # where packages have no bytecode yet, they are compiled for each worker anew
def test_numbers_tables_and_pictures_can_be_made_under_confinement(repl: REPL) -> None:
    code = """
import io, os, numpy, pandas
import matplotlib.pyplot as plot
table = pandas.read_csv(io.StringIO("name,amount\\na,1\\nb,2\\n"))
table.to_csv("table.csv", index=False)
figure, axes = plot.subplots()
axes.bar(table["name"], table["amount"])
axes.set_title("Beträge – €")
figure.savefig("figure.png")
plot.close(figure)
print(pandas.read_csv("table.csv")["amount"].sum(), numpy.linalg.det(numpy.eye(3)), os.path.getsize("figure.png") > 1000)
"""
    assert printed(repl, code).startswith("3 1.0 True\n(1 picture")


MODULES = (
    *("asyncio", "base64", "bz2", "calendar", "collections", "concurrent.futures", "configparser", "csv", "ctypes"),
    *("dataclasses", "datetime", "decimal", "difflib", "email.message", "enum", "fractions", "glob", "gzip", "hashlib"),
    *(
        "heapq",
        "html.parser",
        "io",
        "itertools",
        "json",
        "logging",
        "lzma",
        "math",
        "mmap",
        "operator",
        "pathlib",
        "pickle",
    ),
    *(
        "pprint",
        "random",
        "re",
        "shutil",
        "sqlite3",
        "statistics",
        "string",
        "struct",
        "subprocess",
        "tempfile",
        "textwrap",
    ),
    *(
        "threading",
        "timeit",
        "typing",
        "unicodedata",
        "urllib.parse",
        "uuid",
        "xml.etree.ElementTree",
        "zipfile",
        "zlib",
    ),
)


@linux
def test_the_standard_library_can_be_imported_and_used_under_confinement(repl: REPL) -> None:
    code = f"""
import importlib
for name in {MODULES}: importlib.import_module(name)
import asyncio, concurrent.futures, datetime, sqlite3, tempfile, threading, zoneinfo
with concurrent.futures.ThreadPoolExecutor(8) as pool: total = sum(pool.map(abs, range(-5, 5)))
with tempfile.NamedTemporaryFile("w+") as file: file.write("x"); file.flush(); size = file.tell()
base = sqlite3.connect("base.sqlite")
base.execute("create table t (a)"); base.execute("insert into t values (7)"); base.commit()
asyncio.run(asyncio.sleep(0))
noon = datetime.datetime(2024, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
print(total, size, base.execute("select a from t").fetchone()[0], noon.utcoffset())
"""
    assert printed(repl, code) == "25 1 7 2:00:00"


INTERPRETERS = [
    path
    for version in ("3.12", "3.13")
    for path in (*Path("/root/.pyenv/versions").glob(f"{version}.*/bin/python3"), Path(f"/usr/bin/python{version}"))
    if os.access(path, os.X_OK)
]


@linux
@pytest.mark.parametrize("interpreter", INTERPRETERS, ids=lambda path: path.parts[-3])
def test_a_later_python_is_confined_as_well(interpreter: Path, tmp_path: Path) -> None:
    plan = replace(Plan(required=True), outside=(str(START),))
    done = subprocess.run(
        [interpreter, *plan.arguments(None)],
        cwd=tmp_path,
        input="",
        capture_output=True,
        text=True,
        env={},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"missing": []' in done.stdout


@linux
def test_a_package_that_is_not_offered_looks_as_if_it_were_not_installed(repl: REPL) -> None:
    code = "try:\n    import duckdb\nexcept ModuleNotFoundError as error:\n    print(error)"
    assert printed(repl, code) == "No module named 'duckdb' is offered to cells"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root makes up accounts for workers")
def test_folders_that_a_dead_app_gave_to_its_workers_accounts_are_swept() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = Path(tempfile.gettempdir(), f"rlm-scratch-{ended.pid}-left")
    strangers = Path(tempfile.gettempdir(), f"rlm-scratch-{ended.pid}-strangers")
    try:
        for folder, uid in ((left, identity.FIRST_UID + 5), (strangers, 1_000)):
            folder.mkdir()
            os.chown(folder, uid, uid)
        sweep_scratch()
        assert not left.exists()
        assert strangers.exists()
    finally:
        shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(strangers, ignore_errors=True)


# What people are told.


def test_each_level_says_what_it_means_in_plain_words() -> None:
    assert describe(Level(Kind.CONFINED)).title == "Confined process"
    assert "use Docker for stronger separation" in describe(Level(Kind.CONFINED)).sentence
    assert "cannot open any file" in describe(Level(Kind.NO_FILES)).sentence
    partly = describe(Level(Kind.PARTLY, ("files", "network")))
    assert partly.title == "Partly confined: missing files and network"
    assert "could read your files and reach the network" in partly.sentence
    nothing = describe(Level(Kind.UNCONFINED, ("files", "network", "processes")))
    assert nothing.title == "Not confined"
    assert "could read your files or send them away" in nothing.sentence


@pytest.mark.parametrize(
    ("platform", "said"), [("darwin", "On macOS"), ("win32", "On Windows"), ("linux", "Linux 5.13")]
)
def test_a_system_that_cannot_confine_is_told_what_to_do(platform: str, said: str) -> None:
    assert said in on_this_system(platform)
    assert "Docker" in on_this_system(platform)


def test_a_plan_is_data() -> None:
    assert asdict(Plan())["confined"] is True
    assert not Plan().required
