import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.exports import xlsx_grid
from rlm_app.grids import Grid, Standing
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import grid_table, states

PAGE = "pages/grid.py"
QUESTIONS = ("What notice?", "Which fees?")
Page = Callable[..., AppTest]


@pytest.fixture
def grid(app: App, contract: DocumentInfo) -> Grid:
    made = app.grids.create("local", "Contracts", RunSpec("", (), "scripted", "scripted", "scripted"))
    app.grids.add_rows(made.id, "local", [(contract.sha256, contract.name)])
    return app.grids.add_columns(made.id, "local", QUESTIONS)


@pytest.fixture
def done(app: App, grid: Grid) -> Grid:
    assert app.grids.run(grid.id, "local", {}).wait(60)
    return grid


def at(grid: Grid, column: int = 0) -> dict[str, str]:
    return {"grid": grid.id, "cell": f"{grid.rows[0].id}.{grid.columns[column].id}"}


def told(tab: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*tab.markdown, *tab.caption))


def shown(tab: AppTest) -> list[str]:
    (table,) = tab.dataframe
    return [str(value) for value in table.value.iloc[0]]


def until(tab: AppTest, there: Callable[[AppTest], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tab.run()
        assert not tab.exception
        if there(tab):
            return
    raise AssertionError(told(tab))


def test_without_a_grid_the_page_says_what_one_is_for_and_makes_the_first(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    tab = page(PAGE)
    assert "same questions of many documents" in told(tab)
    tab.text_input(key="grid-name").set_value("Leases")
    tab.multiselect(key="grid-documents").set_value([contract.sha256])
    tab.text_area(key="grid-questions").set_value("What notice?\n\nWhich fees?\n")
    tab.button(key="grid-create").click().run()
    assert not tab.exception
    (made,) = app.grids.all("local")
    assert ([row.name for row in made.rows], [column.question for column in made.columns]) == (
        ["contract.txt"],
        list(QUESTIONS),
    )
    assert made.name == "Leases"
    assert tab.button(key="grid-run").label == "Run 2 cells"
    assert "2 empty" in told(tab)
    assert app.store.runs("local") == []


def test_the_button_runs_the_cells_and_the_table_shows_answers_with_marks(page: Page, grid: Grid, app: App) -> None:
    tab = page(PAGE, grid=grid.id)
    assert shown(tab)[1:] == ["", ""]
    tab.button(key="grid-run").click().run()
    until(tab, lambda now: "none is left to run" in told(now))
    # One of the two quotations of each answer is in no document.
    assert all(text.startswith("▲ It says") for text in shown(tab)[1:])
    assert len(app.store.runs("local")) == 2


def test_a_cell_in_the_address_opens_with_its_quotations_and_leads_to_its_run(page: Page, done: Grid) -> None:
    tab = page(PAGE, **at(done))
    assert "**What notice?**" in told(tab)
    assert "Found" in told(tab)
    assert "a sentence that no document holds" in told(tab)
    assert "gray[:small[lines 1" in told(tab)
    tab.session_state[f"grid-cells-{done.id}"] = {"selection": {"cells": [(0, done.columns[0].id)]}}
    tab.button(key="grid-close").click().run()
    assert "**What notice?**" not in told(tab)
    assert not tab.session_state[f"grid-cells-{done.id}"]["selection"]["cells"]  # it can be chosen again


def test_what_a_person_writes_is_marked_and_locked_and_can_be_unlocked(page: Page, done: Grid, app: App) -> None:
    tab = page(PAGE, **at(done))
    key = f"grid-edit-{done.rows[0].id}-{done.columns[0].id}"
    tab.text_area(key=f"{key}-0.000").set_value("=Ninety *days*")
    tab.button(key=f"{key}-save").click().run()
    assert shown(tab)[1] == "✎ =Ninety *days*"
    assert "Written by a person on" in told(tab)
    app.grids.lay_out(done.id, "local", columns=[done.columns[0]])
    assert app.grids.view(done.id, "local").squares[0].standing is Standing.EDITED
    tab.button(key=f"{key}-unlock").click().run()
    assert shown(tab)[1].startswith("▲ It says")


def test_a_question_in_other_words_makes_its_cells_out_of_date(page: Page, done: Grid) -> None:
    tab = page(PAGE, **at(done))
    tab.session_state["grid-layout"] = True
    tab.run()
    tab.text_input(key=f"grid-question-{done.columns[0].id}").set_value("How much notice?").run()
    assert "1 out of date" in told(tab)
    assert shown(tab)[1].startswith("↻")
    assert "put in other words since" in told(tab)


def test_a_cell_that_was_cut_off_says_so_and_is_neither_failed_nor_red(app: App, done: Grid) -> None:
    first = app.grids.view(done.id, "local").squares[0]
    assert first.record is not None
    app.store.update_run(first.record.id, state=RunState.INTERRUPTED)
    square = app.grids.view(done.id, "local").squares[0]
    assert square in app.grids.view(done.id, "local").due
    assert grid_table.shown(square) == "◑ interrupted"
    assert grid_table.look(square) == states.STATES[RunState.INTERRUPTED].markdown
    assert ":red" not in grid_table.look(square)
    assert xlsx_grid.shown(square).startswith("[interrupted] It says")


def test_a_removed_document_comes_back_with_its_answers(page: Page, done: Grid) -> None:
    tab = page(PAGE, grid=done.id)
    tab.session_state["grid-layout"] = True
    tab.run()
    tab.button(key=f"grid-drop-{done.rows[0].id}").click().run()
    assert not tab.dataframe
    tab.button(key="grid-undo").click().run()
    assert shown(tab)[0] == "contract.txt"
    assert shown(tab)[1].startswith("▲")


def test_what_was_added_after_a_removal_stays_when_that_is_undone(page: Page, done: Grid, app: App) -> None:
    tab = page(PAGE, grid=done.id)
    tab.session_state["grid-layout"] = True
    tab.run()
    tab.button(key=f"grid-drop-{done.columns[0].id}").click().run()
    tab.text_area(key="grid-more-questions").set_value("Who signs?")
    tab.button(key="grid-add-questions").click().run()
    tab.button(key="grid-undo").click().run()
    assert [each.question for each in app.grids.get(done.id, "local").columns] == [*QUESTIONS, "Who signs?"]
    assert shown(tab)[1].startswith("▲")


def test_what_another_tab_did_to_a_grid_is_not_undone_by_this_one(page: Page, done: Grid, app: App) -> None:
    tab = page(PAGE, grid=done.id)
    tab.session_state["grid-layout"] = True
    tab.run()
    app.grids.add_columns(done.id, "local", ["Asked in another tab?"])
    tab.text_input(key=f"grid-question-{done.columns[0].id}").set_value("How much notice?").run()
    tab.button(key=f"grid-drop-{done.columns[1].id}").click().run()
    asked = [each.question for each in app.grids.get(done.id, "local").columns]
    assert asked == ["How much notice?", "Asked in another tab?"]


def test_a_grid_deleted_in_another_tab_takes_no_more_changes(page: Page, done: Grid, app: App) -> None:
    tab = page(PAGE, grid=done.id)
    tab.session_state["grid-layout"] = True
    tab.run()
    app.grids.remove(done.id, "local")
    tab.text_area(key="grid-more-questions").set_value("Who signs?")
    tab.button(key="grid-add-questions").click().run()
    assert not tab.exception
    assert "same questions of many documents" in told(tab)


def test_cells_that_nobody_runs_do_not_count_as_done_beside_one_that_is_run(
    page: Page, grid: Grid, app: App, slow: None
) -> None:
    tab = page(PAGE, **at(grid))
    tab.button(key="grid-run-one").click().run()
    until(tab, lambda now: any("1 running" in bar.proto.text for bar in now.get("progress")))
    (bar,) = tab.get("progress")
    assert bar.proto.text.startswith("0 of 2 cells done")


def test_a_deleted_grid_comes_back_on_undo(page: Page, done: Grid, app: App) -> None:
    tab = page(PAGE, grid=done.id)
    tab.button(key="grid-delete").click().run()
    assert app.grids.all("local") == []
    tab.button(key="grid-undo").click().run()
    assert not tab.exception
    assert shown(tab)[1].startswith("▲")


def test_stop_ends_what_runs_and_leaves_the_rest_for_later(page: Page, grid: Grid, slow: None) -> None:
    tab = page(PAGE, grid=grid.id)
    tab.button(key="grid-run").click().run()
    until(tab, lambda now: any(button.key == "grid-stop" for button in now.button))
    tab.button(key="grid-stop").click().run()
    until(tab, lambda now: any(button.key == "grid-run" for button in now.button))
    assert tab.button(key="grid-run").label == "Run 2 cells"


def test_cells_that_a_restart_interrupted_can_be_run_again(
    page: Page, grid: Grid, app: App, slow: None, reopened: Callable[[], App]
) -> None:
    app.grids.run(grid.id, "local", {})
    again = reopened()
    tab = page(PAGE, grid=grid.id)
    assert tab.button(key="grid-run").label == "Run 2 cells"
    assert not any(square.standing.is_live for square in again.grids.view(grid.id, "local").squares)


def test_other_settings_are_taken_over_only_when_asked_to(page: Page, done: Grid, app: App) -> None:
    tab = page(PAGE, grid=done.id)
    assert app.grids.get(done.id, "local").order.backend == "scripted"
    tab.button(key="grid-order").click().run()
    assert app.grids.get(done.id, "local").order.backend == app.backends[0].name
    assert tab.button(key="grid-run").label == "Run 2 cells"
    assert "2 out of date" in told(tab)


def test_a_second_grid_is_made_beside_the_first(page: Page, grid: Grid, app: App, contract: DocumentInfo) -> None:
    tab = page(PAGE, grid=grid.id)
    tab.session_state["grid-new"] = True
    tab.run()
    assert not tab.exception
    tab.text_input(key="grid-name").set_value("Second")
    tab.multiselect(key="grid-documents").set_value([contract.sha256])
    tab.text_area(key="grid-questions").set_value("Who signs?")
    tab.button(key="grid-create").click().run()
    assert not tab.exception
    assert [each.name for each in app.grids.all("local")] == ["Second", "Contracts"]
    assert tab.selectbox(key="grid-picked").value == app.grids.all("local")[0].id
