"""Files that hold files: archives, mails, books; and the smaller text formats."""

import base64
import json
import stat
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from rlm_app.documents.delimited import records, shape
from rlm_app.documents.json_text import laid_out
from rlm_app.documents.library import health, read
from rlm_app.documents.reasons import NEEDS_PASSWORD, WRONG_PASSWORD
from rlm_app.errors import DocumentError
from rlm_app.types import Document, DocumentInfo


def packed(tmp_path: Path, files: dict[str, bytes], name: str = "a.zip") -> Document:
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return read(tmp_path / name, name)


def labels(info: DocumentInfo) -> list[str]:
    return [page.label for page in info.pages]


def test_a_repository_is_one_document_with_a_page_for_each_file_under_its_path(tmp_path: Path) -> None:
    code = "".join(f"x{n} = {n}\n" for n in range(100)).encode()
    files = {
        "repo/src/app.py": code,
        "repo/README.md": b"# One\nwords\n# Two\nmore\n",
        "repo/logo.png": b"\x89PNG",
        "repo/blob": bytes(range(256)),
        "repo/node_modules/left/index.js": b"module",
        "repo/.git/HEAD": b"ref",
        "repo/inner.zip": b"PK\x05\x06" + bytes(18),
    }
    document = packed(tmp_path, files)
    assert labels(document.info) == [
        "repo/README.md · section One",
        "repo/README.md · section Two",
        "repo/src/app.py · lines 1–60",
        "repo/src/app.py · lines 61–100",
    ]
    assert health(document.info).startswith("2 files · text OK")
    assert document.text.startswith("===== repo/README.md =====\n# One\n")
    assert document.text.count("===== repo/src/app.py =====\nx0 = 0\n") == 1
    assert document.info.notes == (
        "files skipped: 2 binary, 1 in node_modules, 1 in .git",
        "repo/inner.zip is an archive or a mail inside of another one, which is not opened; upload it by itself",
    )


def test_paths_that_lead_out_and_links_are_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("../up.txt", "/etc/root.txt", "C:\\x.txt", "a\\..\\..\\b.txt", "good.txt"):
            archive.writestr(name, f"in {name}")
        archive.writestr(link, "/etc/passwd")
    document = read(tmp_path / "a.zip", "a.zip")
    assert labels(document.info) == ["good.txt"]
    assert "4 refused because their paths lead out of the archive" in document.info.notes[0]
    assert "1 symbolic links, which are not followed" in document.info.notes[0]


def test_an_archive_that_holds_nothing_readable_says_what_it_held(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no file that can be read; files skipped: 1 binary"):
        packed(tmp_path, {"a.png": b"\x89PNG"})


def test_one_damaged_file_in_an_archive_costs_only_itself(tmp_path: Path) -> None:
    document = packed(tmp_path, {"a.pdf": b"%PDF-1.4 broken", "b.txt": b"kept"})
    assert labels(document.info) == ["b.txt"]
    assert document.info.notes[0].startswith("a.pdf is damaged")


def test_an_archive_of_too_many_entries_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"word/{number}", b"")
    with pytest.raises(DocumentError, match="holds 10,001 entries"):
        read(tmp_path / "a.docx", "a.docx")


LOCKED = (
    "UEsDBAoACQAAALZ0dl3zn0jLGQAAAA0AAAAGABwAbHcudHh0VVQJAAM3/gJrN/4Ca3V4CwABBAAAAAAEAAAAAO2KjFfqI4vVeLjcdplrjPfJmWyh5f46"
    "JpNQSwcI859IyxkAAAANAAAAUEsBAh4DCgAJAAAAtnR2XfOfSMsZAAAADQAAAAYAGAAAAAAAAQAAAKSBAAAAAGx3LnR4dFVUBQADN/4Ca3V4CwABBAAAAAAE"
    "AAAAAFBLBQYAAAAAAQABAEwAAABpAAAAAAA="
)


def test_a_locked_archive_asks_for_its_password(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(base64.b64decode(LOCKED))
    for password, reason in ((None, NEEDS_PASSWORD), ("wrong", WRONG_PASSWORD)):
        with pytest.raises(DocumentError) as refused:
            read(tmp_path / "a.zip", "a.zip", password)
        assert refused.value.reason == reason
    assert "locked words" in read(tmp_path / "a.zip", "a.zip", "secret").text


def test_a_mail_shows_headers_body_attached_mails_and_attachments(tmp_path: Path) -> None:
    forwarded = EmailMessage()
    forwarded["Subject"], forwarded["From"] = "Old offer", "b@example.com"
    forwarded.set_content("It was 800.")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ä. Person <a@example.com>", "c@example.com", "Offer"
    mail.set_content("The fee is 900.")
    mail.add_alternative("<p>The fee is <b>900</b>.</p>", subtype="html")
    mail.add_attachment(b"Day,900\n", maintype="text", subtype="csv", filename="fees.csv")
    mail.add_attachment(b"PK\x05\x06" + bytes(18), maintype="application", subtype="zip", filename="all.zip")
    mail.add_attachment(forwarded)
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    document = read(tmp_path / "a.eml", "a.eml")
    assert labels(document.info) == ["message", "attached message Old offer", "fees.csv · row 1"]
    assert document.text.startswith(
        'From: "Ä. Person" <a@example.com>\nTo: c@example.com\nSubject: Offer\n\nThe fee is 900.'
    )
    assert document.text.count("The fee is 900") == 1
    assert "It was 800." in document.text
    assert document.info.notes == (
        "the attachment all.zip is an archive or a mail inside of another one, which is not opened; upload it by itself",
    )


def test_a_mail_without_headers_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("just words\n")
    with pytest.raises(DocumentError, match="no headers"):
        read(tmp_path / "a.eml", "a.eml")


def epub(chapters: dict[str, str], **more: str) -> dict[str, bytes]:
    items = "".join(f"<item id='{n}' href='{n}.xhtml' media-type='application/xhtml+xml'/>" for n in chapters)
    spine = "".join(f"<itemref idref='{n}'/>" for n in reversed(chapters))
    return {
        "META-INF/container.xml": b"<c><rootfiles><rootfile full-path='o/b.opf'/></rootfiles></c>",
        "o/b.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>".encode(),
        **{f"o/{name}.xhtml": f"<html><body>{text}</body></html>".encode() for name, text in chapters.items()},
        **{name.replace("__", "/") + ".xml": text.encode() for name, text in more.items()},
    }


def test_a_book_is_read_in_the_order_of_its_spine(tmp_path: Path) -> None:
    document = packed(tmp_path, epub({"b": "<h1>Two</h1>second", "a": "first"}), "a.epub")
    assert labels(document.info) == ["1", "2 Two"]
    assert document.text.split() == ["first", "Two", "second"]


def test_a_locked_book_is_refused(tmp_path: Path) -> None:
    locked = "<e><EncryptedData><CipherData><CipherReference URI='o/a.xhtml'/></CipherData></EncryptedData></e>"
    with pytest.raises(DocumentError, match="DRM"):
        packed(tmp_path, epub({"a": "text"}, **{"META-INF__encryption": locked}), "a.epub")


def test_rtf_keeps_pages_tables_notes_and_letters(tmp_path: Path) -> None:
    source = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}{\header Draft\par}Caf\'e9 \u8364?5{\footnote see annex}.\par "
        rb"\trowd Fee\cell 900\cell\row\page Second {\*\generator x}page\par}"
    )
    (tmp_path / "a.rtf").write_bytes(source)
    document = read(tmp_path / "a.rtf", "a.rtf")
    assert labels(document.info) == ["1", "2"]
    assert document.text == "[header: Draft]\nCafé €5 [note: see annex].\nFee | 900\n\nSecond page\n\n"


def test_a_notebook_has_a_page_for_each_cell_with_its_output(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "words"]},
        {
            "cell_type": "code",
            "source": "1 / 0",
            "outputs": [
                {"text": ["seen\n"]},
                {"data": {"text/plain": "3"}},
                {"ename": "ZeroDivisionError", "evalue": "x"},
            ],
        },
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    document = read(tmp_path / "a.ipynb", "a.ipynb")
    assert labels(document.info) == ["1 (markdown)", "2 (code)"]
    assert document.text == "# Title\nwords\n\n1 / 0\n[output]\nseen\n3\nZeroDivisionError: x\n\n"


def test_minified_json_gets_lines_and_keeps_its_values(tmp_path: Path) -> None:
    value = {"numbers": [1.50, 10**30] * 2_000, 'a "quoted, [key]': "b\\"}
    source = json.dumps(value, separators=(",", ":"))
    shown = laid_out(source)
    assert json.loads(shown) == value
    assert "".join(shown.split()) == "".join(source.split())
    (tmp_path / "a.json").write_text(source)
    document = read(tmp_path / "a.json", "a.json")
    assert "shown with line breaks" in document.info.notes[0]
    assert document.info.pages[0].label == "lines 1–60"


def test_a_table_is_cut_between_rows_also_where_a_cell_holds_line_breaks(tmp_path: Path) -> None:
    text = "name;note\r\n" + "".join(f'n{n};"two\r\nlines"\r\n' for n in range(100))
    (tmp_path / "a.csv").write_bytes(text.encode())
    document = read(tmp_path / "a.csv", "a.csv")
    assert document.text == text
    assert labels(document.info) == ["rows 1–60", "rows 61–101"]
    assert document.info.notes == ()
    assert health(document.info).startswith("text OK")


def test_a_stray_quotation_mark_does_not_swallow_the_table() -> None:
    lines = ['pipe 5",1\n', *(f"row {n},2\n" for n in range(300))]
    assert list(records(lines)) == lines


@pytest.mark.parametrize(
    ("row", "found"), [("a\tb\tc\n", ("\t", 3)), ("1,5;2,5;3\n", (";", 3)), ("a|b\n", ("|", 2)), ("words\n", (",", 1))]
)
def test_the_separator_is_told_by_the_rows(row: str, found: tuple[str, int]) -> None:
    assert shape([row] * 5) == (*found, 0)


def test_rows_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4,5\n")
    note = "1 of the first 3 rows have other than 2 columns, taken to be separated by commas"
    assert read(tmp_path / "a.csv", "a.csv").info.notes == (note,)
