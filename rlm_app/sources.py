"""What every run of an app is put together from, wherever it is carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rlm_app.grids import Store
from rlm_app.models import Own
from rlm_app.settings import Settings
from rlm_app.types import Document


@dataclass(frozen=True, slots=True)
class Sources:
    """The host's settings, the data file, and what owners have.

    `document` finds a document by SHA-256 for an owner or raises `DocumentError`; `entered` is what an owner says of models.
    """

    settings: Settings
    store: Store
    document: Callable[[str, str], Document]
    entered: Callable[[str], Own]
