from rlm_app.citations import Verdict
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.reanchor import reanchor
from rlm_app.proofs import Fate, Reanchored
from rlm_app.types import Document, DocumentInfo, Page

TERM = "The term of this lease is five years from the first day of May."
RENT = "The tenant pays a rent of 1,200 euros each month in advance."
GARDEN = "The garden behind the house belongs to the owner of the land alone."
NOTICE = "Notice is given in writing to the other party of this lease."


def version(sha: str, *texts: str) -> Document:
    pages, whole = [], ""
    for number, text in enumerate(texts, 1):
        pages.append(Page(str(number), len(whole), len(whole) + len(text)))
        whole += text
    return Document(DocumentInfo(sha, "lease.pdf", "pdf", 1, len(whole), "page", tuple(pages)), whole)


OLD = version("old", f"{TERM}\n{RENT}\n", f"{GARDEN}\n{NOTICE}\nOn alarms. {NOTICE}\n")


def carried(new: Document, *quotes: str) -> list[Reanchored]:
    cite = AnswerVerifier([OLD]).cite
    return list(reanchor([cite(quote) for quote in quotes], OLD, new))


def test_each_citation_is_the_same_moved_changed_or_gone() -> None:
    new = version(
        "new", f"{TERM}\n", f"A new preface.\n{RENT.replace('1,200', '1,300')}\n{NOTICE}\n", "Other words of law."
    )
    same, changed, moved, gone = carried(new, TERM, RENT, NOTICE, GARDEN)
    assert (same.fate, changed.fate, moved.fate, gone.fate) == (Fate.SAME, Fate.CHANGED, Fate.SAME, Fate.GONE)
    assert new.text[same.new.start : same.new.end] == TERM
    assert (same.new.sha256, same.new.page, same.new.verdict) == ("new", "1", Verdict.FOUND)
    assert changed.new.verdict is Verdict.ALTERED
    assert [(each.quoted, each.source) for each in changed.new.differences] == [("1,200", "1,300")]
    assert new.text[changed.new.start : changed.new.end].startswith("The tenant pays a rent of 1,300")
    assert (gone.new.verdict, gone.new.sha256) == (Verdict.NOT_FOUND, "")


def test_a_passage_on_another_page_has_moved() -> None:
    (moved,) = carried(version("new", f"{GARDEN}\n", f"{TERM}\n"), TERM)
    assert (moved.fate, moved.new.page) == (Fate.MOVED, "2")
    assert moved.new.prefix == GARDEN[-29:] + "\n"


def test_of_several_places_the_one_with_the_old_neighbours_is_taken() -> None:
    new = version("new", f"On alarms. {NOTICE}\nMore of it.\n{GARDEN}\n{NOTICE}\n")
    cite = AnswerVerifier([OLD]).cite(f"alarms. {NOTICE}")
    (carried_over,) = reanchor([cite], OLD, new)
    assert carried_over.new.start == new.text.index("alarms")
    plain = AnswerVerifier([OLD]).cite(NOTICE)
    (carried_over,) = reanchor([plain], OLD, new)
    assert carried_over.new.start == new.text.rindex(NOTICE)


def test_citations_of_other_documents_and_without_a_place_are_left_out() -> None:
    assert carried(OLD, "nothing of the kind was ever written") == []


def test_every_edit_of_a_contract_is_noticed_and_nothing_else() -> None:
    clauses = [
        f"{number}. Clause {number} says that party {number} pays {number * 7} euros a week."
        for number in range(1, 201)
    ]
    old = version("old", "\n".join(clauses))
    edited = {number: clause.replace("pays", "may pay") for number, clause in enumerate(clauses) if number % 10 == 3}
    text = "\n".join(edited.get(number, clause) for number, clause in enumerate(clauses) if number % 10 != 7)
    cite = AnswerVerifier([old]).cite
    results = reanchor([cite(clause) for clause in clauses], old, version("new", text))
    fates = [result.fate for result in results]
    assert [fate is Fate.SAME for fate in fates] == [number % 10 not in {3, 7} for number in range(200)]
