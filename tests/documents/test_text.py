from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_app.documents.library import health, read
from rlm_app.documents.text import headings, sections, stretches
from rlm_app.errors import DocumentError
from rlm_app.types import Document


def written(tmp_path: Path, name: str, data: bytes) -> Document:
    (tmp_path / name).write_bytes(data)
    return read(tmp_path / name, name)


def test_lines_are_counted_as_an_editor_does_and_newlines_stay(tmp_path: Path) -> None:
    text = "".join(f"line {n}\r\n" for n in range(1, 131))
    document = written(tmp_path, "a.log", text.encode())
    assert document.text == text
    assert [page.label for page in document.info.pages] == ["lines 1–60", "lines 61–120", "lines 121–130"]
    assert document.text[document.info.pages[1].start :].startswith("line 61\r\n")
    assert health(document.info) == f"text OK · {len(text):,} characters"


def test_one_very_long_line_is_cut_into_parts(tmp_path: Path) -> None:
    document = written(tmp_path, "a.log", b"[" + b"1234567," * 2_000 + b"0]")
    assert [page.label for page in document.info.pages] == ["line 1, part 1", "line 1, part 2", "line 1, part 3"]


def test_markdown_is_cut_at_headings_but_not_at_comments_in_code(tmp_path: Path) -> None:
    text = "intro\n\n# One\ntext\n```py\n# a comment\n```\n## 1.1 The `deep` [part](x.md) ##\nmore\n\nTwo\n===\nend\n"
    document = written(tmp_path, "a.md", text.encode())
    assert [page.label for page in document.info.pages] == ["beginning", "One", "1.1 The deep part", "Two"]
    assert document.info.unit == "section"
    last = document.info.pages[-1]
    assert document.text[last.start : last.end] == "Two\n===\nend\n"


def test_front_matter_is_no_heading() -> None:
    assert headings(["---\n", "title: x\n", "---\n", "# Real\n"]) == [(3, "Real")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_any_coat_is_read(tmp_path: Path, encoding: str) -> None:
    text = "The naïve café: 100 € and some more ordinary words.\n"
    assert written(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp866", "Однажды, в студеную зимнюю пору,\nЯ из лесу вышел; был сильный мороз.\n"),
        ("cp932", "名前,年齢,住所\n佐藤太郎,30,東京\n三木英子,25,大阪\n"),
    ],
)
def test_old_encodings_are_guessed_and_the_guess_is_said(tmp_path: Path, encoding: str, text: str) -> None:
    document = written(tmp_path, "a.csv", text.encode(encoding))
    assert document.text == text
    assert f"read as {encoding}" in document.info.notes[0]


@pytest.mark.parametrize("data", [b"\x7fELF\0\0\0\1\2\3" * 50, bytes(range(256)) * 4, b"\0" * 100])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DocumentError, match="is not a document this app can read"):
        written(tmp_path, "a.txt", data)


def test_a_file_of_blanks_holds_no_text(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no text"):
        written(tmp_path, "a.txt", b" \n\n ")


LINES = st.lists(
    st.sampled_from(["# A\n", "text\r\n", "```\n", "===\n", "\n", "  ## b #\r", "x" * 9_000 + "\n", "- \n"])
)


@settings(deadline=None)
@given(LINES)
def test_stretches_and_sections_cover_every_character_in_order(lines: list[str]) -> None:
    whole = "".join(lines)
    assert "".join(text for _, text, _ in stretches(lines)) == whole
    assert "".join(text for _, text, _ in sections(lines)) == whole
    assert all(label for label, _, _ in sections(lines))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (
            "cp1252",
            "Le présent bail est conclu pour neuf années entières à compter du jour où il est signé, garçon naïf.",
        ),
        ("cp1252", "O locatário não poderá ceder a locação. As condições são válidas até à data de rescisão."),
        ("cp1252", "Il locatore può recedere dal contratto perché è già scaduto. Così sarà più facile."),
        ("cp1252", "De huurder moet de huur vóór de eerste betalen. Eén maand, financiële zekerheid, geïnd."),
        ("cp1252", "Hyresgästen ska betala hyran före den första. Avtalet gäller från år till år på båda sidor."),
        (
            "cp1252",
            "The naïve view – that it is “just paper” – isn’t ours. Fees: £500 or €600. See Müller v. Café Ltd.",
        ),
        ("iso8859_15", "Le bail coûte 500 € par mois; l'œuvre du maître est à côté du château."),
        ("mac_roman", "The naïve view – that a contract is “just paper” – isn’t ours. Café."),
        ("cp850", "Der Mieter hat die Räume pfleglich zu behandeln. Größere Schäden sind unverzüglich anzuzeigen."),
        (
            "cp1250",
            "Najemca zobowiązuje się płacić czynsz. Wypowiedzenie wymaga formy pisemnej pod rygorem nieważności. Źródło.",
        ),
        (
            "iso8859_2",
            "Najemca zobowiązuje się płacić czynsz. Wypowiedzenie wymaga formy pisemnej pod rygorem nieważności.",
        ),
        (
            "cp1250",
            "Nájemce je povinen platit nájemné předem. Výpověď musí být písemná. Žádná ze stran není oprávněna.",
        ),
        (
            "cp1254",
            "Kiracı kirayı peşin ödemekle yükümlüdür. Sözleşme belirli süreli olarak imzalanmıştır; yazılı olmalıdır.",
        ),
        (
            "cp1257",
            "Nuomininkas privalo mokėti nuomą iš anksto. Sutartis sudaroma apibrėžtam laikui, šalys gali ją nutraukti.",
        ),
        ("cp1251", "Арендатор обязан вносить арендную плату до первого числа каждого месяца."),
        ("iso2022_jp", "契約期間は三十日とする。東京都。甲は乙に通知する。"),
        ("iso2022_kr", "이 계약은 양 당사자 간에 체결되었다."),
    ],
)
def test_the_language_of_an_old_text_tells_its_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    assert written(tmp_path, "a.txt", text.encode(encoding)).text == text
