"""Joins the gold questions of all bundled documents in `questions.json`; run it after the two document builders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCES = ("questions_msa_paper.json", "questions_handbook.json")


def main() -> None:
    """Write the joined file: every question with its quotes and, beside each quote, the label of its page or section."""
    rows = [
        _uniform(row) for name in SOURCES for row in json.loads((HERE / "source" / name).read_text(encoding="utf-8"))
    ]
    (HERE / "questions.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows)} questions in questions.json")


def _uniform(row: dict[str, Any]) -> dict[str, Any]:
    places = [str(page) for page in row["pages"]] if "pages" in row else row["places"]
    if len(places) != len(row["quotes"]):
        raise SystemExit(f"{row['id']}: {len(row['quotes'])} quotes and {len(places)} places")
    return {key: row[key] for key in ("id", "document", "kind", "question", "answer", "quotes")} | {"places": places}


if __name__ == "__main__":
    main()
