import struct

import pytest

from rlm_app.cell_results import Picture
from rlm_app.engine.frames import Frame
from rlm_app.engine.pictures import PICTURE_BYTES, PICTURES_MAX, picture, png
from rlm_app.engine.results import cell_result
from rlm_app.errors import REPLLost

RESULT: dict[str, object] = {"error": None, "interrupted": False, "output_chars": 0, "answered": False, "variables": {}}


def made(width: int, height: int, more: bytes = b"") -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\0\0\0\0" + more


def test_a_picture_has_its_size_and_gives_its_bytes_back() -> None:
    found = picture(made(640, 480))
    assert found is not None
    assert (found.width, found.height) == (640, 480)
    assert png(found) == made(640, 480)


REFUSED = {
    "nothing": b"",
    "a text": b"<svg onload=alert(1)>" * 10,
    "only a signature": b"\x89PNG\r\n\x1a\n",
    "half a head": made(1, 1)[:20],
    "another first chunk": made(1, 1).replace(b"IHDR", b"tEXt"),
    "no width": made(0, 5),
    "no height": made(5, 0),
    "too wide": made(4_097, 1),
    "too high": made(1, 1 << 31),
    "too many bytes": made(1, 1, b"x" * PICTURE_BYTES),
    "a JPEG": b"\xff\xd8\xff\xe0" + b"\0" * 40,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_small_png_is_no_picture(name: str) -> None:
    assert picture(REFUSED[name]) is None


@pytest.mark.parametrize("text", ["", "not base64!", "PHN2Zz4=", "é"])
def test_a_picture_of_an_imported_file_is_checked_again(text: str) -> None:
    assert png(Picture(1, 1, text)) is None


def test_a_result_keeps_the_pictures_that_are_pictures() -> None:
    raw = (made(1, 2), b"no picture", made(3, 4))
    result = cell_result(Frame("result", RESULT, ("", "", ""), raw), 100, 0.0)
    assert [(found.width, found.height) for found in result.pictures] == [(1, 2), (3, 4)]


def test_more_pictures_than_may_be_sent_break_the_protocol() -> None:
    raw = (made(1, 2),) * (PICTURES_MAX + 1)
    with pytest.raises(REPLLost, match="9 pictures; 8 are allowed"):
        cell_result(Frame("result", RESULT, ("", "", ""), raw), 100, 0.0)
