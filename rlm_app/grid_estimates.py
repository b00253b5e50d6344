"""What the cells of a grid that are due are likely to cost and to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rlm_app.backends import Backend
from rlm_app.catalogue import Catalogue
from rlm_app.estimates import Estimate, Work, estimate, together
from rlm_app.grids import GridView, Square
from rlm_app.types import DocumentInfo


def expected(
    catalogue: Catalogue, backend: Backend, view: GridView, library: Mapping[str, DocumentInfo], parallel: int
) -> Estimate:
    """Return what running the grid is likely to use; cells whose document is no longer in the library cost nothing.

    What an interrupted cell has paid already is not taken off, so that the estimate is rather too high.
    """
    past = catalogue.past(view.grid.owner, list(library.values()))
    work = {size: _work(catalogue, backend, view, size) for size in {_size(view, each, library) for each in view.due}}
    each = {size: estimate(order, past) for size, order in work.items() if size}
    return together(_in_order(view, each, library), parallel)


def _in_order(view: GridView, each: Mapping[int, Estimate], library: Mapping[str, DocumentInfo]) -> Sequence[Estimate]:
    sizes = [_size(view, square, library) for square in view.due]
    return [each[size] for size in sizes if size]


def _size(view: GridView, square: Square, library: Mapping[str, DocumentInfo]) -> int:
    row = view.grid.row(square.place.row)
    info = library.get(row.sha256) if row else None
    return info.characters if info else 0


def _work(catalogue: Catalogue, backend: Backend, view: GridView, characters: int) -> Work:
    order, owner = view.grid.order, view.grid.owner
    address = str(order.options.get("base_url", ""))
    root, sub = (catalogue.info(owner, backend, model, address) for model in (order.root_model, order.sub_model))
    return Work(characters, order.backend, root, sub, order.limits, order.mode)
