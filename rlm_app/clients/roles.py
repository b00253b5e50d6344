"""Which part a client plays in a call: the root model of an RLM, or the sub-model of a cell."""

import re

from rlm_app.types import Message, Request

_QUESTION = re.compile(r"<question>\s*(.*?)\s*</question>", re.DOTALL)


def is_root(request: Request) -> bool:
    """Whether the request comes from an RLM's loop: its system message explains the REPL and how to write a cell."""
    return any(message.role == "system" and "```repl" in message.content for message in request.messages)


def goes_on(request: Request) -> bool:
    """Whether more of this conversation will be sent; writing a prompt to a cache that is never read costs a quarter."""
    return is_root(request) or any(message.role == "assistant" for message in request.messages)


def turn_of(request: Request) -> int:
    """Return which reply of this conversation is asked for, counted from 1."""
    return 1 + sum(message.role == "assistant" for message in request.messages)


def question_of(request: Request) -> str:
    """Return the question that the loop restates each turn between its tags; "" when there is none."""
    return next((asked for asked in map(_asked_in, reversed(request.messages)) if asked), "")


def turn_on_question(request: Request) -> int:
    """Return which reply to the question asked last is wanted, counted from 1: a conversation may go on to another."""
    asked, since = "", 0
    for index, message in enumerate(request.messages):
        question = _asked_in(message)
        if question and question != asked:
            asked, since = question, index
    return 1 + sum(message.role == "assistant" for message in request.messages[since:])


def _asked_in(message: Message) -> str:
    found = _QUESTION.findall(message.content) if message.role == "user" else []
    return str(found[-1]) if found else ""
