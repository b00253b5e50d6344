"""Quotations in scripts that set no blanks between words: what differs is told character by character."""

from __future__ import annotations

import random

import pytest

from rlm_app.citations import Verdict
from rlm_app.evidence.index import Index
from rlm_app.evidence.judge import Judge
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Document, DocumentInfo

CHINESE = (
    "第一条 承租人应当在每月五日前支付租金人民币三千元。\n第二条 未经出租人书面同意，承租人不得将房屋转租给第三人。\n"
    "第三条 任何一方提前三十日以书面形式通知对方，可以解除本合同。\n第四条 房屋的日常维修由出租人负责，费用由双方协商。\n"
)
JAPANESE = (
    "第1条 賃借人は、毎月末日までに翌月分の賃料を支払わなければならない。\n第2条 本契約は、いずれの当事者も三十日前までに"
    "書面で通知することにより解除することができる。\n第3条 賃借人は、貸主の承諾なく本物件を転貸してはならない。\n"
)
THAI = (
    "ข้อ 1 ผู้เช่าต้องชำระค่าเช่าภายในวันที่ห้าของทุกเดือน\nข้อ 2 ผู้เช่าไม่มีสิทธินำทรัพย์สินที่เช่าออกให้เช่าช่วง\n"
    "ข้อ 3 คู่สัญญาฝ่ายใดฝ่ายหนึ่งอาจบอกเลิกสัญญาโดยแจ้งล่วงหน้าสามสิบวัน\n"
)


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        (CHINESE, "任何一方提前三十日以书面形式通知对方", Verdict.FOUND),
        (CHINESE, "承租人不得将房屋\n转租给第三人", Verdict.FOUND),
        (CHINESE, "任何一方提前六十日以书面形式通知对方", Verdict.ALTERED),
        (CHINESE, "承租人可将房屋转租给第三人", Verdict.ALTERED),
        (CHINESE, "承租人应当在每月9日前支付租金", Verdict.ALTERED),
        (CHINESE, "房屋的日常维修由承租人负责，费用由双方协商", Verdict.CLOSE),
        (CHINESE, "十日以书面形式通知对方，可以解除", Verdict.ALTERED),
        (CHINESE, "卖方保证货物在交付时没有任何瑕疵", Verdict.NOT_FOUND),
        (JAPANESE, "三十日前までに書面で通知することにより解除することができる", Verdict.FOUND),
        (JAPANESE, "三十日前までに書面で通知することにより解除することができない", Verdict.ALTERED),
        (JAPANESE, "九十日前までに書面で通知することにより解除することができる", Verdict.ALTERED),
        (JAPANESE, "毎月末日までに翌月分の賃料を支払ってもよい。", Verdict.ALTERED),
        (JAPANESE, "毎月末日までに今月分の賃料を支払わなければならない", Verdict.CLOSE),
        (JAPANESE, "売主は商品の品質について一切の責任を負う", Verdict.NOT_FOUND),
        (THAI, "คู่สัญญาฝ่ายใดฝ่ายหนึ่งอาจบอกเลิกสัญญา", Verdict.FOUND),
        (THAI, "ผู้เช่ามีสิทธินำทรัพย์สินที่เช่าออกให้เช่าช่วง", Verdict.ALTERED),
        (THAI, "ผู้เช่าอาจชำระค่าเช่าภายในวันที่ห้าของทุกเดือน", Verdict.ALTERED),
        (THAI, "บอกเลิกสัญญาโดยแจ้งล่วงหน้าเก้าสิบวัน", Verdict.ALTERED),
    ],
)
def test_what_was_altered_is_told_without_blanks_between_words(text: str, quote: str, expected: Verdict) -> None:
    assert verify_quote(Index(text), quote)[0] is expected


def test_the_characters_that_differ_are_named_with_their_places() -> None:
    citation = Judge([Document(DocumentInfo("s", "合同.txt", "txt", 1, len(CHINESE), "lines", ()), CHINESE)])(
        "任何一方提前六十日以书面形式通知对方"
    )
    (difference,) = citation.differences
    assert (difference.quoted, difference.source) == ("六十", "三十")
    assert CHINESE[difference.start] == "三"
    assert citation.detail == "1 word differs, among them a number: “六十” for “三十”."


@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI])
def test_no_character_can_be_exchanged_put_in_or_left_out_unseen(text: str) -> None:
    index, rng = Index(text), random.Random(5)
    letters = [at for at, letter in enumerate(text) if letter.isalnum()]
    for _ in range(40):
        start = rng.choice([at for at in letters if at < len(text) - 40])
        quote = text[start : start + 30].strip()
        at = rng.choice([at for at in range(8, len(quote) - 8) if quote[at].isalnum() and quote[at - 1] != quote[at]])
        other = rng.choice([text[each] for each in letters if text[each] not in quote[at - 1 : at + 2]])
        told = rng.choice(
            [quote[:at] + other + quote[at + 1 :], quote[:at] + other + quote[at:], quote[:at] + quote[at + 1 :]]
        )
        verdict, begins, ends = verify_quote(index, told)
        assert verdict in {Verdict.ALTERED, Verdict.CLOSE}, told
        assert begins < start + 30
        assert ends > start
