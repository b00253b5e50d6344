"""How the system prompt differs by model: one text for all serves weak models badly and lets some of them overspend."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """What models of one family are told beside the common system prompt.

    `description` is a sentence for people; `text` names the file below `texts/` that is put after the common prompt, ""
    for none; `passage` is how many characters a sub-prompt is said to hold.
    """

    name: str
    description: str
    text: str = ""
    passage: int = 100_000


FRONTIER = Profile("frontier", "Large hosted models: the common prompt as it stands.")
CALLER = Profile(
    "caller",
    "Coding models that call sub-models far too often: fewer and fuller sub-calls, in batches, with a number to stop at.",
    "caller",
    200_000,
)
SMALL = Profile(
    "small",
    "Small models, mostly on one's own machine: one short step a reply, strict syntax, a window of about 32,000 tokens.",
    "small",
    20_000,
)
PROFILES = {profile.name: profile for profile in (FRONTIER, CALLER, SMALL)}
"""All profiles by name; the first is for models that no pattern knows."""

PATTERNS: tuple[tuple[str, Profile], ...] = (
    (r"(?<![a-z0-9.])(?:\d(?:\.\d+)?|[12]\d|3\d|40)b(?![a-z0-9])", SMALL),  # up to 40 billion parameters, by its name
    (r"\b(?:smollm|tinyllama|minicpm|ministral|phi-?[1-4]|gemma|granite)", SMALL),
    (
        r"\A(?:llama-?3(?:\.[12])?|qwen-?[23](?:\.5)?|mistral|deepseek-r1|gpt-oss)(?::latest)?\Z",
        SMALL,
    ),  # Ollama's usual size
    (r"coder|codestral|devstral|code-?llama", CALLER),
)
"""Which names belong to which profile, looked for in this order in the model's name in lower case."""


def profile_for(model: str) -> Profile:
    """Return the profile of a model by its name, as any provider writes it."""
    name = model.lower()
    return next((profile for pattern, profile in PATTERNS if re.search(pattern, name)), FRONTIER)
