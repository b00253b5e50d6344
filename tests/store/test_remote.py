import dataclasses
from pathlib import Path

import pytest

from rlm_app.build import open_app
from rlm_app.errors import StoreError
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.store.remote import connect
from rlm_app.types import RunState


def settings(tmp_path: Path, store: str) -> Settings:
    return dataclasses.replace(Settings(home=tmp_path / "home"), said={"store": store})


def test_the_data_is_kept_in_the_folder_that_the_host_names(tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    app = open_app(settings(tmp_path, str(place)))
    app.store.add_run(RunRecord("1" * 32, "ann", RunSpec("q", (), "b", "m", "m"), RunState.DONE, "boot", 1.0))
    file = tmp_path / "a.txt"
    file.write_text("Some words that are a document.\n" * 9, encoding="utf-8")
    app.add_file(file, "a.txt", "ann")
    app.close()
    assert {each.name for each in place.iterdir()} >= {"rlm.duckdb", "originals"}
    assert not list((tmp_path / "home").glob("*.duckdb*"))


def test_a_disk_that_is_not_mounted_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"RLM_APP_STORE names the folder .*which is not there. Mount its disk"):
        open_app(settings(tmp_path, str(tmp_path / "not-mounted")))
    assert not (tmp_path / "not-mounted").exists()


def test_a_store_at_motherduck_without_a_token_says_which_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOTHERDUCK_TOKEN", "motherduck_token"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StoreError, match=r"md:team is at MotherDuck, and there is no token.*Set MOTHERDUCK_TOKEN"):
        open_app(settings(tmp_path, "md:team"))


def test_a_token_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(StoreError, match="A token does not belong there") as told:
        connect("md:team?motherduck_token=secret", {"MOTHERDUCK_TOKEN": "x"})
    assert "secret" not in str(told.value)
