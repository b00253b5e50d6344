"""Why a file cannot be read, in sentences a person can act on; the page asks for a password on two of them."""

from rlm_app.errors import DocumentError

NEEDS_PASSWORD = "needs its password"  # noqa: S105 - a sentence
WRONG_PASSWORD = "the password is wrong; try again"  # noqa: S105 - a sentence
EMPTY = "is empty (0 bytes)"
NO_TEXT = "holds no text at all"

_NO_READER = "{} cannot be read; {}"
REFUSED = {
    "xlsb": _NO_READER.format("Binary Excel workbooks (XLSB)", "save it as XLSX and upload that"),
    "ods": _NO_READER.format("OpenDocument tables", "save it as XLSX or CSV and upload that"),
    "odp": _NO_READER.format("OpenDocument slides", "save it as PPTX or PDF and upload that"),
    "odg": _NO_READER.format("OpenDocument files of this kind", "save it as PDF and upload that"),
    "mbox": _NO_READER.format("Mailboxes", "export the messages as EML, pack them as ZIP and upload that"),
    "msg": _NO_READER.format("Outlook messages (MSG)", "save the message as EML and upload that"),
    "picture": _NO_READER.format(
        "Pictures", "save it as PDF and upload that; scanned pages can be read with OCR there"
    ),
    "archive": _NO_READER.format("Archives other than ZIP", "unpack it, pack it as ZIP and upload that"),
    "ole": "is an old or a password-protected Office file; save it as DOCX, XLSX or PPTX without a password and upload that",
    "ole-encrypted": "needs its password, and protected Office files cannot be opened here; save one without it",
    "binary": "is not a document this app can read; save it as PDF, Word, HTML or text and upload that",
}


def changes(added: int, removed: int, hidden: int) -> tuple[str, ...]:
    """Return the notes on changes that were tracked, shown as if all were accepted, and on text that is not shown."""
    told = (tracked(added, removed),) if added or removed else ()
    return (*told, _hidden(hidden)) if hidden else told


def _hidden(passages: int) -> str:
    many = f"{passages:,} passages of hidden text, which are" if passages > 1 else "a passage of hidden text, which is"
    return f"holds {many} left out, as on paper"


def tracked(added: int, removed: int) -> str:
    """Return the note on changes that were tracked and are shown as if all were accepted."""
    kept = f"{added:,} insertion{'' if added == 1 else 's'} kept"
    left = f"{removed:,} deletion{'' if removed == 1 else 's'} left out"
    return f"holds tracked changes, read as if accepted: {kept}, {left}"


def asks_for_password(error: DocumentError) -> bool:
    """Whether the same file may be read when a person gives its password, or another one."""
    return error.reason in {NEEDS_PASSWORD, WRONG_PASSWORD}
