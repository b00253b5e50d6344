import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rlm_app
from rlm_app.backends import BACKENDS, SCRIPTED
from rlm_app.events import KINDS
from rlm_app.registry import ENVIRONMENTS
from rlm_app.types import Limits, Stop

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names(*groups: object) -> list[str]:
    return [str(name) for group in groups for name in group]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    names(
        rlm_app.__all__,
        KINDS,
        [stop.value for stop in Stop],
        Limits.__dataclass_fields__,
        [backend.name for backend in (*BACKENDS, SCRIPTED)],
        [backend.key_variable for backend in BACKENDS if backend.key_variable],
        ENVIRONMENTS,
        [path.stem.capitalize() for path in (ROOT / "pages").glob("*.py")],
    ),
)
def test_every_public_name_is_in_the_reference(name: str) -> None:
    assert re.search(rf"\b{re.escape(name)}\b", REFERENCE), f"docs/reference.md does not name {name}"


def test_every_variable_the_app_reads_is_in_the_reference() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "rlm_app").rglob("*.py")]
    variables = {name for source in sources for name in re.findall(r"\bRLM_APP_[A-Z_]+\b", source)}
    assert "RLM_APP_HOME" in variables
    assert {name for name in variables if name not in REFERENCE} == set()


def test_every_argument_of_the_library_is_in_the_reference() -> None:
    arguments = {field.name for field in dataclasses.fields(rlm_app.RLM)}
    assert "backend_kwargs" in arguments
    assert {name for name in arguments if name not in REFERENCE} == set()


def test_every_command_is_in_the_reference() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "rlm_app", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    commands = re.findall(r"^    (\w+) ", shown.stdout, re.MULTILINE)
    assert "serve" in commands
    assert {command for command in commands if f"rlm_app {command}" not in REFERENCE} == set()


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_the_readmes_python_runs_as_it_stands(block: str, tmp_path: Path) -> None:
    code = block.replace("./logs", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_pictures_and_files_the_readme_points_to_are_there() -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_only_pages_and_ui_import_streamlit() -> None:
    allowed = {ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "rlm_app" / "ui").rglob("*.py")}
    found = [
        path
        for path in [*(ROOT / "rlm_app").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
        if re.search(r"^\s*(import|from) streamlit", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert [path for path in found if path not in allowed] == []


def test_pages_stand_on_ui_build_and_settings_only() -> None:
    for path in [*(ROOT / "pages").glob("*.py"), ROOT / "app.py"]:
        source = path.read_text(encoding="utf-8")
        imported = re.findall(r"^(?:from|import) rlm_app\.?(\w*)", source, re.MULTILINE)
        assert set(imported) <= {"ui", "build", "settings", "types"}, path.name
