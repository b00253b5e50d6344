from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from rlm_app.assemble import environment_for, make_client
from rlm_app.build import open_app
from rlm_app.errors import ConfigError
from rlm_app.records import RunSpec
from rlm_app.settings import Settings


def secrets(folder: Path, text: str) -> tuple[Path, ...]:
    path = folder / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    return (path, folder / "there-is-none.toml")


def test_keys_come_from_the_environment_and_from_the_secrets_file(tmp_path: Path) -> None:
    files = secrets(tmp_path, 'ANTHROPIC_API_KEY = "from-file"\nOPENAI_API_KEY = "in-both"\n[auth]\nX_API_KEY = "no"\n')
    found = Settings.from_environment({"OPENAI_API_KEY": "from-env", "GEMINI_API_KEY": "", "HOME": "/"}, files)
    assert found.keys == {"OPENAI_API_KEY": "from-env", "ANTHROPIC_API_KEY": "from-file"}
    assert found.in_secrets == {"OPENAI_API_KEY", "ANTHROPIC_API_KEY"}


def test_no_key_stands_in_the_text_form_of_the_settings(tmp_path: Path) -> None:
    found = Settings.from_environment({"A_API_KEY": "sk-env"}, secrets(tmp_path, 'B_API_KEY = "sk-file"'))
    assert "sk-" not in repr(found) + str(found)


def test_a_secrets_file_that_is_no_toml_is_named_and_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"secrets\.toml cannot be read as TOML") as told:
        Settings.from_environment({}, secrets(tmp_path, "OPENAI_API_KEY = sk-secret"))
    assert "sk-secret" not in str(told.value)
    assert told.value.__cause__ is None


def test_the_first_file_goes_before_the_second(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    first, second = secrets(tmp_path, 'A_API_KEY = "1"')[0], secrets(tmp_path / "home", 'A_API_KEY = "2"')[0]
    assert Settings.from_environment({}, (first, second)).keys == {"A_API_KEY": "1"}


@pytest.mark.parametrize(("said", "restricted"), [({}, True), ({"RLM_APP_ALLOW_BUILTINS": "1"}, False)])
def test_cells_are_refused_some_builtins_unless_a_setting_allows_them(
    tmp_path: Path, said: dict[str, str], restricted: bool
) -> None:
    settings = Settings.from_environment({"RLM_APP_HOME": str(tmp_path), **said}, secrets=())
    spec = RunSpec("What?", (), "offline", "offline", "offline")
    with contextlib.closing(open_app(settings, keep=False)) as app:
        assert environment_for(settings, app.store, spec, "local").restricted_builtins is restricted


def test_a_backend_whose_address_the_environment_names_is_asked_there(tmp_path: Path) -> None:
    found = {
        "AZURE_OPENAI_ENDPOINT": "https://us.openai.azure.com/",
        "AZURE_OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": "",
    }
    settings = Settings.from_environment({"RLM_APP_HOME": str(tmp_path), **found}, secrets=())
    assert settings.addresses == {"azure_openai": "https://us.openai.azure.com/"}
    client = make_client(settings, RunSpec("What?", (), "azure_openai", "ours", "ours"), "ours", {})
    assert repr(client) == "AzureOpenAIClient(model='ours', at='https://us.openai.azure.com')"
    client.close()
