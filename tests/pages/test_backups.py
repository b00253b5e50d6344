import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from rlm_app.build import App
from rlm_app.types import DocumentInfo
from rlm_app.ui import backups

Page = Callable[..., AppTest]


def data_tab(page: Page) -> AppTest:
    tab = page("pages/settings.py")
    assert not tab.exception
    return tab


def downloads(tab: AppTest) -> list[str]:
    return [button.label for button in tab.main.get("download_button") if isinstance(button, Element)]


@pytest.fixture
def saved(app: App, contract: DocumentInfo, started: Callable[..., str], tmp_path: Path) -> bytes:
    """Return a backup of a workspace with a document and a run, which then is empty again."""
    run_id = started(contract)
    app.manager.wait(run_id, 60)
    made = app.backups.write("local", tmp_path / "b.zip").path.read_bytes()
    app.manager.delete(run_id, "local")
    app.shelf.delete(contract.sha256, "local")
    return made


def test_a_workspace_is_saved_and_taken_in_again_on_the_settings_page(page: Page, app: App, saved: bytes) -> None:
    tab = data_tab(page)
    assert downloads(tab) == ["Download your workspace"]
    (field,) = [each for each in tab.file_uploader if each.label == "Restore from a backup"]
    field.upload("workspace.zip", saved).run()
    assert not tab.exception
    assert "1 run, 1 document and 0 grids came back" in tab.success[0].value
    assert len(app.store.runs("local")) == 1
    assert len(app.documents("local")) == 1


def test_a_file_that_is_no_backup_is_said_and_changes_nothing(page: Page, app: App) -> None:
    tab = data_tab(page)
    (field,) = [each for each in tab.file_uploader if each.label == "Restore from a backup"]
    field.upload("holiday.zip", b"PK not really").run()
    assert "holiday.zip: is damaged or no backup" in tab.warning[0].value.replace("\\", "")
    assert not app.store.runs("local")


def test_a_data_file_that_was_damaged_is_said_on_the_home_page(
    page: Page, app: App, reopened: Callable[[], App]
) -> None:
    from rlm_app.ui import handle

    handle.close()
    app.settings.data_file.write_bytes(b"scribbled over")
    tab = page()
    assert "The data file was damaged" in tab.warning[0].value
    assert "rlm.duckdb.damaged" in tab.warning[0].value.replace("\\", "")


@pytest.mark.parametrize(
    ("shared", "said", "forgets"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"home": "/data"}, False),
        (True, {"store": "/mnt/data"}, False),
        (True, {"store": "md:team"}, False),
    ],
)
def test_a_shared_app_that_keeps_its_data_nowhere_in_particular_is_taken_to_forget_it(
    app: App, shared: bool, said: dict[str, str], forgets: bool
) -> None:
    app.settings = dataclasses.replace(app.settings, shared=shared, said=said)
    assert backups.forgets(app) is forgets


def test_where_the_host_forgets_runs_without_a_backup_are_counted_with_the_way_to_save_them(
    page: Page, app: App, contract: DocumentInfo, started: Callable[..., str], tmp_path: Path
) -> None:
    app.settings = dataclasses.replace(app.settings, said={}, shared=True)

    def drawn() -> AppTest:
        return AppTest.from_function(_draw, default_timeout=30).run()

    assert not drawn().markdown
    for number in range(6):
        app.manager.wait(started(contract, f"Question {number}?"), 60)
    tab = drawn()
    assert "This host forgets files" in tab.markdown[0].value
    assert "**6 runs** are not saved yet" in tab.markdown[0].value
    assert not tab.exception, tab.exception
    assert downloads(tab) == ["Download your workspace"]
    app.backups.write("local", tmp_path / "b.zip")
    assert not drawn().markdown


def _draw() -> None:
    from rlm_app.ui import backups, handle

    backups.reminder(handle.shared_app(), "local")
