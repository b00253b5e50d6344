"""Drives the loop with scripted models through the real worker, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.clients.scripted import ScriptedClient
from rlm_app.engine.budget import Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.replay import Replay
from rlm_app.engine.runtime import Runtime, Toolbox
from rlm_app.engine.session import Job, run_job
from rlm_app.engine.trajectory import Trajectory
from rlm_app.environments.local import LocalREPL
from rlm_app.events import Event, Noticed
from rlm_app.protocols import HostFunction, Journal, Signals
from rlm_app.steering import Steering
from rlm_app.types import Completion, Limits, Request


def block(code: str) -> str:
    """Return a reply that holds one cell."""
    return f"I run this.\n```repl\n{code}\n```"


ANSWER = block('answer["content"] = "done"\nanswer["ready"] = True')

Reply = str | Completion | Exception


@dataclass
class Run:
    """What came of a run: the answer, its events, and what the models were asked."""

    completion: Completion | None
    error: BaseException | None
    events: list[Event]
    root: ScriptedClient
    sub: ScriptedClient
    before: Sequence[Event] = ()
    trajectory: Trajectory = field(init=False)

    def __post_init__(self) -> None:
        self.trajectory = Trajectory.fold([*self.before, *self.events])

    @property
    def answer(self) -> str:
        """The answer of a run that ended well."""
        assert self.completion is not None, self.error
        return self.completion.text

    @property
    def stop(self) -> str:
        """Why the run ended."""
        assert self.trajectory.finished is not None
        return self.trajectory.finished.stop

    @property
    def topics(self) -> list[str]:
        """The topics of all notices."""
        return [event.topic for event in self.events if isinstance(event, Noticed)]

    def prompt(self, turn: int) -> Request:
        """What the root model was sent in that turn, from 1."""
        return self.root.requests[turn - 1]

    def shown(self, turn: int) -> str:
        """The last user message of that turn's prompt."""
        return self.prompt(turn).messages[-1].content

    def stdout(self, turn: int = 1, cell: int = 1) -> str:
        """What a cell printed."""
        finished = self.trajectory.turns[turn - 1].cells[cell - 1].finished
        assert finished is not None
        return finished.stdout


def drive(
    replies: Sequence[Reply] | Callable[[Request], Reply],
    *,
    context: object = "the context",
    question: str | None = "the question",
    limits: Limits | None = None,
    sub: Sequence[Reply] | Callable[[Request], Reply] = lambda request: f"re: {request.messages[-1].content}",
    cost: float | None = 0.0,
    cancel: CancelToken | None = None,
    journal: Journal | None = None,
    signals: Signals | None = None,
    tools: Mapping[str, HostFunction] | None = None,
    system_prompt: str | None = None,
    before: Sequence[Event] = (),
    until: int | None = None,
    same_run: bool = True,
    strict: bool = True,
    root_model: str = "root",
    on_event: Callable[[Event], None] = lambda event: None,
    steering: Steering | None = None,
) -> Run:
    """Run the loop with a root that says `replies` in turn and a sub-model that answers by `sub`.

    `before` are events of this run that were recorded earlier, or of another run that this one forks.
    """
    own, inherited = (before, ()) if same_run else ((), before)
    replay = Replay(own, inherited, until=until, strict=strict)
    root = ScriptedClient(root_model, replies, cost=cost)
    below = ScriptedClient("sub", sub, cost=cost)
    events: list[Event] = []

    def sink(event: Event) -> None:
        events.append(event)
        on_event(event)

    options: dict[str, Any] = {"steering": steering or Steering(), **({"signals": signals} if signals else {})}
    handler = LMHandler(
        Models(root, below), Budget(limits or Limits()), journal or MemoryJournal(), cancel or CancelToken()
    )
    runtime = Runtime(
        handler,
        Recorder("run" if same_run else "fork", sink, replay=replay),
        LocalREPL(),
        system_prompt=system_prompt,
        toolbox=Toolbox(tools or {}),
        **options,
    )
    completion, failure = None, None
    try:
        completion = run_job(runtime, Job(context, question))
    except Exception as error:  # noqa: BLE001 - the test looks at whatever it was
        failure = error
    return Run(completion, failure, events, root, below, before if same_run else ())
