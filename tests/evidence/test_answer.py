import threading
from dataclasses import replace

from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.protocols import Verifier
from rlm_app.types import Citation, Document, DocumentInfo, Page, Verdict

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
    assert found == Citation(CLAUSE, Verdict.FOUND, "sha-lease.pdf", "lease.pdf", start, start + len(CLAUSE), "1")
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
