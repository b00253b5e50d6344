"""XML from strangers: no entities, no document types that define any, nothing fetched."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from rlm_app.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator


def parse(archive: zipfile.ZipFile, entry: str, name: str) -> Element:
    """Return the root of an XML entry; raise `DocumentError` where it is missing, damaged or defines entities."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(archive.read(entry))
    except KeyError as error:
        raise DocumentError(name, f"is damaged: it lacks its part {entry}; get a fresh copy") from error
    except DefusedXmlException as error:
        raise DocumentError(
            name, "defines XML entities, which are never followed; save it anew and upload that"
        ) from error
    except (ParseError, zipfile.BadZipFile, ValueError) as error:
        raise DocumentError(name, f"is damaged in its part {entry}; get a fresh copy") from error
    return root


def tag(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element, wanted: str) -> str:
    """Return an attribute by its name without a namespace, "" where there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == wanted), "")


def named(root: Element, wanted: str) -> Iterator[Element]:
    """Yield all elements of a name below `root`, whatever their namespace."""
    return (element for element in root.iter() if tag(element) == wanted)
