from __future__ import annotations

import time
import unicodedata

import pytest

from rlm_app.exports.redaction import Redactor

NAME, MAIL, NUMBER = "[name 1]", "[mail 1]", "[number 1]"


@pytest.mark.parametrize(
    ("name", "text", "hidden"),
    [
        ("李明", "甲方李明先生签字", f"甲方{NAME}先生签字"),
        ("李 明", "李明和李 明", f"{NAME}和{NAME}"),
        ("김철수", "김철수는 말했다", f"{NAME}는 말했다"),
        ("Müller", "Müllers Haus, MÜLLER", f"{NAME} Haus, {NAME}"),
        ("Müller", unicodedata.normalize("NFD", "Frau Müller"), f"Frau {NAME}"),
        (unicodedata.normalize("NFD", "Müller"), "Frau Müller", f"Frau {NAME}"),
        ("Weiß", "Herr WEISS", f"Herr {NAME}"),
        ("O'Brien", "Ms O’Brien’s", f"Ms {NAME}’s"),
        ("Smith", "lease_Smith2020.pdf", f"lease_{NAME}2020.pdf"),
        ("John Smith", "JohnSmith.pdf", f"{NAME}.pdf"),
        ("Jane Doe", "The Does met; Jan does", f"The {NAME} met; Jan does"),
        ("John Smith", "Johnson and Smithers", "Johnson and Smithers"),
    ],
)
def test_a_name_is_hidden_as_files_write_it_and_words_that_only_begin_like_it_are_not(
    name: str, text: str, hidden: str
) -> None:
    assert Redactor([name])(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        *("No.12345678", "Tel./12345678", "Acct-12345678", "ID12345678", "+49 (0) 170 / 12 34 567", "(555) 123-4567"),
        *(
            "123–456–7890",
            "123‑456‑7890",
            "1234\u00a05678",
            "12345678901234567890123456",
            "DE89 3704 0044 0532 0130 00",
        ),
    ],
)
def test_of_a_long_number_no_digit_is_left(text: str) -> None:
    shown = Redactor(numbers=True)(text)
    assert NUMBER in shown
    assert not any(letter.isdigit() for letter in shown.replace(NUMBER, ""))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2020-11-03",
            "20:44 2026-11-22 20:46 UTC",
            "12.03.2024",
            "03/12/2024 to 04/12/2024",
            "2019-2020",
            "1990–2000",
        ),
        *("$1,300,000.00", "pages 120–160", "a1b2c3d45678901ef"),
    ],
)
def test_dates_amounts_and_what_is_no_long_number_stay(text: str) -> None:
    assert Redactor(numbers=True)(text) == text


@pytest.mark.parametrize("text", ["o'brien@example.com", "john.smith@\nexample.com", "john.smith\n@example.com"])
def test_a_mail_address_is_hidden_whole_also_across_a_line_end(text: str) -> None:
    assert Redactor(mails=True)(f"Write to {text}, please.") == f"Write to {MAIL}, please."


@pytest.mark.parametrize("text", ["Ab3" * 100_000, "1" * 100_000, "12345 " * 30_000, "Jo" * 30_000 + "x"])
def test_hiding_takes_no_longer_where_a_text_nearly_matches_all_the_way(text: str) -> None:
    began = time.process_time()
    Redactor(["Jo", "oJ", "JoJo"], mails=True, numbers=True)(text)
    assert time.process_time() - began < 5
