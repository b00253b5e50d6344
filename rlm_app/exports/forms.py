"""The kinds of file a run can be made into for people, each a function from what is shared to bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rlm_app.exports.material import Material, Share


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file: its title, ending and media type, and what makes it; `make` takes seconds since 1970 (UTC) too."""

    title: str
    suffix: str
    mime: str
    make: Callable[[Material, Share, float], bytes]


def _html(material: Material, share: Share, made: float) -> bytes:
    from rlm_app.exports.page import page

    return page(material, share, made)


def _word(material: Material, share: Share, made: float) -> bytes:
    from rlm_app.exports.listing import paper
    from rlm_app.exports.word import word

    return word(paper(material, share, made), share.shown(material.pictures))


def _pdf(material: Material, share: Share, made: float) -> bytes:
    from rlm_app.exports.listing import paper
    from rlm_app.exports.pdf import pdf

    return pdf(paper(material, share, made), share.shown(material.pictures))


def _markdown(material: Material, share: Share, made: float) -> bytes:
    from rlm_app.exports.listing import paper
    from rlm_app.exports.markdown import markdown

    return markdown(paper(material, share, made))


FORMS = {
    "html": Form("Web page that checks itself", "html", "text/html", _html),
    "docx": Form("Word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _word),
    "pdf": Form("PDF", "pdf", "application/pdf", _pdf),
    "markdown": Form("Markdown", "md", "text/markdown", _markdown),
}
