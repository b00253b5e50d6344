"""Why a file cannot be read, in sentences a person can act on; the page asks for a password on two of them."""

from rlm_app.errors import DocumentError

NEEDS_PASSWORD = "needs its password"  # noqa: S105 - a sentence
WRONG_PASSWORD = "the password is wrong; try again"  # noqa: S105 - a sentence
EMPTY = "is empty (0 bytes)"
NO_TEXT = "holds no text at all"

_NO_READER = "{} cannot be read yet; {}"
REFUSED = {
    "epub": _NO_READER.format("EPUB books", "convert it to PDF, HTML or text and upload that"),
    "xlsx": _NO_READER.format("Excel workbooks", "save the sheets as CSV and upload those"),
    "pptx": _NO_READER.format("PowerPoint files", "save it as PDF and upload that"),
    "odt": _NO_READER.format("OpenDocument files", "save it as DOCX or PDF and upload that"),
    "zip": _NO_READER.format("ZIP archives", "unpack it and upload the files inside"),
    "eml": _NO_READER.format("E-mail files", "save the message as PDF, HTML or text and upload that"),
    "rtf": _NO_READER.format("RTF files", "save it as DOCX or PDF and upload that"),
    "picture": _NO_READER.format("Pictures", "run text recognition (OCR) on it and upload the result as PDF or text"),
    "archive": _NO_READER.format("Archives", "unpack it and upload the files inside"),
    "ole": "is an old or a password-protected Office file; save it as DOCX without a password and upload that",
    "ole-encrypted": "needs its password, and protected Office files cannot be opened here; save one without it",
    "binary": "is not text, PDF, Word or HTML; convert it to one of these and upload that",
}


def asks_for_password(error: DocumentError) -> bool:
    """Whether the same file may be read when a person gives its password, or another one."""
    return error.reason in {NEEDS_PASSWORD, WRONG_PASSWORD}
