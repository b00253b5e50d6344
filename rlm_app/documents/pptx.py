"""PowerPoint files: a page for each slide, with its tables, charts, notes and comments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rlm_app.documents.alternatives import picture
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, part
from rlm_app.documents.zips import open_checked
from rlm_app.errors import DocumentError

_DEEPEST = 16
_PICTURE = "[picture: "


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read PPTX, PPTM and PPSX: the title first, then what stands on the slide from top to bottom, then its notes.

    A slide that cannot be read is kept as "broken"; one that shows only pictures is "scanned".
    """
    open_checked(path, name).close()
    slides = _slides(path, name)
    parts: list[Part] = []
    notes: list[str] = []
    for number, slide in enumerate(slides, 1):
        parts.append(_slide(number, slide))
        if slide.element.get("show") in {"0", "false"}:
            notes.append(f"slide {number} is hidden in the show; it is read too")
        on_progress(number, len(slides))
    broken = [label for label, _, kind in parts if kind == "broken"]
    if broken and len(broken) == len(parts):
        raise DocumentError(name, "is damaged: none of its slides can be read; get a fresh copy")
    if not parts:
        raise DocumentError(name, "has no slides")
    notes += [f"slide {label} is damaged and could not be read; the other slides are kept" for label in broken]
    return Loaded("pptx", "slide", parts, tuple(notes))


def _slides(path: Path, name: str) -> list[Any]:
    from pptx.opc.package import PartFactory
    from pptx.package import Package
    from pptx.parts.presentation import PresentationPart

    main = "application/vnd.openxmlformats-officedocument.presentationml.{}.main+xml"
    macro = "application/vnd.ms-powerpoint.{}.macroEnabled.main+xml"
    for kind in (
        main.format("slideshow"),
        main.format("template"),
        macro.format("slideshow"),
        macro.format("template"),
    ):
        PartFactory.part_type_for.setdefault(kind, PresentationPart)
    try:
        return list(Package.open(str(path)).main_document_part.presentation.slides)
    except Exception as error:  # a broken container surfaces as KeyError, XMLSyntaxError, AttributeError, …
        raise DocumentError(name, "is damaged and cannot be opened as a PowerPoint file; get a fresh copy") from error


def _slide(number: int, slide: Any) -> Part:
    try:
        lines = list(_lines(slide))
        label, text, kind = part(str(number), "\n".join(lines))
        if not "".join(line for line in lines if not line.startswith(_PICTURE)).strip():
            kind = "scanned" if any(tag_of(shape) == "pic" for shape in slide.shapes) else kind
    except Exception:  # noqa: BLE001 - one slide's broken part must not cost the others
        return str(number), "", "broken"
    return label, text, kind


def _lines(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    shapes = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    shapes.sort(key=lambda shape: (shape.top or 0, shape.left or 0))
    for shape in ([title] if title is not None else []) + shapes:
        yield from _shape(shape)
        yield ""
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        yield f"[notes: {notes}]" if notes else ""
    yield from _comments(slide)


def _shape(shape: Any, depth: int = 0) -> Iterator[str]:
    if tag_of(shape) == "grpSp":
        for inner in shape.shapes if depth < _DEEPEST else ():
            yield from _shape(inner, depth + 1)
    elif shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            yield paragraph.text.replace("\v", "\n")
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            yield " | ".join(" ".join(cell.text.split()) for cell in row.cells)
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart)
    elif tag_of(shape) == "pic":
        yield picture(shape.element.nvPicPr.cNvPr.get("descr") or "")


def _chart(chart: Any) -> Iterator[str]:
    """Yield the numbers behind a chart, a row for each category."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield f"[chart: {chart.chart_title.text_frame.text}]"
    for plot in chart.plots:
        series = list(plot.series)
        yield " | ".join(["", *(str(each.name) for each in series)])
        for index, category in enumerate(plot.categories):
            values = [each.values[index] if index < len(each.values) else None for each in series]
            yield " | ".join([str(category), *("" if value is None else f"{value:.15g}" for value in values)])


def _comments(slide: Any) -> Iterator[str]:
    """Yield "[comment: …]" for each comment, of the old kind and of the new one with replies."""
    from lxml import etree

    for relation in slide.part.rels.values():
        if relation.reltype.endswith("/comments") and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            for comment in etree.fromstring(relation.target_part.blob, parser).iter("{*}cm", "{*}reply"):
                said = [node.text or "" for node in comment.iter("{*}text", "{*}t") if _nearest(node) is comment]
                yield f"[comment: {' '.join(' '.join(said).split())}]"


def _nearest(node: Any) -> Any:
    return next(iter(node.iterancestors("{*}cm", "{*}reply")), None)


def tag_of(shape: Any) -> str:
    """Return the name of the element behind a shape, such as "pic", without its namespace."""
    return str(shape.element.tag).rpartition("}")[2]
