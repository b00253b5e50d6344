"""What was read is computed from prompts alone, and equals what was handed out, character for character."""

import random
import re
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_app.citations import Citation, Verdict
from rlm_app.events import Event, ModelReplied, SubcallFinished, SubcallStarted
from rlm_app.evidence.coverage import cover, finder
from rlm_app.evidence.shown import SHORTEST
from rlm_app.proofs import Coverage, Span
from rlm_app.types import Document, DocumentInfo, Message, Page, Usage

# No character of these stands in a document, so that what a prompt says of its own is never mistaken for one's text.
AROUND = "\u2402{}\u2403"
WORDS = [f"w{number:04d}" for number in range(3_000)]


def text_of(seed: int, words: int = 900) -> str:
    """Return a text whose stretches of twenty characters each stand in one place."""
    rng = random.Random(seed)
    chosen = rng.sample(WORDS, words)
    return "".join(f"{word}{rng.choice([' ', ' ', ' ', ', ', '. ', chr(10), chr(10) * 2])}" for word in chosen)


TEXTS = [text_of(1), text_of(2).replace("w", "v")]


def document(number: int, text: str, pages: Sequence[Page] = ()) -> Document:
    return Document(DocumentInfo(f"sha{number}", f"{number}.txt", "txt", 1, len(text), "page", tuple(pages)), text)


DOCUMENTS = [document(number, text) for number, text in enumerate(TEXTS)]


def place(call_id: str, number: int) -> dict[str, object]:
    parent = None if call_id == "0" else "0"
    return {
        "run_id": "r",
        "seq": number,
        "at": 0.0,
        "call_id": call_id,
        "parent_id": parent,
        "depth": call_id.count("."),
    }


def subcall(number: int, prompt: str, *, error: str | None = None, role: str = "llm") -> list[Event]:
    at: dict[str, object] = place(f"0.{number}", number)
    started = SubcallStarted(**at, iteration=number, cell=1, role=role, model="m", prompt=prompt)  # type: ignore[arg-type]
    ended = SubcallFinished(**at, iteration=number, cell=1, reply="", model="m", usage=Usage(), error=error)  # type: ignore[arg-type]
    return [started, ended]


def reply(turn: int, *messages: Message) -> Event:
    at: dict[str, object] = place("0", turn)
    return ModelReplied(**at, iteration=turn, messages=messages, reply="", model="m", usage=Usage())  # type: ignore[arg-type]


def union(spans: Sequence[Span]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def read(coverage: Coverage) -> set[int]:
    return union(coverage.spans)


Cut = Callable[[str, random.Random], list[Span]]


def slices(text: str, rng: random.Random) -> list[Span]:
    starts = [rng.randrange(len(text) - SHORTEST) for _ in range(rng.randint(1, 6))]
    return [(start, min(len(text), start + rng.randint(SHORTEST, 2_000))) for start in starts]


def by_regex(text: str, rng: random.Random) -> list[Span]:
    wanted = rng.choice(["[wv]0[^.]{30,200}", r"[wv]1\d\d\d.{25,90}", r"[^\n]{20,}[wv]2"])
    return [found.span() for found in re.finditer(wanted, text)]


def by_split(text: str, rng: random.Random) -> list[Span]:
    spans, at = [], 0
    for part in text.split(rng.choice([". ", "\n\n"])):
        start = text.index(part, at)
        at = start + len(part)
        spans.append((start, at))
    return rng.sample([span for span in spans if span[1] - span[0] >= SHORTEST], 3)


def chunks(text: str, rng: random.Random) -> list[Span]:
    size, overlap = rng.randint(60, 900), rng.randint(0, 40)
    spans = [(start, min(len(text), start + size)) for start in range(0, len(text) - SHORTEST, size - overlap)]
    return rng.sample(spans, rng.randint(1, len(spans)))


def windows(text: str, rng: random.Random) -> list[Span]:
    hits = [found.start() for found in re.finditer(rng.choice(["00", "7", "19"]), text)][:8]
    return [(max(0, hit - 40), min(len(text), hit + 60)) for hit in hits]


@pytest.mark.parametrize("cut", [slices, by_regex, by_split, chunks, windows])
@given(seed=st.integers(0, 10**6), joined=st.booleans())
@settings(deadline=None, max_examples=25)
def test_what_was_read_is_what_was_handed_out(cut: Cut, seed: int, joined: bool) -> None:
    rng = random.Random(seed)
    expected: list[list[Span]] = [cut(text, rng) for text in TEXTS]
    parts = [
        AROUND.format(text[start:end]) for text, spans in zip(TEXTS, expected, strict=True) for start, end in spans
    ]
    rng.shuffle(parts)
    prompts = ["".join(parts)] if joined else parts
    events = [event for number, prompt in enumerate(prompts, 1) for event in subcall(number, prompt)]
    for coverage, spans in zip(cover(DOCUMENTS, events), expected, strict=True):
        assert read(coverage) == union(spans)


def test_the_root_is_shown_what_its_cells_printed_and_each_call_is_named_with_its_turn() -> None:
    text = TEXTS[0]
    printed = reply(2, Message("user", f"Output:\n{AROUND.format(text[100:400])}"))
    events = [
        reply(1, Message("system", "s"), Message("user", "u")),
        *subcall(1, f"Q? {AROUND.format(text[300:600])}"),
        printed,
    ]
    (coverage,) = cover(DOCUMENTS[:1], events)
    assert [(each.start, each.end, each.call_id, each.turn) for each in coverage.readings] == [
        (300, 600, "0.1", 1),
        (100, 400, "0", 2),
    ]
    assert coverage.spans == ((100, 600),)
    assert coverage.share == 500 / len(text)
    citation = Citation("q", Verdict.FOUND, "sha0", "0.txt", 320, 380)
    first = finder(citation, [coverage])
    assert first is not None
    assert first.call_id == "0.1"
    assert finder(Citation("q", Verdict.FOUND, "sha0", "0.txt", 50, 120), [coverage]) is None


def test_what_no_model_was_shown_is_not_read() -> None:
    text = TEXTS[0]
    events = [
        *subcall(1, text[:300], error="not sent, the limit is reached"),
        *subcall(2, text[300:700], role="rlm"),
        reply(1, Message("assistant", text[700:900])),
    ]
    (coverage,) = cover(DOCUMENTS[:1], events)
    assert coverage.readings == ()
    assert coverage.share == 0


HEAD = "Confidential, for the board only\n"
HEADED = [f"{HEAD}The first page says one thing.\n", f"{HEAD}The second page says another one.\n"]
SECOND = len(HEADED[0])


def test_words_that_stand_at_several_places_are_read_nowhere_for_certain_until_they_were_shown_as_often() -> None:
    whole = document(0, "".join(HEADED))
    alone, longer = AROUND.format(HEAD.strip()), AROUND.format(HEADED[1])
    heads = ((0, 32), (SECOND, SECOND + 32))
    (once,) = cover([whole], subcall(1, alone))
    assert (once.spans, once.doubtful) == ((), heads)
    assert (once.share, once.perhaps) == (0, 64 / len(whole.text))
    assert {(each.shown, each.places) for each in once.readings} == {(1, 2)}
    (twice,) = cover([whole], [*subcall(1, alone), *subcall(2, alone)])
    assert (twice.spans, twice.doubtful) == (heads, ())
    (in_one,) = cover([whole], subcall(1, alone * 2))
    assert in_one.spans == heads
    (page,) = cover([whole], subcall(1, longer))
    assert (page.spans, page.doubtful) == (((SECOND, len(whole.text)),), ())
    (both,) = cover([whole], [*subcall(1, alone), *subcall(2, longer)])
    assert (both.spans, both.doubtful) == (((SECOND, len(whole.text)),), ((0, 32),))


@pytest.mark.parametrize("shown", [HEADED[1], f"found: {HEADED[1]}", HEADED[1] + HEADED[0]])
def test_words_that_stand_at_several_places_were_shown_where_the_text_goes_on_as_the_document_does(shown: str) -> None:
    whole = "".join(HEADED)
    (escaped,) = cover([document(0, whole)], subcall(1, repr(shown)))
    (plain,) = cover([document(0, whole)], subcall(1, AROUND.format(shown)))
    assert (escaped.doubtful, plain.doubtful) == ((), ())
    assert {at for at in read(plain) ^ read(escaped) if whole[at] != "\n"} == set()
    assert len(read(plain)) == len(shown.removeprefix("found: "))


def test_a_stretch_between_two_in_the_document_that_the_text_leaves_out_tells_nothing() -> None:
    clause = "Notice is given in writing to the other party"
    text = f"1. Of rent and its terms\nand so on\n{clause}\n2. Of alarms and their end\n{clause}\n3. Of gardens and of trees"
    (skipped,) = cover([document(0, text)], subcall(1, f"1. Of rent and its terms\n{clause}"))
    assert [text[start:end].strip() for start, end in skipped.doubtful] == [clause, clause]
    (followed,) = cover([document(0, text)], subcall(1, f"12: {clause}\n13: 3. Of gardens and of trees"))
    assert (followed.doubtful, followed.spans[0][0]) == ((), text.rindex(clause))


def test_two_versions_read_whole_are_read_whole_though_they_share_most_words() -> None:
    old, new = TEXTS[0], TEXTS[0].replace("w12", "w99")
    parts = [text[at : at + 300] for text in (old, new) for at in range(0, len(text), 300)]
    events = [event for number, part in enumerate(parts, 1) for event in subcall(number, AROUND.format(part))]
    first, second = cover([document(0, old), document(1, new)], events)
    assert (first.share, second.share) == (1, 1)
    first, second = cover([document(0, old), document(1, new)], events[: len(events) // 2])
    assert first.perhaps == 1
    assert second.share < 0.1


def test_a_short_line_counts_when_it_is_a_whole_one_on_both_sides() -> None:
    text = "ARTICLE IV\nThe term of this is five years.\nand\nARTICLE V\n"
    (coverage,) = cover([document(0, text)], subcall(1, "found:\nARTICLE IV\nand\nthe ARTICLE V"))
    assert [text[start:end] for start, end in coverage.spans] == ["ARTICLE IV"]


def test_how_often_each_page_was_read_is_told() -> None:
    pages = (Page("1", 0, 200), Page("2", 200, 400), Page("3", 400, 600))
    events = [*subcall(1, AROUND.format(TEXTS[0][:300])), *subcall(2, AROUND.format(TEXTS[0][:200]))]
    (coverage,) = cover([document(0, TEXTS[0], pages)], events)
    assert coverage.times(pages) == (2.0, 0.5, 0.0)


@given(st.lists(st.text("ab ", max_size=60), min_size=1, max_size=3), st.text("ab ", max_size=200))
@settings(deadline=None, max_examples=60)
def test_whatever_is_said_to_be_read_stands_in_the_prompt(texts: list[str], prompt: str) -> None:
    for coverage, text in zip(cover([document(0, text) for text in texts], subcall(1, prompt)), texts, strict=True):
        for reading in coverage.readings:
            assert text[reading.start : reading.end] in prompt


def test_three_hundred_pages_and_five_hundred_prompts_take_a_moment() -> None:
    rng = random.Random(3)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(5_000)]
    text = " ".join(rng.choices(words, k=140_000))
    spans = [(start, start + 2_000) for start in rng.choices(range(len(text) - 2_000), k=500)]
    own = " ".join(rng.choices(words[::-1], k=120))
    events = [e for n, (a, b) in enumerate(spans, 1) for e in subcall(n, f"{own}\u2402{text[a:b]}\u2403")]
    began = time.process_time()
    (coverage,) = cover([document(0, text)], events)
    assert time.process_time() - began < 2 * SLACK
    assert read(coverage) >= union(spans)
    assert coverage.read < len(union(spans)) * 1.01


# The machine that runs the tests may be busy; the figure itself is met with a factor to spare when it is not.
SLACK = 3
