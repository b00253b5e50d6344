from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, naming


def test_names_that_several_share_are_told_apart() -> None:
    names = {"a": "lease", "b": "note", "c": "lease"}
    assert naming.by_id(names) == {"a": "lease · a", "b": "note", "c": "lease · c"}


def test_of_two_versions_of_a_document_the_question_is_asked_of_the_one_that_was_chosen(
    page: Callable[..., AppTest], app: App, contract: DocumentInfo, tmp_path: Path
) -> None:
    (tmp_path / "newer").mkdir()
    file = tmp_path / "newer" / "contract.txt"
    file.write_text("Another text by the same name.", encoding="utf-8")
    newer = app.add_file(file, "contract.txt", "local")
    tab = page()
    field = tab.multiselect(key=again.CHOSEN)
    assert {"contract.txt · newest", f"contract.txt · {contract.sha256[:8]}"} <= set(field.options)
    field.select(newer.sha256).run()
    assert tab.session_state[again.CHOSEN] == [newer.sha256]
