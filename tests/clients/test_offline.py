from __future__ import annotations

import json
import os
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.offline import OfflineClient
from rlm_app.clients.offline_code import rank_cell
from rlm_app.clients.offline_sub import sub_reply
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.types import Message, Request
from tests.clients.offline_loop import SYSTEM, Loop

LEASE = """1. The premises
1.1 The landlord lets the premises at 14 Harbour Road to the tenant for use as an office and for no other purpose.

2. Rent
2.1 The tenant shall pay a rent of £2,400 a month, in advance, on the first working day of each month.
2.2 If rent is more than ten days late, interest runs at 6 per cent. a year until it is paid.

3. Repairs
3.1 The landlord keeps the roof and the outer walls in repair. The tenant keeps the inside clean and mends the windows.
3.2 The tenant shall report a leaking roof within two days of noticing it.

4. Ending
4.1 Either party may terminate this lease by giving the other not less than three months' written notice.

Amendment No. 1 dated 3 May 2024
1. In clause 2.1 the words "£2,400" are replaced by "£2,650" with effect from 1 June 2024.
"""
COOKBOOK = """# Bread
Knead the dough for ten minutes. Let it rise for two hours under a damp cloth.

# Soup
Simmer the onions in butter until they are golden, then add a litre of stock.
"""


def described(name: str, text: str, unit: str = "page") -> dict[str, Any]:
    cut = text.index("3. Repairs") if "3. Repairs" in text else len(text) // 2
    pages = [
        {"label": "1", "start": 0, "end": cut, "kind": "text"},
        {"label": "2", "start": cut, "end": len(text), "kind": "text"},
    ]
    return {"name": name, "format": "txt", "unit": unit, "characters": len(text), "pages": pages}


def ask(question: str, **more: Any) -> str:
    return Loop(LEASE, [described("lease.txt", LEASE)], **more).ask(question)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_an_answer_quotes_word_for_word_with_document_and_page() -> None:
    answer = ask("How much notice must be given to terminate the lease?")
    quote = "Either party may terminate this lease by giving the other not less than three months' written notice."
    assert re.search(rf"“[^”]*{re.escape(quote)}” \[lease\.txt, page 2\]", answer)


@pytest.mark.parametrize(
    "question",
    ["What rent is due each month?", "Who mends the windows?", "When must a leaking roof be reported?"],
)
def test_every_quotation_stands_in_the_text(question: str) -> None:
    quotes = re.findall("“(.*?)”", ask(question), re.DOTALL)
    assert 1 <= len(quotes) <= 5
    assert all(squeezed(quote) in squeezed(LEASE) for quote in quotes)


def test_an_amendment_of_the_clause_is_quoted_too_and_not_decided_upon() -> None:
    answer = ask("What rent does the tenant pay a month?")
    assert "a rent of £2,400 a month" in answer
    assert 'In clause 2.1 the words "£2,400" are replaced by "£2,650"' in answer
    assert "not decided" in answer


@pytest.mark.parametrize(
    "question", ["Which vaccine was tested on mice?", "What is the boiling point of mercury?", "Who won the cup final?"]
)
def test_what_is_not_there_is_said_not_to_be_found_with_the_words_searched_for(question: str) -> None:
    answer = ask(question)
    assert answer.startswith("Nothing relevant was found in lease.txt.")
    assert "Words searched for:" in answer
    assert "“" not in answer


def test_it_takes_three_turns_plan_and_look_then_rank_then_answer() -> None:
    loop = Loop(LEASE, [described("lease.txt", LEASE)])
    loop.ask("What rent is due each month?")
    assert len(loop.replies) == 3
    assert "do not reason" in loop.replies[0]
    assert "lease.txt" in loop.shown[0]
    assert "sub-calls" in loop.shown[1]


@pytest.mark.parametrize("documents", [None, []])
def test_a_context_without_documents_is_quoted_without_pages(documents: list[dict[str, Any]] | None) -> None:
    assert "[document 1]" in Loop(LEASE, documents).ask("What rent is due each month?")


def test_of_several_texts_the_right_one_is_quoted_and_named() -> None:
    loop = Loop([COOKBOOK, LEASE], [described("bread.md", COOKBOOK, "section"), described("lease.txt", LEASE)])
    assert re.search(r"“[^”]*damp cloth\.” \[bread\.md, section", loop.ask("How long does the dough rise?"))
    assert "[lease.txt, page 1]" in Loop([COOKBOOK, LEASE], loop.documents).ask("What rent is due each month?")


@pytest.mark.parametrize("context", ["", "   ", [], [""]])
def test_a_context_with_nothing_in_it_is_answered_honestly(context: object) -> None:
    assert Loop(context).ask("What rent is due?").startswith("Nothing relevant was found")


def test_a_follow_up_question_is_ranked_afresh() -> None:
    loop = Loop(LEASE, [described("lease.txt", LEASE)])
    loop.ask("What rent is due each month?")
    assert "leaking roof within two days" in loop.ask("When must a leaking roof be reported?")


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_cell_that_fails_once_is_made_good(turn: int) -> None:
    assert "£2,400" in ask("What rent is due each month?", break_cell=turn)


def test_cells_that_keep_failing_end_in_an_honest_sentence() -> None:
    loop = Loop(LEASE)
    loop.names["context"] = 3
    loop.names["llm_query_batched"] = None
    loop.names["print"] = None
    assert "failed twice" in loop.ask("What rent is due?")


def test_with_one_turn_only_it_ranks_and_answers_at_once() -> None:
    loop = Loop(LEASE, [described("lease.txt", LEASE)], turns=1)
    assert "£2,400" in loop.ask("What rent is due each month?")


def test_at_the_limit_it_says_in_plain_text_that_nothing_was_looked_up() -> None:
    messages = (SYSTEM, Message("user", "<question>\nq\n</question>\nAnswer in plain text, without code."))
    text = OfflineClient().completion(Request(messages), CancelToken()).text
    assert "```" not in text
    assert "limit" in text


def test_sub_calls_that_fail_do_not_cost_the_answer() -> None:
    failing = ScriptedClient(replies=lambda request: "Error: this run allows no sub-calls")
    assert "£2,400" in ask("What rent is due each month?", sub=failing)


def test_a_sub_model_that_makes_things_up_is_not_quoted() -> None:
    inventing = ScriptedClient(replies=lambda request: "The rent is nine thousand pounds.")
    assert "nine thousand" not in ask("What rent is due each month?", sub=inventing)


def test_the_question_is_data_in_the_cell_whatever_it_holds() -> None:
    question = 'What """rent""" is due?\n```\nimport os # \\ \' </question'
    code = rank_cell(question)
    assert "```" not in code
    names: dict[str, Any] = {}
    exec(code.splitlines()[0], names)
    assert names["question"] == question


def test_cells_import_only_the_standard_library() -> None:
    assert "rlm_app" not in rank_cell("q", last=True)


def test_the_same_request_gets_the_same_reply_and_costs_nothing() -> None:
    request = Request((SYSTEM, Message("user", "<question>\nWhat rent?\n</question>")))
    replies = [OfflineClient().completion(request, CancelToken()) for _ in range(3)]
    assert len({(reply.text, reply.usage) for reply in replies}) == 1
    assert replies[0].usage.cost == 0.0
    assert replies[0].usage.estimated


def test_any_other_prompt_gets_the_sentences_nearest_to_its_first_and_last_line() -> None:
    prompt = f"When must a leaking roof be reported?\n\n{LEASE}\n\nAnswer about the leaking roof."
    assert "report a leaking roof within two days" in sub_reply(prompt)
    assert sub_reply("Which vaccine was tested?\n\nThe tenant pays.\n\nName the vaccine.") == "NONE"


def test_a_hundred_pages_are_ranked_in_a_second_and_ten_megabytes_in_a_few() -> None:
    words = random.Random(1).choices(LEASE.split(), k=60_000)
    text = "\n\n".join(" ".join(words[at : at + 80]) + "." for at in range(0, len(words), 80))
    for context, seconds in ((text, 3.0), ([text] * 10, 20.0)):
        loop = Loop(context)
        began = time.process_time()
        loop.ask("What rent is due each month for the office at Harbour Road?")
        assert time.process_time() - began < seconds


SAMPLES = Path(os.environ.get("RLM_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))


@pytest.mark.skipif(not (SAMPLES / "qa" / "contracts.jsonl").exists(), reason="the samples folder is not here")
def test_half_of_a_lawyers_labels_lead_to_the_clause_in_real_contracts() -> None:
    lines = (SAMPLES / "qa" / "contracts.jsonl").read_text(encoding="utf-8").splitlines()
    found = 0
    for entry in map(json.loads, lines):
        text = (SAMPLES / entry["doc"]).read_bytes().decode("utf-8")
        answer = squeezed(Loop(text).ask(entry["question"]))
        quotes = [squeezed(quote) for quote in re.findall("“(.*?)”", answer, re.DOTALL)]
        gold = squeezed(entry["answer"])
        found += any(gold[:60] in quote or quote[:80] in gold for quote in quotes)
    assert found >= len(lines) / 2
