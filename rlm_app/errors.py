"""The error tree. Every message says what was asked, what was found, and what to do.

RLMError
├── ConfigError        cannot start: unknown name, missing key or package; says what to set or install
├── ClientError        a provider's call failed; .retryable
│   └── ContextTooLong
├── REPLError
│   ├── REPLStartError     did not come up; carries its stderr
│   └── REPLLost           came up and went away
├── ReplayDiverged     a replayed cell printed something else than it did
├── LimitReached       .limit .used .allowed; caught once, in completion()
├── Cancelled
├── DocumentError      .name and a reason a person can act on
└── StoreError
"""


class RLMError(Exception):
    """Base of everything this package raises on purpose; its text is fit for a person to read."""


class ConfigError(RLMError):
    """Something cannot start as configured: an unknown name, a missing key or package."""


class ClientError(RLMError):
    """A call to a provider failed; `retryable` says whether the same call may succeed later."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class ContextTooLong(ClientError):
    """The prompt is longer than the model's context window."""


class REPLError(RLMError):
    """The sandbox in which cells run failed, not the cell's code."""


class REPLStartError(REPLError):
    """The REPL did not come up; `stderr` holds what its process said."""

    def __init__(self, message: str, *, stderr: str = "") -> None:
        super().__init__(message)
        self.stderr = stderr


class REPLLost(REPLError):
    """The REPL came up and went away; its variables are gone."""


class ReplayDiverged(RLMError):
    """A run was gone through again and a cell did not print what it printed then: `turn` and `cell` name it.

    Every message of this kind holds `SIGN`, by which a stored one is known.
    """

    SIGN = "printed something else than it did the first time"

    def __init__(self, turn: int, cell: int) -> None:
        super().__init__(
            f"Cell {cell} of turn {turn} {self.SIGN}, so what was recorded after it may not "
            "fit. Go on anyway, or ask again from the start."
        )
        self.turn = turn
        self.cell = cell


class LimitReached(RLMError):
    """A limit would be broken by the next step: `limit` is its name, `used` and `allowed` are in its own unit."""

    def __init__(self, limit: str, used: float, allowed: float) -> None:
        super().__init__(f"the {limit} limit is reached: {used:g} of {allowed:g}")
        self.limit = limit
        self.used = used
        self.allowed = allowed


class Cancelled(RLMError):
    """A person stopped the run."""


class DocumentError(RLMError):
    """A document cannot be read: `name` is the file as the person knows it, `reason` one sentence they can act on."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class StoreError(RLMError):
    """The database cannot be opened, read or written."""
