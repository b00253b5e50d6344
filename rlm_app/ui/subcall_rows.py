"""The sub-calls of a turn as rows: chosen by state and words, in an order, a page at a time; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rlm_app.engine.tree import Subcall
from rlm_app.ui import safe, words

PAGE = 50
KINDS = {"llm": "a model", "rlm": "a run of its own"}
ALL = "all"
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked to see: calls of a kind and state ("all"), holding some words, in an order."""

    kind: str = ALL
    state: str = ALL
    sought: str = ""
    order: str = "as they began"


def state(call: Subcall, *, live: bool = False) -> str:
    """Return in a few words how a call stands; `live` is whether its turn is still at work."""
    end = call.finished
    if end is None:
        return "under way" if live else INTERRUPTED
    if call.stopped:
        return INTERRUPTED
    if call.failed:
        return "failed"
    if call.failed_within:
        return "● error within"
    return "from the record" if end.replayed else "done"


def chosen(calls: Sequence[Subcall], choice: Choice, *, live: bool = False) -> list[int]:
    """Return the numbers, from 1, of the calls to show, in their order."""
    sought = choice.sought.casefold().strip()
    kept = [
        (number, call)
        for number, call in enumerate(calls, 1)
        if choice.kind in {ALL, KINDS.get(call.started.role)}
        and choice.state in {ALL, state(call, live=live)}
        and (not sought or _holds(call, sought))
    ]
    if choice.order in ORDERS:
        kept.sort(key=lambda pair: ORDERS[choice.order](pair[1]), reverse=True)
    return [number for number, _ in kept]


def _holds(call: Subcall, sought: str) -> bool:
    end = call.finished
    return sought in call.started.prompt.casefold() or bool(
        end and sought in f"{end.reply}\n{end.error or ''}".casefold()
    )


def _seconds(call: Subcall) -> float:
    return call.finished.seconds if call.finished else -1.0


def _cost(call: Subcall) -> float:
    return (call.finished.usage.cost or 0.0) if call.finished else -1.0


def _failed(call: Subcall) -> float:
    return 2.0 * call.failed + call.failed_within


ORDERS: Mapping[str, Callable[[Subcall], float]] = {
    "slowest first": _seconds,
    "dearest first": _cost,
    "failed first": _failed,
}


def row(number: int, call: Subcall, *, live: bool = False) -> dict[str, object]:
    """Return a short row: whole prompts and replies are sent only for the chosen one."""
    end = call.finished
    return {
        "No.": number,
        "State": state(call, live=live),
        "Asked": KINDS.get(call.started.role, "a model"),
        "Prompt": safe.level(words.clip(call.started.prompt[:1000], 160)),
        "Reply": safe.level(words.clip((end.error or end.reply)[:1000], 160)) if end else "",
        "Seconds": round(end.seconds, 1) if end else None,
        "Tokens": end.usage.tokens if end and words.counts(end.usage) else None,
        "Money": end.usage.cost if end else None,
    }
