"""The conversation with the root model of one RLM: what it is sent, what it replies, and what both cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rlm_app.engine import prompts, steps
from rlm_app.engine.history import History
from rlm_app.engine.profiles import profile_for
from rlm_app.engine.recorder import Place
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.unpriced import tell_unpriced
from rlm_app.engine.waits import teller
from rlm_app.events import ModelReplied, Noticed
from rlm_app.protocols import Client
from rlm_app.types import NO_USAGE, Completion, Message, Request

CHARACTERS_PER_TOKEN = 4
"""A token's usual length in English; used only to see a full window coming."""


def repeat(runtime: Runtime, recorded: ModelReplied) -> Completion:
    """Return the completion that a recorded reply stands for, and count what it cost this run."""
    usage = runtime.recorder.replay.usage_of(recorded)
    runtime.handler.budget.charge(usage)
    return Completion(
        recorded.reply, recorded.model, usage, recorded.finish, recorded.seconds, recorded.reasoning, replayed=True
    )


def ask_root(
    runtime: Runtime,
    place: Place,
    client: Client,
    messages: tuple[Message, ...],
    *,
    turn: int = 1,
    closing: bool = False,
) -> Completion:
    """Send the prompt of a turn to the root model at `place`, and let pages follow the reply as it is written."""
    runtime.handler.settle()
    runtime.signals(place.call_id, "thinking", "")
    return runtime.handler.call(
        client,
        Request(messages, params=runtime.params),
        role="root",
        call_id=place.call_id,
        closing=closing,
        on_text=lambda text: runtime.signals(place.call_id, "reply", text),
        on_wait=teller(runtime, place, turn, client.model),
    )


def record_reply(
    runtime: Runtime,
    place: Place,
    completion: Completion,
    *,
    turn: int,
    messages: tuple[Message, ...],
    purpose: str,
    restart: bool = False,
) -> None:
    """Record a reply of the root model with the messages that were new to it."""
    runtime.recorder.emit(
        ModelReplied,
        place,
        iteration=turn,
        messages=messages,
        reply=completion.text,
        model=completion.model,
        usage=completion.usage,
        finish=completion.finish,
        seconds=completion.seconds,
        reasoning=completion.reasoning,
        replayed=completion.replayed,
        purpose=purpose,
        restart=restart,
    )
    tell_unpriced(runtime, place, turn, completion)


class Dialogue:
    """Asks the root model turn by turn, from the record where there is one.

    When the prompt comes near the model's window and the runtime compacts, the model sums up what it knows, goes on from
    that, and `keep` gets all messages so far, for the REPL. `usage` is what these calls used, without sub-calls.
    """

    def __init__(
        self, runtime: Runtime, place: Place, client: Client, first: str, keep: Callable[[Sequence[Message]], None]
    ) -> None:
        self._runtime = runtime
        self._place = place
        self._client = client
        self._keep = keep
        profile = profile_for(client.model)
        cites = runtime.citer is not None and "cite" not in runtime.toolbox.describe
        self._system = prompts.system_prompt(runtime.system_prompt, runtime.toolbox.describe, profile, cites=cites)
        self._history = History(self._system, first)
        self._all: list[Message] = []
        self._send = partial(ask_root, runtime, place, client)
        self._restarted = False
        self._inherited = False
        self._tokens = 0
        self.usage = NO_USAGE

    @property
    def messages(self) -> tuple[Message, ...]:
        """The prompt as it stands."""
        return self._history.messages

    def ask(self, turn: int) -> Completion:
        """Return the reply of that turn; raise `LimitReached`, `Cancelled` or `ClientError`."""
        replay = self._runtime.recorder.replay
        recorded = replay.reply(self._place.call_id, turn)
        if recorded is None:
            self._leave_the_record()
            if self._is_nearly_full():
                self._compact(turn)
            for text in steps.before_prompt(self._runtime, self._place, turn):
                self._history.add_to_last(text)
            return self._record(turn, self._send(self._history.messages, turn=turn), "turn")
        summary = replay.reply(self._place.call_id, turn, "summary")
        if summary is not None:
            self._record(turn, repeat(self._runtime, summary), "summary", summary.messages)
            self._keep(tuple(self._all))
        self._history.adopt(recorded.messages, restart=recorded.restart)
        self._restarted = recorded.restart
        self._inherited = recorded.replayed or not replay.is_own(recorded)
        return self._record(turn, repeat(self._runtime, recorded), "turn")

    def close(self, turn: int) -> Completion:
        """Ask for an answer from what is known; this call may use what the limits kept back."""
        recorded = self._runtime.recorder.replay.reply(self._place.call_id, turn, "closing")
        if recorded is not None:
            return self._record(turn, repeat(self._runtime, recorded), "closing", recorded.messages)
        self._history.add_to_last(prompts.CLOSING)
        return self._record(turn, self._send(self._history.messages, turn=turn, closing=True), "closing")

    def go_on(self, reply: str, message: str) -> None:
        """Add the reply and the message that the model is sent next."""
        self._history.add_turn(reply, message)

    def _record(
        self, turn: int, completion: Completion, purpose: str, messages: tuple[Message, ...] | None = None
    ) -> Completion:
        new = self._history.take_new() if messages is None else messages
        self.usage = self.usage + completion.usage
        self._all += [*new, Message("assistant", completion.text)]
        self._tokens = completion.usage.tokens
        restart = self._restarted and purpose == "turn"
        record_reply(self._runtime, self._place, completion, turn=turn, messages=new, purpose=purpose, restart=restart)
        self._restarted = self._restarted and not restart
        return completion

    def _leave_the_record(self) -> None:
        """Begin the prompt with this run's own system message where it goes on from another run's turns."""
        if self._inherited and self._history.begin_with(self._system):
            self._restarted = True
        self._inherited = False

    def _is_nearly_full(self) -> bool:
        window = self._runtime.compact_at
        if window is None or not self._tokens:
            return False
        return self._tokens + len(self._history.messages[-1].content) // CHARACTERS_PER_TOKEN >= window

    def _compact(self, turn: int) -> None:
        """Let the model sum up, and go on from its summary; nothing is lost, the whole stays in the REPL."""
        pending = self._history.messages[-1]
        instruction = Message("user", f"{pending.content}\n\n{prompts.SUMMARISE}")
        summary = self._send((*self._history.messages[:-1], instruction), turn=turn)
        self._record(turn, summary, "summary", (instruction,))
        self._keep(tuple(self._all))
        self._history.restart(summary.text)
        self._restarted = True
        text = prompts.COMPACTED.format(count=len(self._all))
        self._runtime.recorder.emit(Noticed, self._place, iteration=turn - 1, topic="compacted", text=text)
