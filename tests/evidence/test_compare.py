from rlm_app.evidence.compare import clauses_of, compare_versions
from rlm_app.proofs import Change, ChangeKind
from rlm_app.types import Document, DocumentInfo, Page

CLAUSES = [
    "1. Term. The term of this agreement is five years from the date of signature.",
    "2. Fee. The customer shall pay a fee of 1,200 euros for each month of service.",
    "3. Notice. Either party may end this agreement by ninety days of notice in writing.",
    "4. Law. This agreement is governed by the law of the place of the supplier.",
    "5. Secrets. Neither party shares what it learns of the affairs of the other one.",
]


def version(*clauses: str, pages: tuple[Page, ...] = ()) -> Document:
    text = "\n".join(clauses) + "\n"
    return Document(DocumentInfo("sha", "a.txt", "txt", 1, len(text), "page", pages), text)


def changes(new: Document, old: Document | None = None) -> list[Change]:
    return list(compare_versions(old or version(*CLAUSES), new))


def kinds(new: Document) -> list[ChangeKind]:
    return [change.kind for change in changes(new)]


def test_what_is_the_same_is_no_change() -> None:
    assert changes(version(*CLAUSES)) == []
    rewrapped = [clause.replace(" of ", "\nof ", 1).replace("'", "’").upper() for clause in CLAUSES]
    assert changes(version(*rewrapped)) == []
    renumbered = [clause.replace(clause[0], str(int(clause[0]) + 1), 1) for clause in CLAUSES]
    assert changes(version(*renumbered)) == []


def test_a_changed_clause_has_its_words_and_its_place_on_both_sides() -> None:
    old, new = version(*CLAUSES), version(*[clause.replace("1,200", "1,500") for clause in CLAUSES])
    (change,) = changes(new)
    assert (change.kind, change.substance, change.words) == (ChangeKind.CHANGED, True, (("1,200", "1,500"),))
    assert old.text[slice(*change.before)] == CLAUSES[1]
    assert new.text[slice(*change.after)] == CLAUSES[1].replace("1,200", "1,500")


def test_other_words_are_a_change_without_substance_and_must_for_may_is_one_with_it() -> None:
    (words,) = changes(version(*[clause.replace("affairs", "business") for clause in CLAUSES]))
    (duty,) = changes(version(*[clause.replace("shall", "may") for clause in CLAUSES]))
    assert (words.substance, duty.substance) == (False, True)


def test_clauses_are_added_removed_and_moved() -> None:
    added = "6. Alarms. The supplier tests each alarm of the building once in every single year."
    assert kinds(version(*CLAUSES, added)) == [ChangeKind.ADDED]
    assert kinds(version(*CLAUSES[:2], *CLAUSES[3:])) == [ChangeKind.REMOVED]
    assert kinds(version(*CLAUSES[1:], CLAUSES[0])) == [ChangeKind.MOVED]


def test_the_side_without_the_clause_says_where_it_would_stand_and_pages_are_named() -> None:
    half = len("\n".join(CLAUSES[:3])) + 1
    pages = (Page("1", 0, half), Page("2", half, 10_000))
    old, new = version(*CLAUSES, pages=pages), version(*CLAUSES[:3], CLAUSES[4], pages=pages)
    (gone,) = changes(new, old)
    assert (gone.kind, gone.page_before) == (ChangeKind.REMOVED, "2")
    assert gone.after[0] == gone.after[1]


def test_page_numbers_and_running_lines_are_no_clauses() -> None:
    lines = [
        part for number in range(1, 6) for part in (CLAUSES[number - 1], "", str(number), "", "Source: filing", "")
    ]
    assert len(clauses_of(version(*lines))) == len(CLAUSES)
