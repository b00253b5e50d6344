from pathlib import Path

from rlm_app.citations import Citation, Verdict
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.compare import clauses_of
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


ROOM = "Schedule {}. Of the rooms on the {} floor.\n{}\nIt is cleaned by {}.\n"
PAYS = "The tenant pays 1,200 euros a month for these rooms."
TWO = ROOM.format("A", "first", PAYS, "the owner"), ROOM.format("B", "second", PAYS, "the tenant")


def cited(document: Document, words: str, *, last: bool = False) -> Citation:
    """Return a citation of one of several places with the same words."""
    start = document.text.rindex(words) if last else document.text.index(words)
    return Citation(words, Verdict.FOUND, document.info.sha256, document.info.name, start, start + len(words), "1")


def test_the_same_words_in_another_clause_do_not_hide_that_the_cited_one_changed() -> None:
    old, new = version("old", *TWO), version("new", TWO[0].replace("1,200", "1,300"), TWO[1])
    first, second = reanchor([cited(old, PAYS), cited(old, PAYS, last=True)], old, new)
    assert (first.fate, first.new.verdict, first.new.start) == (Fate.CHANGED, Verdict.ALTERED, new.text.index("The te"))
    assert [(each.quoted, new.text[each.start :][:5]) for each in first.new.differences] == [("1,200", "1,300")]
    assert (second.fate, second.new.start) == (Fate.MOVED, new.text.index(PAYS))


def test_a_clause_that_went_while_another_has_its_words_is_not_certain_to_be_there() -> None:
    old, new = version("old", *TWO), version("new", ROOM.format("A", "first", "", "the owner"), TWO[1])
    first, second = reanchor([cited(old, PAYS), cited(old, PAYS, last=True)], old, new)
    assert (first.fate, second.fate) == (Fate.UNCERTAIN, Fate.MOVED)
    assert new.text[first.new.start : first.new.end] == PAYS


def test_a_clause_that_went_is_gone_though_one_like_it_stands_elsewhere_as_before() -> None:
    other = PAYS.replace("1,200", "900")
    old = version("old", TWO[0], ROOM.format("B", "second", other, "the tenant"))
    new = version("new", ROOM.format("A", "first", "", "the owner"), ROOM.format("B", "second", other, "the tenant"))
    (gone,) = reanchor([cited(old, PAYS)], old, new)
    assert (gone.fate, gone.new.sha256) == (Fate.GONE, "")


def test_a_copy_that_is_added_elsewhere_leaves_the_cited_clause_where_it_is() -> None:
    old = version("old", TWO[0])
    (same,) = reanchor([cited(old, PAYS)], old, version("new", TWO[0], TWO[1]))
    assert (same.fate, same.new.start) == (Fate.SAME, cited(old, PAYS).start)


def test_in_a_real_contract_the_clauses_that_were_edited_are_told_and_no_others(samples: Path) -> None:
    text = (samples / "documents" / "cuad_leval_10.txt").read_text(encoding="utf-8")
    old = version("old", text)
    clauses = [each for each in clauses_of(old) if 80 < each.end - each.start < 600]
    edited = clauses[3::6]
    parts, at = [], 0
    for clause in edited:
        middle = text.index(" ", (clause.start + clause.end) // 2)
        parts += [text[at:middle], " not"]
        at = middle
    new = version("new", "".join([*parts, text[at:]]))
    told = [Citation(text[c.start : c.end], Verdict.FOUND, "old", "lease.pdf", c.start, c.end, "1") for c in clauses]
    fates = [each.fate for each in reanchor(told, old, new)]
    wrong = [n for n, fate in enumerate(fates) if (fate is Fate.SAME) != (clauses[n] not in edited)]
    assert len(edited) > 8
    assert wrong == []
    assert {fates[n] for n, clause in enumerate(clauses) if clause in edited} == {Fate.CHANGED}
