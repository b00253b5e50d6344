import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_app.evidence.index import Index
from rlm_app.evidence.normalise import normalise

ODD = st.sampled_from(list("ab12 \n\t-‐–—'\"“”’«»…ﬁœÆßéİ\u0301\u00ad\u200b*_.,₂½İ한中ก🙂"))
TEXTS = st.text(st.one_of(ODD, st.characters(exclude_categories=["Cs"])), max_size=120)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The  Fee\nis DUE", "the fee is due"),
        ("ﬁnal oﬃce", "final office"),
        ("cœur and Æsop", "coeur and aesop"),
        ("cafe\u0301", "café"),
        ("STRASSE", "straße"),
        ("one\u00adword", "oneword"),
        ("“so-called” ‘terms’", "\"so-called\" 'terms'"),
        ("it’s", "it's"),
        ("wait… what", "wait... what"),
        ("1990–1995", "1990-1995"),
        ("a — b", "a -- b"),
        ("The **Fee** is `due`", "The Fee is due"),
        ("non\u2011breaking space", "non-breaking\u00a0space"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_what_does_not_count_is_folded_away(one: str, other: str) -> None:
    assert normalise(one).text == normalise(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("may", "shall"),
        ("10", "100"),
        ("its", "it's"),
        ("resume", "résumé"),
        ("1,5", "1.5"),
        ("-5", "5"),
        ("x < y", "x > y"),
    ],
)
def test_what_counts_stays(one: str, other: str) -> None:
    assert normalise(one).text != normalise(other).text


@given(TEXTS)
@settings(deadline=None)
def test_each_compared_character_knows_where_it_comes_from(text: str) -> None:
    normal = normalise(text)
    assert len(normal.offsets) == len(normal.text)
    assert list(normal.offsets) == sorted(normal.offsets)
    for place, offset in enumerate(normal.offsets):
        alone = normalise(text[offset]).text or {"'": "'", "-": "-"}.get(normal.text[place], normal.text[place])
        assert normal.text[place] in alone


@given(TEXTS)
@settings(deadline=None)
def test_comparing_is_stable(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == normalise(once.casefold()).text


@given(
    st.data(),
    st.lists(st.sampled_from(["The", "fee,", "1,200", "non-exclusive", "“cœur”", "it’s", "ﬁx", "—", "5"]), min_size=9),
)
@settings(deadline=None)
def test_a_slice_is_found_where_it_stands(data: st.DataObject, words: list[str]) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = len(" ".join(words[:first])) + bool(first)
    quote = " ".join(words[first : last + 1])
    index = Index(text)
    normal = normalise(quote)
    spans = [index.extended(index.span(hit), quote, normal) for hit in index.hits(normal)]
    if normal.text:
        assert (start, start + len(quote)) in spans
    else:
        assert spans == []
