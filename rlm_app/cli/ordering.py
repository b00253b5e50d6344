"""What commands that ask something new have in common: the files, who answers, and what that may use."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.cli import again
from rlm_app.cli.report import OWNER, say
from rlm_app.errors import DocumentError
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo, Limits


def add_order(parser: argparse.ArgumentParser) -> None:
    """Add who answers, where code runs, and the limits."""
    parser.add_argument("--backend", default="offline", help="who answers (default: offline, which needs no key)")
    parser.add_argument("--model", help="the root model (default: the backend's usual one)")
    parser.add_argument("--sub-model", help="the model of sub-calls (default: the backend's usual one)")
    parser.add_argument("--base-url", help="the server's address, for servers of your own")
    parser.add_argument("--environment", default="local", help="where code runs (default: local)")
    parser.add_argument("--depth", type=int, default=Limits().depth, help="2 and more: models may start child RLMs")
    parser.add_argument(
        "--direct", action="store_true", help="put the documents in the prompt of one call, if they fit"
    )
    parser.add_argument(
        "--support", action="store_true", help="let the sub-model judge each claim of the answer by its quotations"
    )
    again.add_limits(parser)
    again.add_consent(parser)


def order_from(options: argparse.Namespace, backend: Backend, question: str, documents: Sequence[str]) -> RunSpec:
    """Return the order that the options stand for; `documents` are SHA-256 names."""
    return RunSpec(
        question=question,
        documents=tuple(documents),
        backend=backend.name,
        root_model=options.model or backend.root_models[0],
        sub_model=options.sub_model or backend.sub_models[0],
        environment=options.environment,
        limits=again.limits_from(options, Limits(depth=options.depth)),
        mode="direct" if options.direct else "rlm",
        support=options.support,
        options={"base_url": options.base_url} if options.base_url else {},
    )


def read_files(app: App, files: Sequence[Path]) -> list[DocumentInfo]:
    """Take files into the library, and say of each how readable it is or why it could not be read."""
    documents = []
    for path in files:
        try:
            info = app.add_file(path, path.name, OWNER)
        except DocumentError as error:
            say(f"{error.name}: {error.reason}")
            continue
        say(f"{info.name}: {app.health(info)}")
        documents.append(info)
    if files and not documents:
        say("None of the files could be read, so there is nothing to ask.")
    return documents
