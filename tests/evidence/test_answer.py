import threading
from dataclasses import replace

from rlm_app.citations import Citation, Verdict
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.protocols import Verifier
from rlm_app.types import Document, DocumentInfo, Page

CLAUSE = "the notice period is ninety days"


def document(name: str, *texts: str) -> Document:
    pages, start = [], 0
    for number, text in enumerate(texts, 1):
        pages.append(Page(str(number), start, start + len(text), "text" if text.strip() else "scanned"))
        start += len(text)
    whole = "".join(texts)
    return Document(DocumentInfo(f"sha-{name}", name, "pdf", 1, len(whole), "page", tuple(pages)), whole)


def judged(answer: str, *documents: Document) -> list[Citation]:
    verifier: Verifier = AnswerVerifier(documents)
    return list(verifier(answer))


LEASE = document("lease.pdf", f"In the lease {CLAUSE}. ", f"Again, {CLAUSE}. ", "")
SALE = document("sale-of-goods.pdf", f"In the sale {CLAUSE}. ")


def test_each_quote_gets_a_citation_with_its_place_in_the_order_of_the_answer() -> None:
    found, missing = judged(f'It says "{CLAUSE}" and "the moon is made of cheese".', LEASE)
    start = LEASE.text.index(CLAUSE)
    place = (found.verdict, found.sha256, found.document, found.start, found.end, found.page, found.unit)
    assert place == (Verdict.FOUND, "sha-lease.pdf", "lease.pdf", start, start + len(CLAUSE), "1", "page")
    assert (found.prefix, found.suffix) == ("In the lease ", LEASE.text[found.end : found.end + 30])
    assert missing == Citation("the moon is made of cheese", Verdict.NOT_FOUND)


def test_the_page_that_the_answer_names_is_preferred() -> None:
    assert [c.page for c in judged(f'"{CLAUSE}" [lease.pdf, page 2]', SALE, LEASE)] == ["2"]
    assert [c.page for c in judged(f"> {CLAUSE}\n> (lease.pdf, p. 2)\n", SALE, LEASE)] == ["2"]
    assert [c.page for c in judged(f'On page 2 of the lease it says: "{CLAUSE}".', LEASE)] == ["2"]


def test_the_document_that_the_answer_names_is_preferred() -> None:
    answer = f'"{CLAUSE}" [sale-of-goods.pdf, page 1] but also "{CLAUSE}" [lease.pdf, page 1]'
    assert [c.document for c in judged(answer, LEASE, SALE)] == ["sale-of-goods.pdf", "lease.pdf"]


def test_a_wrong_hint_does_not_hide_a_true_quote() -> None:
    (citation,) = judged(f'"{CLAUSE}" [other.pdf, page 99]', LEASE)
    assert (citation.verdict, citation.page) == (Verdict.FOUND, "1")


def test_a_whole_quote_elsewhere_is_better_than_parts_here() -> None:
    parts = document("parts.pdf", "the notice period, as agreed, is ninety days")
    (citation,) = judged('"the notice period … is ninety days"', parts, LEASE)
    assert (citation.verdict, citation.document) == (Verdict.FOUND_IN_PARTS, "parts.pdf")
    (citation,) = judged(f'"{CLAUSE}"', parts, LEASE)
    assert (citation.verdict, citation.document) == (Verdict.FOUND, "lease.pdf")


def test_a_quote_said_to_stand_on_a_picture_is_to_be_compared_by_eye() -> None:
    (citation,) = judged('"a clause nobody can read" [lease.pdf, page 3]', LEASE, SALE)
    assert (citation.verdict, citation.document, citation.page) == (Verdict.SCANNED_PAGE, "lease.pdf", "3")


def test_many_threads_get_the_same_answer() -> None:
    verifier = AnswerVerifier([LEASE, replace(SALE, text=SALE.text * 1_000)])
    results: list[tuple[Citation, ...]] = []
    threads = [threading.Thread(target=lambda: results.append(verifier(f'"{CLAUSE}" [lease.pdf]'))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1


def test_an_answer_without_quotations_or_documents_is_no_trouble() -> None:
    assert judged("Nothing is quoted here.", LEASE) == []
    assert judged(f'"{CLAUSE}"') == [Citation(CLAUSE, Verdict.NOT_FOUND)]


def test_words_that_stand_elsewhere_than_they_are_said_to_are_found_and_that_is_said() -> None:
    (citation,) = judged(f'"In the sale {CLAUSE}" [lease.pdf, page 1]', LEASE, SALE)
    assert (citation.verdict, citation.document) == (Verdict.FOUND, "sale-of-goods.pdf")
    assert citation.detail == "It is said to stand in lease.pdf; it stands in sale-of-goods.pdf."
    (citation,) = judged('"In the lease the notice period" [lease.pdf, page 9]', LEASE)
    assert citation.detail == "It is said to stand at 9; it stands at 1."


def test_an_altered_quotation_leads_to_its_passage_with_the_words_that_differ() -> None:
    (citation,) = judged('"In the sale the notice period is sixty days"', LEASE, SALE)
    assert (citation.verdict, citation.document) == (Verdict.ALTERED, "sale-of-goods.pdf")
    assert SALE.text[citation.start : citation.end] == f"In the sale {CLAUSE}"[: citation.end - citation.start]
    (difference,) = citation.differences
    assert (difference.quoted, difference.source) == ("sixty", "ninety")
    assert SALE.text[difference.start :].startswith("ninety")
    assert citation.quote[difference.at :].startswith("sixty")
    assert citation.detail == "1 word differs, among them a number: “sixty” for “ninety”."


def test_of_two_passages_as_near_the_one_in_the_document_named_is_taken() -> None:
    answer = '"the notice period is sixty days" [sale-of-goods.pdf]'
    assert [c.document for c in judged(answer, LEASE, SALE)] == ["sale-of-goods.pdf"]


def test_a_quotation_that_is_nowhere_has_no_place_and_at_most_a_nearest_passage() -> None:
    long = document("long.pdf", "The tenant keeps the garden, the cellar and the roof in good order at all times.")
    quote = "The tenant keeps the garden behind a high white fence with two gates"
    (citation,) = judged(f'"{quote}"', long)
    assert (citation.verdict, citation.start, citation.end, citation.sha256) == (Verdict.NOT_FOUND, 0, 0, "")
    assert citation.nearest is not None
    assert long.text[citation.nearest.start : citation.nearest.end].startswith("The tenant keeps the garden")


def test_a_quotation_near_the_text_of_a_picture_is_to_be_compared_by_eye() -> None:
    text = "Tbe tenant sha11 keep the gardcn in good ordcr at all timcs of the year."
    info = DocumentInfo("sha", "scan.pdf", "pdf", 1, len(text), "page", (Page("1", 0, len(text), "ocr"),))
    (citation,) = judged('"The tenant shall keep the garden in good order at all times"', Document(info, text))
    assert (citation.verdict, citation.page) == (Verdict.SCANNED_PAGE, "1")
    assert "compare by eye" in citation.detail


def test_the_passage_of_a_citation_is_the_documents_own_text() -> None:
    verifier = AnswerVerifier([LEASE, SALE])
    assert verifier.passage(verifier.cite("in the SALE the notice")) == "In the sale the notice"
    assert verifier.cite(CLAUSE, "lease.pdf, page 2").page == "2"
    assert verifier.passage(verifier.cite("nothing of this kind was written")) == ""


def test_brackets_that_end_a_block_quote_are_quoted_where_a_document_has_them_and_else_name_the_source() -> None:
    rent = document("rent.pdf", "The rent is due on the first day of a month (see section 4). ")
    (own,) = judged("> The rent is due on the first day of a month (see section 4).\n> (rent.pdf, page 1)\n", rent)
    assert (own.quote, own.verdict) == ("The rent is due on the first day of a month (see section 4).", Verdict.FOUND)
    (named,) = judged("> The rent is due on the first day of a month (rent.pdf, section 4)\n", rent)
    assert (named.quote, named.verdict) == ("The rent is due on the first day of a month", Verdict.FOUND)
