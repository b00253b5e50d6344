"""What a run has read: which characters of its documents stood in the prompt of which model call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rlm_app.citations import Citation
from rlm_app.events import Event, ModelReplied, SubcallFinished, SubcallStarted
from rlm_app.evidence.shown import Shown
from rlm_app.proofs import Coverage, Reading
from rlm_app.types import Document

Prompt = tuple[str, int, str]
"""A call's id, the turn it belongs to, and text that its prompt held and no earlier one of the same call."""


def cover(documents: Sequence[Document], events: Iterable[Event]) -> tuple[Coverage, ...]:
    """Return for each document what the calls of a run were shown of it, computed from their prompts alone.

    The root's prompts hold what its cells printed; text that a cell printed and no model was sent is not read. A stretch of
    under twenty characters is too short to be told from chance, unless it is a whole line of eight or more. Of words that stand
    at several places it may not be known which was shown; their readings say at how many. Takes about a second for a million
    characters of documents and a few million of prompts.
    """
    shown = Shown([document.text for document in documents])
    readings: list[list[Reading]] = [[] for _ in documents]
    for call_id, turn, text in prompts_of(events):
        times = Counter((held.places, held.length) for held in shown.held(text))
        for (places, length), often in times.items():
            for place in places:
                document, start = shown.document_at(place)
                readings[document].append(Reading(start, start + length, call_id, turn, often, len(places)))
    return tuple(
        Coverage(document.info.sha256, document.info.name, len(document.text), tuple(of_document))
        for document, of_document in zip(documents, readings, strict=True)
    )


def prompts_of(events: Iterable[Event]) -> list[Prompt]:
    """Return what model calls were sent, in their order: the root's new messages a turn, and the prompts of sub-calls.

    A child RLM's prompt is its context, which no model sees whole: what its calls are shown stands in their own prompts. A
    sub-call that failed has shown nothing that is certain.
    """
    events = list(events)
    ends = {event.call_id: event.error for event in events if isinstance(event, SubcallFinished)}
    prompts: list[Prompt] = []
    for event in events:
        match event:
            case ModelReplied():
                texts = [message.content for message in event.messages if message.role != "assistant"]
                prompts += [(event.call_id, event.iteration, text) for text in texts]
            case SubcallStarted(role="llm") if ends.get(event.call_id) is None:
                prompts.append((event.call_id, event.iteration, event.prompt))
    return prompts


def finder(citation: Citation, coverage: Sequence[Coverage]) -> Reading | None:
    """Return the reading by which a citation's passage was found: the first that held all of it, None if none did.

    One that is known to be of this place comes before one that may have been of another with the same words.
    """
    held = (each.reading(citation.start, citation.end) for each in coverage if each.sha256 == citation.sha256)
    found = next(held, ()) if citation.end > citation.start else ()
    return min(found, key=lambda reading: reading.likely < 1, default=None)
