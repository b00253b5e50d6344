"""Packages that cells import are compiled beforehand, once, where that is allowed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rlm_app.environments.bytecode import compile_packages

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="local workers need POSIX")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "pandas"
    (folder / "core").mkdir(parents=True)
    (folder / "tests").mkdir()
    for name in ("__init__.py", "core/frame.py", "tests/test_frame.py"):
        (folder / name).write_text("x = 1\n", encoding="utf-8")
    return folder


def compiled(folder: Path) -> set[str]:
    return {path.name.partition(".")[0] for path in folder.rglob("*.pyc")}


@posix
def test_a_package_is_compiled_once_and_its_tests_are_not(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    single = package.parent / "six.py"
    single.write_text("x = 1\n", encoding="utf-8")
    assert compile_packages([str(package), str(single)])
    assert compiled(package.parent) == {"__init__", "frame", "six"}
    assert not compile_packages([str(package), str(single)])


def test_what_is_no_package_of_python_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "numpy.libs").mkdir()
    (tmp_path / "fast.so").touch()
    assert not compile_packages([str(tmp_path / name) for name in ("numpy.libs", "fast.so", "absent", "absent.py")])


def test_nothing_is_compiled_where_python_was_told_to_write_no_bytecode(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert not compile_packages([str(package)])
    assert compiled(package) == set()


def test_nothing_is_compiled_by_an_import() -> None:
    code = (
        "import subprocess, sys\nimport rlm_app.environments.bytecode, rlm_app.ui.serving\nprint(*subprocess._active)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "\n"
