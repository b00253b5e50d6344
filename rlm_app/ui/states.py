"""What a run's state and a quotation's verdict look like: a word, a shape and a colour, never the colour alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rlm_app.citations import Verdict
from rlm_app.records import RunRecord
from rlm_app.types import RunState, Stop

Color = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]


@dataclass(frozen=True, slots=True)
class Look:
    """A word with its shape, colour and meaning."""

    word: str
    icon: str
    color: Color
    meaning: str

    @property
    def markdown(self) -> str:
        """The look as a badge inside Markdown."""
        return f":{self.color}-badge[{self.icon} {self.word}]"


STATES: Mapping[RunState, Look] = {
    RunState.QUEUED: Look(
        "Queued", ":material/schedule:", "gray", "Other runs are at work; this one starts by itself."
    ),
    RunState.RUNNING: Look("Running", ":material/play_circle:", "blue", "You can close this tab; the run goes on."),
    RunState.STOPPING: Look("Stopping", ":material/hourglass_top:", "orange", "Nothing new is sent."),
    RunState.DONE: Look("Done", ":material/check_circle:", "green", "The run ended with an answer."),
    RunState.CANCELLED: Look("Cancelled", ":material/cancel:", "gray", "You stopped this run."),
    RunState.LIMIT: Look("Limit reached", ":material/speed:", "orange", "A limit ended the run before it was done."),
    RunState.FAILED: Look("Failed", ":material/error:", "red", "The run could not go on."),
    RunState.INTERRUPTED: Look("Interrupted", ":material/power_off:", "violet", "The app was closed during this run."),
}

PAUSED = Look("Paused", ":material/pause_circle:", "orange", "You paused this run; nothing is sent until it goes on.")

NOTHING_FOUND = Look("Nothing found", ":material/search_off:", "gray", "The documents do not seem to say.")

VERDICTS: Mapping[Verdict, Look] = {
    Verdict.FOUND: Look(
        "Found",
        ":material/check:",
        "green",
        "Found in the document, ignoring line breaks, hyphenation, typographic marks and letter case.",
    ),
    Verdict.FOUND_IN_PARTS: Look(
        "Found in parts",
        ":material/more_horiz:",
        "green",
        "The parts joined by “…” occur in the document in this order.",
    ),
    Verdict.ALTERED: Look(
        "Altered", ":material/warning:", "red", "A number, a negation or a must/may word differs from the document."
    ),
    Verdict.CLOSE: Look("Close", ":material/difference:", "orange", "Other words differ from the document."),
    Verdict.SCANNED_PAGE: Look(
        "Scanned page", ":material/image:", "blue", "The page is a picture without text; compare by eye."
    ),
    Verdict.NOT_FOUND: Look("Not found", ":material/close:", "red", "These words are in none of the documents."),
}

GLYPHS: Mapping[Verdict, str] = {
    Verdict.FOUND: "✓",
    Verdict.FOUND_IN_PARTS: "✓…",
    Verdict.ALTERED: "▲",
    Verdict.CLOSE: "≈",
    Verdict.SCANNED_PAGE: "▣",
    Verdict.NOT_FOUND: "✕",
}

LIMIT_SENTENCES: Mapping[Stop, str] = {
    Stop.ITERATIONS: "the number of turns it was allowed",
    Stop.COST: "the money it was allowed",
    Stop.TOKENS: "the tokens it was allowed",
    Stop.TIME: "the time it was allowed",
    Stop.SUBCALLS: "the sub-calls it was allowed",
    Stop.ERRORS: "the errors in a row it was allowed",
}

_NOTHING = re.compile(r"(nothing\b.{0,40}\bfound|not found|no (answer|passage)\b.{0,40}\bfound)", re.I | re.S)


def nothing_found(record: RunRecord) -> bool:
    """Whether a finished run says that the documents do not answer the question."""
    return (
        record.state is RunState.DONE and not record.quotes_total and bool(_NOTHING.match(record.answer.lstrip("* #")))
    )


def look_of(record: RunRecord) -> Look:
    """Return how to show the state of a run."""
    return NOTHING_FOUND if nothing_found(record) else STATES[record.state]


def needs_a_look(verdict: Verdict) -> bool:
    """Whether a person should check this quotation themselves."""
    return verdict not in {Verdict.FOUND, Verdict.FOUND_IN_PARTS}
