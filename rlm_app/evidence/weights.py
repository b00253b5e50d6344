"""Which words carry a sentence's meaning: numbers, negations, and the words of must and may."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache


class Weight(StrEnum):
    """Why a word counts more than others."""

    NUMBER = "a number"
    NEGATION = "a negation"
    MODAL = "a must/may word"


_NEGATIONS = (
    "not no never none nor neither nothing nobody nowhere without cannot unless except excluding non "
    "nicht kein keine keinen keiner keinem keines nie niemals ohne ne pas jamais sans aucun aucune nunca sin ningún "
    "ninguna"
)
NEGATIONS = frozenset(_NEGATIONS.split())
_MODALS = (
    "must shall may can could should will would might ought need needs required permitted obliged entitled "
    "muss müssen soll sollen darf dürfen kann können doit doivent peut peuvent debe deben puede pueden"
)
MODALS = frozenset(_MODALS.split())
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "first second third fourth fifth sixth seventh eighth ninth tenth half quarter once twice double triple dozen "
    "percent per-cent"
)
NUMBERS = frozenset(_NUMBERS.split())
FIGURES = "〇零一二三四五六七八九十百千万萬億亿兆两兩半倍"
_UNSPACED = (
    # Chinese, Japanese and Thai set no blanks, so that these are looked for within what differs.
    (Weight.NEGATION, "不 没 沒 無 无 非 未 勿 禁 除 ない なく ません ぬ ず なし ไม่ มิ ห้าม ยกเว้น"),
    (Weight.NUMBER, f"{' '.join(FIGURES)} หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ ร้อย พัน หมื่น แสน ล้าน ครึ่ง"),
    (Weight.MODAL, "必 须 須 应 應 可 能 得 许 許 べき ねば なければ てよい でよい ต้อง อาจ ควร สามารถ พึง"),
)
NEGATING_STARTS = ("non", "un", "in", "im", "ir", "il", "dis", "mis")
NEGATING_END = "less"
_SIGNS = frozenset("%$€£¥§°<>=≤≥±+")
_SHORTENED = re.compile(r"n't$")


def weight_of(word: str) -> Weight | None:
    """Return why a word, as it is compared, counts more than others; None for any other word."""
    if word in _SIGNS or any(character.isdigit() for character in word):
        return Weight.NUMBER
    parts = word.split("-")
    if any(part in NEGATIONS for part in parts) or _SHORTENED.search(word):
        return Weight.NEGATION
    if any(part in NUMBERS for part in parts):
        return Weight.NUMBER
    return Weight.MODAL if word in MODALS else None


def weight_of_change(before: list[str], after: list[str]) -> Weight | None:
    """Return the weight of exchanging some words for others: that of the first word on either side that has one.

    "able" for "unable" is a negation, too, though neither word is one by itself.
    """
    kept = set(before) & set(after)
    for word in (*before, *after):
        if word not in kept and (weight := weight_of(word)) is not None:
            return weight
    if any(_opposite(one, other) for one in before for other in after):
        return Weight.NEGATION
    return weight_without_blanks("".join(before), "".join(after))


def weight_without_blanks(before: str, after: str) -> Weight | None:
    """Return the weight of a change in a script that sets no blanks between words; both are as they are compared."""
    if before.isascii() and after.isascii():
        return None
    return next(
        (weight for weight, signs in _unspaced() if any(before.count(s) != after.count(s) for s in signs)), None
    )


@cache
def _unspaced() -> tuple[tuple[Weight, tuple[str, ...]], ...]:
    """Return the signs as they are compared."""
    return tuple((weight, tuple(unicodedata.normalize("NFKD", signs).split())) for weight, signs in _UNSPACED)


def is_figure(character: str) -> bool:
    """Whether a character is a digit, or one of those that Chinese and Japanese write numbers with."""
    return character.isdigit() or (character in FIGURES and character != "")


def _opposite(one: str, other: str) -> bool:
    short, long = sorted((one.replace("-", ""), other.replace("-", "")), key=len)
    if len(short) < 3:
        return False
    starts = any(long == start + short for start in NEGATING_STARTS)
    ends = long.endswith(NEGATING_END) and (short in (long[:-4], long[:-4] + "ful"))
    return starts or ends


def matters_apart(left: str, right: str, joined: str) -> bool:
    """Whether it matters that `left` and `right` are two words on one side and `joined` one on the other.

    "not able" is not "notable"; "can not" is "cannot"; "agree ment" is a word that a page has torn.
    """
    if joined == "cannot":
        return False
    heavy = NEGATIONS | MODALS
    return bool({left, right, joined} & heavy) or left in NEGATING_STARTS or right == NEGATING_END
