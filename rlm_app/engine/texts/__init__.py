"""The long texts that models are given, each in a file of its own beside this one."""

from functools import cache
from importlib.resources import files


@cache
def read(name: str) -> str:
    """Return the text of that name, without the line end that closes its file."""
    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8").rstrip("\n")
