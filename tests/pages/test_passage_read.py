"""What a sub-call was given to read: the passages of its prompt, found in the documents, and the pages they are on."""

from rlm_app.types import Document, DocumentInfo, Page
from rlm_app.ui.passage_read import place, stops, title
from rlm_app.ui.slices import carried

CLAUSES = [
    f"Clause {number} obliges the tenant to keep room {number} clean and aired at all times.\n" for number in range(90)
]


def document(name: str, clauses: list[str], a_page: int = 10) -> Document:
    text, pages, at = "".join(clauses), [], 0
    for number in range(0, len(clauses), a_page):
        length = len("".join(clauses[number : number + a_page]))
        pages.append(Page(str(number // a_page + 1), at, at + length))
        at += length
    return Document(DocumentInfo(f"sha-{name}", name, "pdf", 1, len(text), "page", tuple(pages)), text)


LEASE, OTHER = document("lease.pdf", CLAUSES[:60]), document("other.pdf", CLAUSES[60:])


def stretch(source: Document, first: str, last: str) -> str:
    return source.text[source.text.index(first) : source.text.index(last) + len(last)]


def test_a_prompt_with_several_passages_leads_to_each_of_them() -> None:
    early = stretch(LEASE, "Clause 3 ", "Clause 5 obliges")
    late = stretch(LEASE, "Clause 38 ", "Clause 41 obliges")
    elsewhere = stretch(OTHER, "Clause 70 ", "Clause 71 obliges")
    found = carried(f"Which rooms are named?\n\n{late}\n---\n{elsewhere}\n---\n{early}", [LEASE, OTHER])
    assert [(each.document.info.name, each.document.text[each.start : each.end].strip()) for each in found] == [
        ("lease.pdf", early),
        ("lease.pdf", late),
        ("other.pdf", elsewhere),
    ]
    assert [(source.info.name, index) for source, index in stops(found)] == [
        ("lease.pdf", 0),
        ("lease.pdf", 3),
        ("lease.pdf", 4),
        ("other.pdf", 1),
    ]
    assert title(found).startswith("3 passages it read: lease.pdf and other.pdf")


def test_one_passage_is_told_with_its_pages() -> None:
    (found,) = carried("Which room?\n" + stretch(LEASE, "Clause 8 ", "Clause 12 obliges"), [OTHER, LEASE])
    assert place(found) == ", page 1 to page 2"
    assert title([found]).startswith("Passage it read: lease.pdf, page 1 to page 2")


def test_a_prompt_without_words_of_the_documents_leads_nowhere() -> None:
    assert carried("Say in one word whether a tenant must keep a dog.", [LEASE, OTHER]) == []
    assert carried(LEASE.text, []) == []


def test_a_document_of_a_thousand_pages_that_was_read_whole_has_all_of_them() -> None:
    clauses = [f"Clause {number} obliges the tenant to keep room {number} clean.\n" for number in range(3_000)]
    long = document("long.pdf", clauses, 3)
    assert len(stops(carried("Sum this up:\n" + long.text, [long]))) == 1_000
