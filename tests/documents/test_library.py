import hashlib
import json
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_app import reading
from rlm_app.cancel import CancelToken
from rlm_app.documents.isolated import Launch, ReadingProcess, plain
from rlm_app.documents.library import MAX_BYTES, SUFFIXES, read, read_isolated, repl_view
from rlm_app.documents.pages import clean, join
from rlm_app.environments.confinement.measure import level, measure
from rlm_app.errors import Cancelled, DocumentError
from rlm_app.types import DocumentInfo

ROOT = Path(__file__).resolve().parents[2]
MakePdf = Callable[..., Path]
PARTS = st.lists(st.tuples(st.text(max_size=3), st.text(max_size=20), st.sampled_from(["text", "empty"])))


@settings(deadline=None)
@given(PARTS)
def test_every_character_has_one_page_and_pages_follow_without_a_gap(parts: list[tuple[str, str, str]]) -> None:
    text, pages = join("a", parts)
    assert [text[page.start : page.end] for page in pages] == [part[1] for part in parts]
    info = DocumentInfo("", "a", "txt", 0, len(text), "page", pages)
    for offset in range(len(text)):
        page = info.page_at(offset)
        assert page is not None
        assert page.start <= offset < page.end


@settings(deadline=None)
@given(st.text())
def test_cleaned_text_can_be_written_anywhere(text: str) -> None:
    assert "\r" not in clean(text)
    assert "\0" not in clean(text)
    clean(text).encode("utf-8")


def test_the_identity_of_a_document_is_the_hash_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"some words")
    info = read(tmp_path / "a.txt", "a.txt").info
    assert (info.sha256, info.size) == (hashlib.sha256(b"some words").hexdigest(), 10)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.png", b"\x89PNG\r\n", "Pictures cannot be read; save it as PDF"),
        ("a.rtf", b"just words", "is called .rtf and holds plain text"),
        ("a.mbox", b"From a@example.com\n", "export the messages as EML"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as DOCX, XLSX or PPTX"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save the message as EML"),
        ("a.docx", b"just words", "is called .docx and holds plain text"),
        ("a.pdf", b"PK\x05\x06" + bytes(18), "is called .pdf and holds a ZIP archive"),
        ("a.tar.gz", b"\x1f\x8b\x08", "unpack it, pack it as ZIP"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DocumentError) as refused:
        read(tmp_path / name, name)
    assert reason in refused.value.reason


def test_a_file_that_is_not_there_is_a_document_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be opened"):
        read(tmp_path / "gone.txt", "gone.txt")


def test_a_folder_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is a folder; give the files in it"):
        read_isolated(tmp_path, "papers")


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(DocumentError, match="limit is 500 MB; split it"):
        read(tmp_path / "big.txt", "big.txt")


def test_reading_apart_gives_the_same_document_and_tells_progress(make_pdf: MakePdf) -> None:
    path = make_pdf(["One page.", "picture", "Another page."])
    heard: list[tuple[int, int]] = []
    apart = read_isolated(path, "née.pdf", on_progress=lambda done, total: heard.append((done, total)))
    assert apart == read(path, "née.pdf")
    assert heard[-1] == (3, 3)


@pytest.mark.parametrize("launch", [plain(), reading.launch()], ids=["plain", "confined"])
def test_one_process_reads_file_after_file_and_survives_bad_ones(
    make_pdf: MakePdf, tmp_path: Path, launch: Launch
) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    made = openpyxl.Workbook()
    made.active["A1"] = "in a cell"
    made.save(tmp_path / "upload")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "upload", "book.xlsx")
    with ReadingProcess(launch) as process:
        with pytest.raises(DocumentError, match="no text"):
            process.read(tmp_path / "empty.xlsx", "empty.xlsx")
        first = process.pid
        assert "in a cell" in process.read(tmp_path / "upload", "book.xlsx").text
        assert "in a cell" in process.read(tmp_path / "a.zip", "a.zip").text
        one = make_pdf(["One page."])
        assert process.read(one, "a.pdf") == read(one, "a.pdf")
        assert process.pid == first
        drawn: dict[int, bytes] = {}
        process.pictures(make_pdf(["one", "two"]), "a.pdf", [2, 9], take=drawn.__setitem__)
        assert {page: data[:4] for page, data in drawn.items()} == {2: b"\x89PNG"}
        with pytest.raises(DocumentError, match="damaged"):
            process.pictures(tmp_path / "a.zip", "a.zip", [1], take=drawn.__setitem__)


def test_a_reader_that_does_not_start_says_why_and_blames_no_file(make_pdf: MakePdf) -> None:
    broken = Launch((sys.executable, "-c", "raise SystemExit('the walls are missing')"), {})
    with pytest.raises(DocumentError, match=r"did not start \(the walls are missing\)"):
        read_isolated(make_pdf(["One page."]), "a.pdf", launch=broken)


def test_a_process_that_was_ended_is_replaced_for_the_next_file(make_pdf: MakePdf) -> None:
    path = make_pdf(["One page."])
    with ReadingProcess() as process:
        with pytest.raises(DocumentError, match="took longer"):
            process.read(path, "a.pdf", seconds=0.01)
        assert process.pid is None
        assert "One page." in process.read(path, "a.pdf").text


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are the Linux kernel's")
def test_a_reading_process_reaches_no_more_than_a_cell() -> None:
    found = measure(reading.plan())
    assert (found.problem, found.level.missing) == ("", level().missing)


def test_reading_apart_carries_the_reason_and_the_password(make_pdf: MakePdf) -> None:
    path = make_pdf(["Locked words."], owner_password="boss", user_password="open")
    with pytest.raises(DocumentError) as locked:
        read_isolated(path, "a.pdf")
    assert (locked.value.name, locked.value.reason) == ("a.pdf", "needs its password")
    assert "Locked words." in read_isolated(path, "a.pdf", "open").text


def test_a_file_that_takes_too_long_is_given_up_on_time(make_pdf: MakePdf) -> None:
    began = time.monotonic()
    with pytest.raises(DocumentError, match=r"took longer than 0.01 seconds"):
        read_isolated(make_pdf(["slow"]), "a.pdf", seconds=0.01)
    assert time.monotonic() - began < 10


def test_reading_stops_when_it_is_cancelled(make_pdf: MakePdf) -> None:
    cancel = CancelToken()
    path = make_pdf([f"page {n}" for n in range(50)])
    threading.Thread(target=cancel.cancel).start()
    with pytest.raises(Cancelled):
        read_isolated(path, "a.pdf", cancel=cancel)


@pytest.mark.skipif(sys.platform != "linux", reason="the cap is the Linux kernel's")
def test_the_reader_cannot_take_more_memory_than_its_cap() -> None:
    greedy = "from rlm_app.documents.reader import MEMORY, _cap_memory; _cap_memory(); bytearray(MEMORY)"
    done = subprocess.run([sys.executable, "-c", greedy], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


def test_the_repl_sees_a_string_for_one_document_and_a_list_for_several(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first words")
    (tmp_path / "b.md").write_text("# Head\nsecond words")
    a, b = read(tmp_path / "a.txt", "a.txt"), read(tmp_path / "b.md", "b.md")
    assert repl_view([a])[0] == "first words"
    value, described = repl_view([a, b])
    assert value == ["first words", "# Head\nsecond words"]
    assert described[1] == {
        "name": "b.md",
        "format": "md",
        "unit": "section",
        "characters": 19,
        "pages": [{"label": "Head", "start": 0, "end": 19, "kind": "text"}],
    }
    assert json.loads(json.dumps(described)) == described


def test_the_uploader_is_offered_bare_suffixes_once_each() -> None:
    assert len(set(SUFFIXES)) == len(SUFFIXES)
    assert {"pdf", "docx", "md", "txt", "html", "csv", "py", "xlsx", "pptx", "epub", "eml", "zip"} <= set(SUFFIXES)
