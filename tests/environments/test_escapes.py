"""Hostile cells get nowhere: a part of them in every run; all, under each account and in a container, with --slow.

`python -m tests.environments.escapes` prints the table.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rlm_app.environments.local import LocalREPL
from tests.environments.escapes.runner import Case, Runner, cases, judge

ROOT = Path(__file__).resolve().parents[2]
ORDINARY = 64_321
ALL = cases()
QUICK = [case for place, case in enumerate(ALL) if place % 5 == 0 and case.seconds <= 3 and not case.after]

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these walls are Linux's")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    made = Runner(LocalREPL())
    yield made
    made.close()


@linux
@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_a_hostile_cell_reaches_its_attack_and_gets_nowhere(runner: Runner, case: Case) -> None:
    outcome = runner.run(case)
    assert outcome.verdict == "contained", f"{case.must_not}: {outcome.why}"


def test_there_are_hostile_cells_of_each_kind_and_each_says_what_must_not_happen() -> None:
    counts = Counter(case.category for case in ALL)
    assert len(ALL) >= 80
    assert min(counts.values()) >= 4
    assert len(counts) >= 14
    assert all(case.must_not and "tried()" in case.code for case in ALL)


def test_a_case_counts_only_when_its_attack_was_reached_and_nothing_was_touched() -> None:
    assert judge("TRIED", [], [])[0] == "contained"
    assert judge("ImportError", [], [])[0] == "not tried"
    assert judge("TRIED\nESCAPED wrote", [], [])[0] == "broke its rule"
    assert judge("TRIED", [], ["process 7 lives on"])[0] == "broke its rule"
    assert judge("TRIED", ["a secret was read"], [])[0] == "escaped"
    assert judge("TRIED\nnote: FORGED", [], [])[0] == "escaped"


def table(python: str, *options: str, names: Sequence[str] = (), folder: Path = ROOT, parts: int = 2) -> Counter[str]:
    """Run cases, all if none is named, in so many processes of their own side by side, and count the verdicts.

    Without `--control`, what got out is told.
    """
    named = list(names) or [case.name for case in ALL if "--control" not in options or case.control]
    command = [python, "-m", "tests.environments.escapes", "--json", *options]
    with ThreadPoolExecutor(parts) as pool:
        found = list(pool.map(lambda part: verdicts([*command, *named[part::parts]], folder), range(parts)))
    rows = [row for of_part in found for row in of_part]
    got_out = [row for row in rows if row["verdict"] in ("escaped", "broke its rule")]
    assert "--control" in options or not got_out, got_out
    return Counter(row["verdict"] for row in rows)


def verdicts(command: list[str], folder: Path) -> list[dict[str, str]]:
    """Run cases in a process of its own; return what came of each."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows, done.stderr
    return rows


def open_to_all(python: str) -> bool:
    from rlm_app.environments.confinement.inside.identity import others_can_reach

    return others_can_reach(python)


@pytest.fixture
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str], Path]]:
    """Return an interpreter, options and a folder by which the cases run as an ordinary account."""
    if os.getuid() != 0:
        yield sys.executable, [], ROOT
        return
    python = next((path for path in (os.path.realpath(sys.executable), "/usr/bin/python3") if open_to_all(path)), None)
    if python is None:
        pytest.skip("no Python that an ordinary account can run: install Debian's python3, or make this one readable")
    copy = Path("/tmp") / f"rlm-escapes-{os.getpid()}"
    for part in ("rlm_app", "tests/environments"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    yield python, ["--as", str(ORDINARY)], copy
    shutil.rmtree(copy)


@linux
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_hostile_cell_gets_out_under_this_account() -> None:
    assert table(sys.executable) == {"contained": len(ALL)}


@linux
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_hostile_cell_gets_out_under_an_ordinary_account(ordinary: tuple[str, list[str], Path]) -> None:
    python, options, folder = ordinary
    assert table(python, *options, folder=folder) == {"contained": len(ALL)}


@linux
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_without_the_walls_a_good_part_of_the_attacks_would_work(
    ordinary: tuple[str, list[str], Path], record_property: Callable[[str, object], None]
) -> None:
    python, options, folder = ordinary
    # One after the other: what nothing holds may end every process of this account.
    counts = table(python, "--control", *options, folder=folder, parts=1)
    record_property("without walls", dict(counts))
    assert counts["escaped"] >= 40
    assert counts["escaped"] + counts["broke its rule"] >= 80


@linux
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", [0, 1], ids=["a jail for Landlock", "the first Landlock"])
def test_the_next_wall_holds_where_one_is_missing(version: int) -> None:
    names = [case.name for case in ALL if version or not case.jail]
    counts = table(sys.executable, "--plan", json.dumps({"landlock": version}), names=names)
    assert set(counts) <= {"contained", "not tried"}
    assert counts["contained"] >= len(ALL) - 5


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_hostile_cell_gets_out_of_a_container() -> None:
    from tests.environments.recipes import docker_repl

    docker_repl()  # says why where there is none
    held = [case.name for case in ALL if not case.docker]
    counts = table(sys.executable, "--environment", "docker", names=held, parts=3)
    assert counts == {"contained": len(held)}
