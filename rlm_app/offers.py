"""What the app offers to whoever looks at it: environments, questions of the samples, files it reads, prompts it sends."""

from __future__ import annotations

import json
from dataclasses import dataclass

from rlm_app.assemble import make_environment, missing_for
from rlm_app.engine.profiles import PROFILES, Profile, profile_for
from rlm_app.engine.prompts import profiled, system_prompt
from rlm_app.errors import DocumentError
from rlm_app.registry import ENVIRONMENTS
from rlm_app.settings import SAMPLE_DOCS

TITLES = {
    "local": "This machine, in a process of its own",
    "docker": "This machine, in a container",
    "modal": "Modal, in a sandbox of your account",
    "prime": "Prime Intellect, in a sandbox of your account",
}
REMOTE = frozenset(("modal", "prime"))


@dataclass(frozen=True)
class EnvironmentInfo:
    """An environment as Settings shows it: what it covers and misses, and what is missing before it can be used.

    To a `remote` one documents are sent over the network, and its service may charge for it.
    """

    name: str
    title: str
    covers: str
    misses: str
    available: bool
    missing: str = ""
    remote: bool = False


@dataclass(frozen=True)
class SampleQuestion:
    """A question one can ask of a bundled document."""

    document: str
    question: str


@dataclass(frozen=True)
class PromptProfile:
    """How the root models of one family are told their work: `text` is our prompt for them."""

    name: str
    description: str
    text: str

    def sent(self, own: str | None = None) -> str:
        """Return the prompt as runs with documents send it, with a person's own text in place of ours if there is one."""
        return system_prompt(own or self.text, cites=True)


def environments() -> tuple[EnvironmentInfo, ...]:
    """Return the environments there are, with what each covers."""
    return tuple(_describe(name) for name in ENVIRONMENTS)


def sample_questions() -> tuple[SampleQuestion, ...]:
    """Return the questions offered to a first visitor."""
    rows = json.loads((SAMPLE_DOCS / "examples.json").read_text(encoding="utf-8"))
    return tuple(SampleQuestion(row["document"], row["question"]) for row in rows)


def prompt_profiles() -> tuple[PromptProfile, ...]:
    """Return all profiles of the system prompt; the first serves models that no pattern knows."""
    return tuple(_profile(profile) for profile in PROFILES.values())


def prompt_for(model: str) -> PromptProfile:
    """Return the profile a root model of this name gets."""
    return _profile(profile_for(model))


def file_suffixes() -> tuple[str, ...]:
    """Return the file endings worth offering; a file of any other name that holds text is read too."""
    from rlm_app.documents.library import SUFFIXES

    return SUFFIXES


def file_megabytes() -> int:
    """Return how large a file may be, in millions of bytes."""
    from rlm_app.documents.library import MAX_BYTES

    return MAX_BYTES // 1_000_000


def asks_for_password(error: DocumentError) -> bool:
    """Whether the same file may be read when a person gives its password, or another one."""
    from rlm_app.documents import reasons

    return reasons.asks_for_password(error)


def _describe(name: str) -> EnvironmentInfo:
    environment = make_environment(name)
    missing = missing_for(environment)
    return EnvironmentInfo(
        name, TITLES.get(name, name), environment.covers, environment.misses, not missing, missing, name in REMOTE
    )


def _profile(profile: Profile) -> PromptProfile:
    return PromptProfile(profile.name, profile.description, profiled(profile))
