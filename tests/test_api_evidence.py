"""What a program gets that asks the library: quotations of the answer with their verdicts and places in its own texts."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from rlm_app import RLM, RLMCompletion, Verdict
from rlm_app.engine.prompts import ROOT_MARK
from rlm_app.engine.texts import read
from tests.engine.loop import block
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Say

NOTICE = "Either party may end this lease with ninety days of notice"
RENT = "The rent of 1,200 euros is due on the third day of each month"
LEASE = f"{RENT}. It is paid to the landlord's bank.\n\n{NOTICE}, given in writing.\n"


def asked(prompts: Sequence[Any], replies: Sequence[str], **options: Any) -> tuple[list[RLMCompletion], list[str]]:
    """Return the completions of the prompts by one `RLM`, and the system prompts that were sent."""
    with OpenAIServer([Say(reply) for reply in replies]) as server:
        kwargs = {"model_name": "gpt-5-nano", "api_key": "sk-fake", "base_url": server.url}
        with RLM(backend="openai", backend_kwargs=kwargs, **options) as rlm:
            done = [rlm.completion(prompt, root_prompt="What is said?") for prompt in prompts]
        return done, [body["messages"][0]["content"] for body in server.bodies]


def final(answer: str) -> str:
    return block(f"FINAL({answer!r})")


def test_an_answer_of_the_library_carries_its_quotations_with_verdict_and_place() -> None:
    altered = NOTICE.replace("ninety", "sixty")
    cite = block(f"mark = cite({RENT!r})\nprint(mark)")
    hand_in = block(f"FINAL('The rent is 1,200 euros ' + mark + '. It ends so: “{altered}”.')")
    (done,), (system, *_) = asked([LEASE], [cite, hand_in])
    rent, notice = done.citations
    assert done.response.startswith(f"The rent is 1,200 euros (“{RENT}” [context]).")
    assert (rent.verdict, rent.document, rent.mark) == (Verdict.FOUND, "context", "c1")
    assert LEASE[rent.start : rent.end] == RENT
    assert (notice.verdict, LEASE[notice.start : notice.end]) == (Verdict.ALTERED, NOTICE)
    assert [(each.quoted, each.source) for each in notice.differences] == [("sixty", "ninety")]
    assert system.endswith(read("cite"))


@pytest.mark.parametrize(
    ("prompt", "document", "page"),
    [
        (["Nothing here.", LEASE], "context", "1"),
        ({"old.txt": "Nothing here.", "lease.txt": LEASE}, "lease.txt", ""),
        ([{"role": "user", "content": "Hello."}, {"role": "user", "content": LEASE}], "context", "1"),
    ],
)
def test_a_quotation_is_placed_in_the_item_it_is_from(prompt: Any, document: str, page: str) -> None:
    (done,), _ = asked([prompt], [final(f"It says “{NOTICE}”.")])
    (found,) = done.citations
    assert (found.verdict, found.document, found.page) == (Verdict.FOUND, document, page)
    assert LEASE[found.start : found.end] == NOTICE


def test_a_kept_repl_keeps_its_marks_and_quotes_all_its_contexts() -> None:
    replies = [block(f"mark = cite({RENT!r})"), final("It is due."), block("FINAL('It is due ' + mark + '.')")]
    first, second = asked([LEASE, "A text with nothing in it."], replies, persistent=True)[0]
    assert first.citations == ()
    (found,) = second.citations
    assert (found.verdict, found.document, found.mark) == (Verdict.FOUND, "context_0", "c1")


def test_without_evidence_nothing_is_judged_nor_said_of_it() -> None:
    (done,), (system,) = asked([LEASE], [final(f"It says “{NOTICE}”.")], evidence=False)
    assert done.citations == ()
    assert system.startswith(ROOT_MARK)
    assert "cite(" not in system


def test_a_prompt_of_ones_own_is_told_of_cite_unless_it_speaks_of_it() -> None:
    own = "Answer from the {context} and from nothing else."
    assert asked([LEASE], [final("Yes.")], custom_system_prompt=own)[1] == [f"{own}\n\n{read('cite')}"]
    silent = f"{own} Leave `cite` alone."
    assert asked([LEASE], [final("Yes.")], custom_system_prompt=silent)[1] == [silent]


def test_a_tool_called_cite_stands_in_place_of_ours() -> None:
    def cite(quote: str) -> str:
        """cite(quote) looks it up in the library."""
        return f"shelf {len(quote)}"

    tools: Mapping[str, Any] = {"cite": cite}
    (done,), (system, *_) = asked([LEASE], [block("FINAL(cite('abc'))")], custom_tools=tools)
    assert done.response == "shelf 3"
    assert read("cite") not in system
    assert "looks it up in the library" in system


def test_data_that_is_no_text_and_broken_text_are_no_trouble() -> None:
    for prompt in ({"a": 5}, [1, None], "half a sign \ud83d and words that follow it"):
        (done,), _ = asked([prompt], [final("It says “words that are nowhere at all”.")])
        assert [each.verdict for each in done.citations] == [Verdict.NOT_FOUND]
