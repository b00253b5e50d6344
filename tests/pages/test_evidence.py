"""What stands behind an answer, as the pages say it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.citations import Citation, Difference, Verdict
from rlm_app.engine.trajectory import Trajectory
from rlm_app.proofs import Change, ChangeKind, Claim, Coverage, Fate, Reading, Reanchored, Support
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import Document, DocumentInfo, Page, RunState
from rlm_app.ui import answer, chips, citing, coverage, evidence, leaf, marked, outdated, quoted, shell, versions, words
from rlm_app.ui.proof import Proof
from tests.pages.records import keep
from tests.pages.seeing import texts

Open = Callable[..., AppTest]
Started = Callable[..., str]

PAGES = tuple(Page(str(number), 100 * (number - 1), 100 * number) for number in range(1, 5))
INFO = DocumentInfo("a" * 64, "lease.pdf", "pdf", 9, 400, "page", PAGES)
FOUND = Citation("the rent is due", Verdict.FOUND, INFO.sha256, INFO.name, 110, 125, "2", "page")
GONE = Citation("a spare key", Verdict.NOT_FOUND)


@pytest.fixture
def agreement(app: App, tmp_path: Path) -> DocumentInfo:
    """Return a document without repetitions; of the other one it cannot be told which copy of a sentence was read."""
    lines = (
        "The supplier may end this agreement with ninety days' notice.",
        "Fees are due on the first day of each month.",
    )
    (tmp_path / "agreement.txt").write_text("\n".join(lines), encoding="utf-8")
    return app.add_file(tmp_path / "agreement.txt", "agreement.txt", "local")


def read_of(*spans: tuple[int, int], characters: int = 400) -> Coverage:
    return Coverage(
        INFO.sha256, INFO.name, characters, tuple(Reading(a, b, f"0.{n}", 1) for n, (a, b) in enumerate(spans))
    )


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0 %"), (0.004, "under 1 %"), (0.379, "37 %"), (0.9999, "99 %"), (1.0, "100 %")]
)
def test_a_share_is_never_rounded_up_to_all_nor_down_to_nothing(share: float, said: str) -> None:
    assert coverage.percent(share) == said


def test_what_was_read_is_one_sentence_over_all_documents() -> None:
    other = dataclasses.replace(read_of((0, 100)), document="B")
    assert coverage.sentence([read_of((0, 400)), other]) == "the run read 100 % of lease.pdf and 25 % of B"
    assert coverage.sentence([]) == ""


def test_a_strip_has_a_bar_for_each_page_darker_where_it_was_read_more_often() -> None:
    covered = read_of((0, 100), (0, 100), (100, 150))
    bars = coverage.strip_html(INFO, covered.times(INFO.pages)).split("<i ")[1:]
    assert [bar.split('"')[1] for bar in bars] == [
        "page 1: read 2 times",
        "page 2: 50 % of it read",
        "page 3: not read",
        "page 4: not read",
    ]
    shades = [float(bar.split("opacity: ")[1][:4]) for bar in bars[:2]]
    assert shades[0] > shades[1]
    assert 'class="rlm-unread"' in bars[2]


def test_what_may_have_been_read_elsewhere_is_said_apart_from_what_was_read() -> None:
    twice = (Reading(0, 100, "0.1", 1, 1, 2), Reading(300, 400, "0.1", 1, 1, 2))
    covered = Coverage(INFO.sha256, INFO.name, 400, (*read_of((0, 100)).readings, *twice))
    assert coverage.sentence([covered]) == "the run read 25 % (perhaps 50 %) of lease.pdf"
    assert covered.times(INFO.pages) == (1.5, 0, 0, 0)
    bars = coverage.strip_html(INFO, covered.times(INFO.pages), coverage.touched(INFO, covered.doubtful)).split("<i ")
    assert [bar.split('"')[1] for bar in bars[2:]] == ["page 2: not read", "page 3: not read", "page 4: perhaps read"]


def test_a_long_document_shares_bars_among_pages() -> None:
    pages = tuple(Page(str(n), n, n + 1) for n in range(10_000))
    info = dataclasses.replace(INFO, pages=pages)
    html = coverage.strip_html(info, [1.0] * 5_000 + [0.0] * 5_000)
    assert html.count("<i ") <= coverage.MOST_BARS
    assert "5,000 of 10,000 pages of lease.pdf were read" in html


def test_a_mark_of_cite_makes_room_for_a_chip_once() -> None:
    marked_one = dataclasses.replace(FOUND, mark="c1")
    (part,) = chips.with_chips("It says “the rent is due” [[c1]]. So it is [[c1]].", [marked_one])
    assert part.text.count("](#quote-1)") == 2
    assert "c1" not in part.text
    (alone,) = chips.with_chips("The rent is due on time [[c1]].", [marked_one])
    assert "on time [:green-badge[:material/check: 1]](#quote-1)." in alone.text


def test_previous_and_next_pass_over_quotes_that_lead_nowhere() -> None:
    citations = [FOUND, GONE, FOUND, GONE]
    assert quoted.beside(1, citations) == (0, 3)
    assert quoted.beside(3, citations) == (1, 0)


def test_the_words_an_answer_has_otherwise_are_said_and_boxed_apart() -> None:
    altered = dataclasses.replace(FOUND, verdict=Verdict.ALTERED, differences=(Difference("sixty", "thirty", 4, 112),))
    assert leaf.differing(altered) == "The answer says :red[**“sixty”**] for :green[**“thirty”**]."
    assert [(each.look, each.span) for each in leaf.boxes_of(altered)] == [
        ("altered", (110, 125)),
        ("differs", (112, 118)),
    ]
    assert leaf.boxes_of(dataclasses.replace(FOUND, verdict=Verdict.SCANNED_PAGE)) == []


def test_differing_words_are_underlined_within_the_mark_and_nothing_in_them_acts() -> None:
    html = marked.html_of("due in <b>thirty</b> days", [(0, 25)], [(7, 16)])
    assert html == "<mark>due in <u>&lt;b&gt;thirty</u>&lt;/b&gt; days</mark>"


def test_a_page_is_cited_by_passages_that_touch_it() -> None:
    across = dataclasses.replace(FOUND, start=195, end=205)
    found = citing.of_page([FOUND, GONE, across], INFO.sha256, PAGES[1])
    assert [number for number, _ in found] == [1, 3]
    assert [number for number, _ in citing.of_page([FOUND, GONE, across], INFO.sha256, PAGES[2])] == [3]


def test_a_document_of_the_same_name_added_later_makes_a_run_out_of_date() -> None:
    spec = RunSpec("Q?", (INFO.sha256,), "offline", "m", "m")
    record = RunRecord("r", "local", spec, RunState.DONE, "b", 1.0, (INFO.name,))
    newer = dataclasses.replace(INFO, sha256="b" * 64)
    assert [each.by for each in outdated.of(record, [newer, INFO])] == [newer]
    assert outdated.of(record, [INFO, newer]) == []
    assert outdated.of(record, [dataclasses.replace(newer, name="other.pdf")]) == []


def test_what_became_of_the_quotes_is_one_sentence() -> None:
    fates = [Fate.SAME, Fate.MOVED, Fate.MOVED, Fate.GONE]
    found = [Reanchored(FOUND, FOUND, fate) for fate in fates]
    assert outdated.sentence("lease.pdf", found).endswith(
        "was replaced since this run: 2 of 4 quotes moved, 1 is gone."
    )
    unsure = Reanchored(FOUND, FOUND, Fate.UNCERTAIN)
    assert outdated.sentence("lease.pdf", [found[0], unsure]).endswith(
        "1 of 2 quotes may now be of another clause with the same words."
    )
    assert outdated.sentence("lease.pdf", found[:1]).endswith("; all of its 1 quote stand where they stood.")
    assert "no longer here" in outdated.sentence("lease.pdf", None)


def test_what_a_model_made_of_the_claims_is_one_sentence_worst_first_and_stands_in_the_table() -> None:
    marks = [Support.SUPPORTED, Support.NOT_SUPPORTED, Support.SUPPORTED, Support.NOT_CHECKED]
    claims = tuple(Claim("It is so.", 0, 9, (number,), support=mark) for number, mark in enumerate(marks, 1))
    found = Proof((*claims, Claim("It is 9.", 9, 17, unbound=True)), ())
    said = answer.support_sentence(found)
    assert re.findall(r"(Not checked|Not supported|Supported)\] (\d)", said) == [
        ("Not supported", "1"),
        ("Supported", "2"),
        ("Not checked", "1"),
    ]
    assert answer.support_sentence(Proof(claims[3:], ())) == ""
    rows = evidence.rows([FOUND] * 5, range(5), found, Trajectory())
    assert [row["Claim borne out"] for row in rows] == [
        "Supported",
        "Not supported",
        "Supported",
        "Not checked",
        words.DASH,
    ]


def test_two_versions_are_summed_up_with_what_matters_first_said() -> None:
    changes = [Change(ChangeKind.CHANGED, (0, 5), (0, 5), substance=True), Change(ChangeKind.ADDED, (5, 5), (5, 9))]
    assert versions.summary(changes) == (
        "2 clauses differ: 1 added, 1 changed. **1 of them in a number, a negation or a must/may word.**"
    )
    assert "No clause differs" in versions.summary([])


def test_the_words_that_differ_are_found_on_both_sides() -> None:
    before, after = "Rent is due in thirty days.", "Rent is due within sixty days."
    left, right = versions.word_spans(before, after)
    assert [before[a:b] for a, b in left] == ["in thirty"]
    assert [after[a:b] for a, b in right] == ["within sixty"]


def test_a_run_says_what_it_read_and_the_table_names_the_step(
    page: Open, app: App, agreement: DocumentInfo, started: Started
) -> None:
    run_id = started(agreement)
    app.manager.wait(run_id, 30)
    tab = page(shell.RUN, run=run_id)
    assert "of agreement.txt." in texts(tab)
    tab.session_state[f"tabs-{run_id}"] = "Evidence"
    tab.run()
    assert "What was read" in texts(tab)
    rows = tab.dataframe[0].value
    assert next(iter(rows["Claim"])).startswith("It says")
    assert any(step.startswith("Turn ") for step in rows["Found in"])
    next(button for button in tab.button if button.label.startswith("Turn ")).click().run()
    assert tab.session_state[f"tabs-{run_id}"] == "Timeline"


def test_a_number_without_a_quote_is_listed_as_unbound(page: Open, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.DONE, answer="The fee is 400 euros a month. It is paid by the tenant alone.")
    tab = page(shell.RUN, run=run_id)
    assert "1 sentence states a number without a quote" in texts(tab)
    tab.session_state[f"tabs-{run_id}"] = "Evidence"
    tab.run()
    assert "Unbound] The fee is 400 euros a month." in texts(tab)


def test_a_replaced_document_is_said_on_its_runs_and_both_versions_are_compared(
    page: Open, app: App, agreement: DocumentInfo, started: Started, tmp_path: Path
) -> None:
    run_id = started(agreement)
    app.manager.wait(run_id, 30)
    text = (tmp_path / "agreement.txt").read_text(encoding="utf-8").replace("ninety", "sixty")
    (tmp_path / "agreement.txt").write_text(text, encoding="utf-8")
    newer = app.add_file(tmp_path / "agreement.txt", "agreement.txt", "local")
    tab = page(shell.RUN, run=run_id)
    assert "**agreement.txt** was replaced since this run: 1 of 1 quote changed" in texts(tab)
    shown = page(shell.DOCUMENTS, document=newer.sha256, **{"with": agreement.sha256})
    assert "of them in a number, a negation or a must/may word" in texts(shown)
    assert "<mark>ninety</mark>" in texts(shown)
    assert "<mark>sixty</mark>" in texts(shown)
    # What was worked out is kept once for everybody who looks, and not with each visitor.
    held = repr([tab.session_state, shown.session_state])
    assert "Reanchored(" not in held
    assert "Change(" not in held


def test_the_document_page_lists_the_runs_that_cite_it_and_what_they_read(
    page: Open, app: App, contract: DocumentInfo, started: Started
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = page(shell.DOCUMENTS, document=contract.sha256)
    tab.session_state[f"citing-{contract.sha256}"] = True
    tab.session_state[f"coverage-{contract.sha256}"] = True
    tab.run()
    shown = texts(tab)
    assert "✓ Found · “may end this agreement with ninety days’ notice”" in shown
    assert re.search(r"read\*\*(, perhaps \d+ %)? :gray\[· by ", shown)


def test_a_passage_shows_five_words_to_either_side() -> None:
    text = "one two three four five six PASSAGE, seven eight nine ten eleven twelve"
    document = Document(dataclasses.replace(INFO, pages=()), text)
    start = text.index("PASSAGE")
    assert marked.words_beside(document, start, start + 7) == ("two three four five six ", ", seven eight nine ten")
