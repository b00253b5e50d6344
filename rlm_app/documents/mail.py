"""E-mail: the message with its headers, then each attachment that can be read."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

from rlm_app.documents import formats, reasons
from rlm_app.documents.html import read_markup
from rlm_app.documents.loading import Loaded, OnProgress, no_progress
from rlm_app.documents.pages import INSIDE, Part, clean, part
from rlm_app.errors import DocumentError

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_DEEPEST = 5
_MOST = 200
_CONTAINERS = frozenset({"zip", "eml"})


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read EML: headers and body, mails attached to it, and its attachments, each labelled by its name.

    An attachment that cannot be read is named with the reason; archives inside a mail are not opened.
    """
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    if not any(message[header] for header in _HEADERS):
        raise DocumentError(name, "is called a mail and has no headers of one; get the real file, and upload that")
    parts: list[Part] = []
    notes: list[str] = []
    attached: list[EmailMessage] = []
    for label, each in _messages(message):
        parts.append(part(label, _text(each)))
        attached += _attachments(each)
    for number, attachment in enumerate(attached[:_MOST], 1):
        _attached(attachment, parts, notes)
        on_progress(number, len(attached))
    if len(attached) > _MOST:
        notes.append(f"{len(attached) - _MOST:,} further attachments are not read; a mail may have {_MOST}")
    return Loaded("eml", "part", parts, tuple(notes))


def _messages(message: EmailMessage, depth: int = 0) -> Iterator[tuple[str, EmailMessage]]:
    """Yield the message and those attached to it, each with its label."""
    yield ("message" if depth == 0 else f"attached message {_header(message, 'Subject')}".strip()), message
    for inner in _inner(message) if depth < _DEEPEST else ():
        yield from _messages(inner, depth + 1)


def _inner(message: EmailMessage) -> list[EmailMessage]:
    if message.get_content_type() == "message/rfc822":
        return _parts(message)
    return [each for sub in _leaves(message) if sub.get_content_type() == "message/rfc822" for each in _inner(sub)]


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield what a message is made of, without going into messages attached to it."""
    stack = [message]
    while stack:
        found = stack.pop()
        if found.is_multipart() and found.get_content_maintype() == "multipart":
            stack.extend(reversed(_parts(found)))
        else:
            yield found


def _parts(message: EmailMessage) -> list[EmailMessage]:
    payload = message.get_payload()
    return [each for each in payload if isinstance(each, EmailMessage)] if isinstance(payload, list) else []


def _text(message: EmailMessage) -> str:
    lines = [f"{header}: {value}" for header in _HEADERS if (value := _header(message, header))]
    return "\n".join([*lines, "", _body(message)])


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(clean(str(message.get(name) or "")).split())
    except (
        MessageError,
        ValueError,
        IndexError,
        AttributeError,
    ):  # headers that the parser of dates or addresses trips on
        return ""


def _body(message: EmailMessage) -> str:
    """Return the plain text of the body, or what its web page shows."""
    texts = [each for each in _leaves(message) if each.get_content_maintype() == "text" and not _file_name(each)]
    plain = [each for each in texts if each.get_content_type() == "text/plain"]
    if plain:
        return "\n".join(_decoded(each) for each in plain)
    return "".join(text for each in texts for _, text, _ in read_markup(_decoded(each).encode(), ""))


def _decoded(each: EmailMessage) -> str:
    data = each.get_payload(decode=True)
    data = data if isinstance(data, bytes) else b""
    try:
        return data.decode(each.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")


def _file_name(each: EmailMessage) -> str:
    try:
        return " ".join(clean(each.get_filename() or "").split())
    except (MessageError, ValueError, IndexError, AttributeError):
        return "attachment"


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    return [
        each
        for each in _leaves(message)
        if each.get_content_maintype() != "message" and (_file_name(each) or each.get_content_maintype() != "text")
    ]


def _attached(attachment: EmailMessage, parts: list[Part], notes: list[str]) -> None:
    """Add what an attachment holds, or the reason why it cannot be read."""
    name = _file_name(attachment) or f"unnamed {attachment.get_content_type()}"
    data = attachment.get_payload(decode=True)
    if not isinstance(data, bytes) or not data:
        notes.append(f"the attachment {name} {reasons.EMPTY}")
        return
    try:
        with formats.on_disk(io.BytesIO(data)) as path:
            loaded = formats.load_inside(path, name, _CONTAINERS, no_progress)
    except DocumentError as error:
        notes.append(f"the attachment {name} {error.reason}")
        return
    parts += [(f"{name}{INSIDE}{formats.inner_label(loaded, label)}", text, kind) for label, text, kind in loaded.parts]
    notes += [f"{name}: {note}" for note in loaded.notes]
