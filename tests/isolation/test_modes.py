"""What `local` and `shared` mean, where they are chosen, and what each refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from rlm_app import settings
from rlm_app.assemble import backends
from rlm_app.cli import main
from rlm_app.cli.report import UNUSABLE
from rlm_app.errors import ConfigError
from rlm_app.settings import Settings, on_community_cloud


def read(
    folder: Path, text: str = "", *, cloud: bool = False, environ: Mapping[str, str] | None = None, **more: str
) -> Settings:
    path = folder / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    return Settings.from_environment({"RLM_APP_HOME": str(folder), **(environ or {}), **more}, (path,), cloud=cloud)


@pytest.mark.parametrize(
    ("text", "said", "shared"),
    [
        ("", {}, False),
        ("", {"RLM_APP_MODE": ""}, False),
        ("", {"RLM_APP_MODE": "local"}, False),
        ("", {"RLM_APP_MODE": " Shared "}, True),
        ('[rlm_app]\nmode = "shared"', {}, True),
        ('[rlm_app]\nmode = "shared"', {"RLM_APP_MODE": "local"}, False),
    ],
)
def test_the_mode_is_a_word_of_the_environment_or_of_the_secrets(
    tmp_path: Path, text: str, said: dict[str, str], shared: bool
) -> None:
    assert read(tmp_path, text, environ=said).shared is shared


@pytest.mark.parametrize("word", ["Share", "multi", "0", "true", "local,shared"])
def test_a_word_that_is_no_mode_is_never_taken_for_one(tmp_path: Path, word: str) -> None:
    with pytest.raises(ConfigError, match=r'which is no mode\. Set it to "local"'):
        read(tmp_path, RLM_APP_MODE=word)


def test_community_cloud_is_shared_whatever_is_left_out_and_never_local(tmp_path: Path) -> None:
    assert read(tmp_path, cloud=True).shared
    with pytest.raises(ConfigError, match="on Community Cloud everybody"):
        read(tmp_path, cloud=True, RLM_APP_MODE="local")


@pytest.mark.parametrize(
    ("root", "python", "cloud"),
    [
        ("/mount/src/ours", "/home/adminuser/venv", True),
        ("/mount/src/ours", "/usr", True),
        ("/srv/ours", "/home/adminuser/venv", True),
        ("/srv/mount/src", "/home/ann/venv", False),
    ],
)
def test_community_cloud_is_known_by_its_places(root: str, python: str, cloud: bool) -> None:
    assert on_community_cloud(Path(root), Path(python)) is cloud


def test_what_the_host_sets_in_the_secrets_reads_as_in_the_environment(tmp_path: Path) -> None:
    text = '[rlm_app]\nmode = "shared"\nparallel_runs = 7\nallow_builtins = true\npeople = ["ann@a.org", "@b.org"]\n'
    login = '[auth]\nclient_id = "x"\n[auth.work]\nclient_id = "y"\n'
    found = read(tmp_path, text + login)
    assert (found.parallel_runs, found.restricted_builtins) == (7, False)
    assert found.people == ("ann@a.org", "@b.org")
    assert found.login == ("", "work")
    assert read(tmp_path, text + login, RLM_APP_PARALLEL_RUNS="2").parallel_runs == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[rlm_app]\nmdoe = "shared"', "sets mdoe, which is no setting"),
        ('rlm_app = "shared"', "it is a table"),
        ('auth = "yes"', "it is a table"),
    ],
)
def test_a_setting_that_does_nothing_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"RLM_APP_ALLOW_UNCONFINED": "1"}, "never runs a model's code unconfined"),
        ({"RLM_APP_SCRIPT": "script.json"}, "same invented answers"),
        ({"RLM_APP_PEOPLE": "ann@example.org"}, "nobody signs in"),
    ],
)
def test_a_shared_app_does_not_start_with_what_is_for_one_person(
    tmp_path: Path, said: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read(tmp_path, environ=said, RLM_APP_MODE="shared")
    if "RLM_APP_PEOPLE" not in said:
        assert not read(tmp_path, environ=said).shared


def test_a_shared_app_offers_no_scripted_backend(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    assert "scripted" in {each.name for each in backends(Settings(tmp_path, script))}
    assert "scripted" not in {each.name for each in backends(Settings(tmp_path, script, shared=True))}


def test_every_setting_can_stand_in_the_secrets_too() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(settings.__file__).parent.rglob("*.py")]
    named = {name.lower() for source in sources for name in re.findall(r"\bRLM_APP_([A-Z_]+[A-Z])\b", source)}
    assert "mode" in named
    assert named <= settings.HOST


def test_nothing_the_host_set_stands_in_the_text_form_of_the_settings(tmp_path: Path) -> None:
    assert "hunter2" not in repr(read(tmp_path, RLM_APP_COOKIE_SECRET="hunter2" * 6))


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_an_app_of_one_person_listens_to_its_own_machine_alone(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="for one person, on this machine only"):
        Settings(tmp_path).check_address(address)
    Settings(tmp_path, shared=True).check_address(address)
    Settings(tmp_path).check_address("127.0.0.1")


@pytest.mark.parametrize(
    ("said", "asked", "sentence"),
    [
        ({}, ["--address", "0.0.0.0"], "for one person, on this machine only"),
        ({"RLM_APP_MODE": "sharde"}, [], "which is no mode"),
        ({"RLM_APP_MODE": "shared", "RLM_APP_COOKIE_SECRET": "short"}, [], "has 5 characters"),
    ],
)
def test_serve_says_before_it_starts_what_it_will_not_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: dict[str, str],
    asked: list[str],
    sentence: str,
) -> None:
    for name, value in {"RLM_APP_HOME": str(tmp_path), **said}.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", *asked]) == UNUSABLE
    assert sentence in capsys.readouterr().err
