"""The copy of a run that a link shows: all that may be seen, hidden words already replaced, and nothing else."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from rlm_app.exports.material import Material, Share
from rlm_app.exports.portable import Data, portable


@dataclass(frozen=True, slots=True)
class Copy:
    """What is seen: `data` as `portable` makes it, and JPEGs of pages by the number of their quotation."""

    data: Data
    pictures: Mapping[int, bytes]


def freeze(material: Material, share: Share, made: float) -> bytes:
    """Return the copy as bytes to keep; `made` is in seconds since 1970 (UTC)."""
    data = portable(material, share, made)
    pictures = {str(n): base64.b64encode(jpeg).decode() for n, jpeg in share.shown(material.pictures).items()}
    return zlib.compress(json.dumps({"data": data, "pictures": pictures}, separators=(",", ":")).encode(), 6)


def thaw(kept: bytes) -> Copy:
    """Return the copy that `freeze` made these bytes of."""
    read = json.loads(zlib.decompress(kept))
    return Copy(read["data"], {int(number): base64.b64decode(jpeg) for number, jpeg in read["pictures"].items()})
