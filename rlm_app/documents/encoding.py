"""Bytes of unknown encoding become characters."""

import codecs

from rlm_app.documents import reasons
from rlm_app.documents.encoding_latin import latin
from rlm_app.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Of encodings that give the same characters, the name people know.
_COMMON = ("cp1252", "cp1251", "cp866", "cp932", "koi8_r", "cp1250", "gb18030", "big5")
# What begins another alphabet in encodings of seven bits, which pass for plain ASCII otherwise.
_SHIFTS = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_2"), (b"\x1b(I", "iso2022_jp_3"))
_GUESS_FROM = 200_000


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Return the text and its encoding's name; newlines stay as they are, a byte order mark goes.

    Raises `DocumentError` when the bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), encoding
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, name)
    shifted = _shifted(data)
    if shifted:
        return shifted
    return (text, "utf-8") if "\0" not in text else _guess(data, name)


def _guess(data: bytes, name: str) -> tuple[str, str]:
    wide = _wide(data)
    if wide:
        return data.decode(wide, errors="replace"), wide
    if b"\0" in data:
        raise DocumentError(name, reasons.REFUSED["binary"])
    known = latin(data[:_GUESS_FROM])
    if known:
        return data.decode(known, errors="replace"), known
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_GUESS_FROM]).best()
    if best is None:
        raise DocumentError(name, reasons.REFUSED["binary"])
    encoding = next((known for known in _COMMON if known in best.could_be_from_charset), best.encoding)
    return data.decode(encoding, errors="replace"), encoding


def _shifted(data: bytes) -> tuple[str, str] | None:
    """Return the text of an encoding of seven bits that changes its alphabet by signs in between, as Japanese mails do."""
    for sign, encoding in _SHIFTS:
        if sign in data:
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
    return None


def _wide(data: bytes) -> str | None:
    """Return the UTF-16 flavour of text without a mark, told by which of two bytes is mostly zero."""
    sample = data[:4096]
    half = len(sample) // 2
    low, high = sample[::2].count(0), sample[1::2].count(0)
    if half and high > half * 0.6 and low < half * 0.1:
        return "utf-16-le"
    if half and low > half * 0.6 and high < half * 0.1:
        return "utf-16-be"
    return None
