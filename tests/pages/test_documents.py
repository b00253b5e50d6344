from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.documents.library import read
from rlm_app.types import Document, DocumentInfo
from rlm_app.types import Page as Part
from rlm_app.ui import library, reader, shell
from tests.pages.seeing import texts

Page = Callable[..., AppTest]


def test_the_shelf_shows_health_and_marks_the_samples(page: Page, contract: DocumentInfo) -> None:
    shown = texts(page(shell.DOCUMENTS))
    assert "**contract.txt**" in shown
    assert shown.count("Sample]") == 3
    assert "text OK · 285 characters" in shown


def test_the_reader_marks_what_is_found_and_says_how_often(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS, document=contract.sha256)
    tab.text_input(key=f"find-{contract.sha256}").set_value("NINETY days'").run()
    assert "Found 3 times" in texts(tab)
    assert tab.get("html")[0].proto.body.count("<mark>ninety days&#x27;</mark>") == 3


def test_what_is_not_found_says_so(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS, document=contract.sha256)
    tab.text_input(key=f"find-{contract.sha256}").set_value("moonlight").run()
    assert "Not found in this document" in texts(tab)


def test_a_found_passage_turns_to_its_page(page: Page, app: App) -> None:
    info = next(info for info in app.samples() if info.unit == "page")
    document = app.document(info.sha256, "local")
    assert document is not None
    last = info.pages[-1]
    words = " ".join(document.text[last.start : last.end].split()[:6])
    tab = page(shell.DOCUMENTS, document=info.sha256)
    tab.text_input(key=f"find-{info.sha256}").set_value(words).run()
    tab.button(key=f"hit-{info.sha256}-0").click().run()
    assert "rlm-sought" in "".join(found.proto.body for found in tab.get("html"))
    tab.toggle(key=f"as-text-{info.sha256}").set_value(True).run()
    assert "<mark>" in "".join(found.proto.body for found in tab.get("html"))


def test_an_address_of_no_document_says_so_and_shows_the_shelf(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS, document="garbage")
    (said,) = tab.warning
    assert "names a document that is not in your library" in said.value
    tab.button(key=f"read-{contract.sha256}").click().run()
    assert not tab.warning
    assert not page(shell.DOCUMENTS).warning


def test_an_address_of_no_version_says_so_until_one_is_picked(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS, document=contract.sha256, **{"with": "garbage"})
    assert "The version that the address names is not in your library" in texts(tab)
    field = tab.selectbox(key=f"compare-{contract.sha256}")
    field.set_value(field.options[0]).run()
    assert "The version that the address names" not in texts(tab)


def test_a_document_is_read_in_a_view_of_its_own_with_a_way_back(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS)
    assert not tab.get("html")[1:]
    tab.button(key=f"read-{contract.sha256}").click().run()
    assert "Report of its one part" in texts(tab)
    assert f"read-{contract.sha256}" not in {str(button.key) for button in tab.button}
    tab.button(key="documents-all").click().run()
    assert tab.button(key=f"read-{contract.sha256}")


def test_many_documents_come_by_page_and_are_searched_by_name(page: Page, app: App, tmp_path: Path) -> None:
    for number in range(18):
        file = tmp_path / f"note-{number}.txt"
        file.write_text(f"Note {number} on the pump.", encoding="utf-8")
        info = read(file, file.name)
        app.store.add_document(info, "local")
    tab = page(shell.DOCUMENTS)
    assert len([button for button in tab.button if button.label == "Read"]) == 20
    tab.text_input(key="documents-search").set_value("NOTE 17").run()
    assert "1 of 21 documents" in texts(tab)
    assert len([button for button in tab.button if button.label == "Read"]) == 1


def test_the_question_whether_to_delete_says_that_a_run_uses_the_document_and_a_link_shows_it(
    page: Page, app: App, slow: None, contract: DocumentInfo, started: Callable[..., str]
) -> None:
    run_id = started(contract)
    app.sharing.make(run_id, "local", b"copy", time.time() + 60)
    tab = page(shell.DOCUMENTS)
    tab.button(key=f"remove-{contract.sha256}").click().run()
    assert "1 link you shared shows a run about it" in tab.warning[0].value
    assert "1 run is using it now" in tab.warning[1].value
    app.manager.stop(run_id, "local")
    app.manager.wait(run_id, 30)


def test_what_the_pages_of_a_document_are_called_is_read_and_never_carried_out(page: Page, app: App) -> None:
    called = "![x](http://canary.example/x.png) :red[due]"
    info = DocumentInfo("ab" * 32, "x.txt", "text", 4, 4, called, (Part("1", 0, 2, called), Part("2", 2, 4)))
    app.store.add_document(Document(info, "abcd"), "local")
    tab = page(shell.DOCUMENTS, document=info.sha256)
    labels = [each.proto.label for kind in ("selectbox", "expander", "number_input") for each in tab.get(kind)]
    told = [*labels, *(each.value for each in tab.caption)]
    assert [any("canary" in said for said in kind) for kind in (labels, told[len(labels) :])] == [True, True]
    assert not [said for said in told if "![" in said or ":red[" in said]


def test_the_report_has_a_row_for_every_page(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS, document=contract.sha256)
    assert list(tab.dataframe[0].value["Holds"]) == ["text"]


def test_a_document_is_deleted_after_a_confirmation(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS)
    tab.button(key=f"remove-{contract.sha256}").click().run()
    assert app.documents("local")
    tab.button(key=f"remove-for-good-{contract.sha256}").click().run()
    assert not app.documents("local")


def test_samples_cannot_be_deleted(page: Page, app: App) -> None:
    tab = page(shell.DOCUMENTS)
    keys = {str(button.key) for button in tab.button}
    assert not [key for key in keys if key.startswith("remove-")]
    assert [key for key in keys if key.startswith("read-")]


def test_the_shelf_module_offers_a_question_about_a_document(page: Page, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS)
    tab.button(key=f"ask-{contract.sha256}").click().run()
    assert tab.multiselect(key="ask_documents").value == [contract.sha256]
    assert library.draw.__doc__


def test_a_collections_name_is_read_and_never_carried_out(page: Page, app: App, contract: DocumentInfo) -> None:
    app.shelf.keep_collection("local", "![x](http://canary.example/x.png) :red[due]", [contract.sha256])
    (shown,) = page().button_group(key="ask-collection").proto.options
    assert shown.content.startswith(r"\!\[x\](http\:")
    assert r"\:red\[due\]" in shown.content


def test_a_collection_is_made_shown_and_asked(page: Page, app: App, contract: DocumentInfo) -> None:
    tab = page(shell.DOCUMENTS)
    tab.text_input(key="collection-name-new-collection").set_value("Leases")
    tab.multiselect(key="collection-documents-new-collection").set_value([contract.sha256])
    next(button for button in tab.button if button.label == "Save").click().run()
    assert app.shelf.collections("local") == {"Leases": (contract.sha256,)}
    tab.selectbox(key="documents-collection").set_value("Leases").run()
    assert [button.key for button in tab.button if button.label == "Read"] == [f"read-{contract.sha256}"]
    asking = page()
    asking.button_group(key="ask-collection").set_value("Leases").run()
    assert asking.multiselect(key="ask_documents").value == [contract.sha256]


def test_a_scan_says_how_its_pages_can_be_read(page: Page, app: App, tmp_path: Path) -> None:
    from fpdf import FPDF
    from PIL import Image

    pdf = FPDF()
    pdf.add_page()
    pdf.image(Image.new("L", (60, 60), 128), w=100)
    pdf.output(str(tmp_path / "scan.pdf"))
    info = app.add_file(tmp_path / "scan.pdf", "scan.pdf", "local")
    shown = page(shell.DOCUMENTS, document=info.sha256)
    assert "**1 page is a picture** and cannot be searched" in texts(shown)
    offered = {str(button.key) for button in shown.button}
    assert (f"ocr-{info.sha256}" in offered) == (not app.shelf.recognition().missing)


def test_of_a_document_with_very_many_pages_a_number_is_typed_and_nothing_long_is_sent(
    page: Page, app: App, tmp_path: Path
) -> None:
    count = reader.LISTED + 100
    path = tmp_path / "long.md"
    path.write_text("".join(f"# Clause {number}\n\nThe fee is {number} euros.\n\n" for number in range(1, count + 1)))
    info = app.add_file(path, "long.md", "local")
    assert len(info.pages) == count
    tab = page(shell.DOCUMENTS, document=info.sha256, page="7")
    chosen = tab.number_input(key=f"typed-page-{info.sha256}")
    assert chosen.label == "Section (1 to 400)"
    assert chosen.value == 7
    assert "Clause 7" in texts(tab)
    assert not tab.dataframe
    chosen.set_value(count).run()
    assert "The fee is 400 euros" in "".join(found.proto.body for found in tab.get("html"))
    assert tab.button(key=f"Next-{info.sha256}").disabled
    tab.button(key=f"Previous-{info.sha256}").click().run()
    assert tab.number_input(key=f"typed-page-{info.sha256}").value == count - 1
    tab.text_input(key=f"find-{info.sha256}").set_value("fee is 12 euros").run()
    tab.button(key=f"hit-{info.sha256}-0").click().run()
    assert tab.number_input(key=f"typed-page-{info.sha256}").value == 12
