"""Counting what a provider did not count: tokens by the length of the text, always marked as estimated."""

from rlm_app.types import Request, Usage

CHARS_A_TOKEN = 4


def tokens_of(text: str) -> int:
    """Return about how many tokens `text` has: four characters each, rounded up."""
    return -(-len(text) // CHARS_A_TOKEN)


def prompt_tokens(request: Request) -> int:
    """Return about how many tokens the request's messages have."""
    return sum(tokens_of(message.content) for message in request.messages)


def estimated_usage(request: Request, reply: str, cost: float | None) -> Usage:
    """Return the usage of one call counted from its texts; `cost` is USD."""
    return Usage(1, prompt_tokens(request), tokens_of(reply), cost=cost, estimated=True)


def fewest_tokens(request: Request, worth: int) -> int:
    """Return a number of tokens that the prompt has at the very least, or 0 where it cannot be more than `worth`.

    No tokenizer that providers use has tokens that reach over the space between two words, so words are counted.
    """
    if sum(len(message.content) for message in request.messages) < 2 * worth:
        return 0
    return sum(len(message.content.split()) for message in request.messages)
