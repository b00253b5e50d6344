"""Assemble sample_docs/technical-handbook.md from its chapters and data, and check its questions."""

import csv
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source" / "handbook"
TARGET = HERE / "technical-handbook.md"
QUESTIONS = HERE / "source" / "questions_handbook.json"
DOCUMENT = "technical-handbook.md"
GRAVITY = 9.81

NAMES = {
    "TRW": "traction winch",
    "STW": "storage winches",
    "RPE": "ropes and terminations",
    "BRK": "brakes",
    "DRV": "electric drives",
    "HPU": "hydraulic power unit",
    "AFR": "A-frame",
    "SGB": "side gallows and docking head",
    "SHV": "sheaves and carriage",
    "HVC": "heave compensation",
    "TMS": "tension and line-out measurement",
    "SLR": "slip rings",
    "CTL": "control system",
    "OPS": "operator stations",
    "CLG": "cooling water",
    "LUB": "lubrication",
    "EMR": "emergency systems",
}
PARAMETER_GROUPS = {
    "1": "Traction parameters (P-1xx)",
    "2": "Storage parameters (P-2xx)",
    "3": "Brake parameters (P-3xx)",
    "4": "Handling and mode parameters (P-4xx)",
    "5": "Heave parameters (P-5xx)",
    "6": "Measurement parameters (P-6xx)",
    "7": "Drive and cooling parameters (P-7xx)",
    "8": "Hydraulic parameters (P-8xx)",
    "9": "System parameters (P-9xx)",
}
ACCESS = {"O": "operator", "E": "engineer", "W": "Works"}
PLACES = {"P": "in port", "R": "rope secured", "S": "at sea"}
# name, weight in water (kg/m), working limit with recording (kN), length on board (m)
ROPES = [("A", 0.87, 84.8, 8200), ("B", 1.32, 85.0, 10500), ("C", -0.01, 85.0, 7000)]
# drum, core (mm), rope (mm), wraps per layer, length on board (m)
DRUMS: list[tuple[str, int, float, int, int]] = [
    ("STW-A", 900, 18.2, 96, 8200),
    ("STW-B", 950, 20.0, 98, 10500),
    ("STW-C", 1000, 26.0, 76, 7000),
]
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Read one tab-separated source as a list of rows."""
    text = (SOURCE / f"{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def headed(items: list[Row], key: Callable[[Row], str], show: Callable[[Row], str], level: int) -> str:
    """Show rows under one heading for each run of rows with the same key."""
    out: list[str] = []
    last = ""
    for item in items:
        if key(item) != last:
            last = key(item)
            out.append(f"{'#' * level} {last}")
        out.append(show(item))
    return "\n\n".join(out)


def fault(row: Row) -> str:
    """Show one fault code entry."""
    return (
        f"#### {row['code']} {row['title']}\n\n*Class: {row['class']}*\n\n"
        f"**Cause.** {row['cause']}\n\n**Effect.** {row['effect']}\n\n**Remedy.** {row['remedy']}"
    )


def parameter(row: Row) -> str:
    """Show one parameter entry."""
    unit = "" if row["unit"] == "-" else f" {row['unit']}"
    return (
        f"#### {row['id']} {row['name']}\n\nRange: {row['range']}{unit} | "
        f"Default: {row['default']}{unit} | Access: {ACCESS[row['access']]}\n\n{row['note']}"
    )


def task(row: Row) -> str:
    """Show one planned-maintenance task."""
    return (
        f"**{row['id']} {row['title']}** ({row['interval']}, {PLACES[row['where']]}). "
        f"{row['method']} *Criterion:* {row['criterion']}"
    )


def spare(row: Row) -> str:
    """Show one spare part."""
    return (
        f"- **{row['part']} {row['name']}**: group {row['group']}, quantity {row['qty']}, "
        f"lead time {row['lead']} weeks. {row['note']}"
    )


def cast(row: Row) -> str:
    """Show one entry of the rope book."""
    facts = f"rope {row['rope']}, {row['purpose']}, {row['out']} m, {row['tension']} kN"
    return f"- **{row['cast']}**, {row['date']}, {facts}. {row['remark']}"


def table(head: list[str], lines: list[list[str]]) -> str:
    """Show a Markdown table."""
    ruled = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in ruled)


def signals() -> str:
    """Show the signal list, one table for each subsystem."""
    parts: list[str] = []
    found = rows("signals")
    for code, name in NAMES.items():
        lines = [list(row.values()) for row in found if row["tag"].startswith(code)]
        if lines:
            head = ["Tag", "Description", "Type", "Station", "Remark"]
            parts.append(f"### Signals of the {name}\n\n{table(head, lines)}")
    return "\n\n".join(parts)


def payload_table() -> str:
    """Compute the static payload that each rope leaves at each depth."""
    lines = []
    for depth in range(250, 10001, 250):
        cells = [f"{depth:,} m"]
        for _, weight, limit, length in ROPES:
            own = weight * GRAVITY * depth / 1000
            cells.append("-" if depth > length else f"{round(own, 1) + 0.0:.1f} / {(limit - own) / 1.35:.1f}")
        lines.append(cells)
    head = ["Line out", *(f"Rope {name}: own weight / payload, kN" for name, *_ in ROPES)]
    return table(head, lines)


def drum_table(core: int, rope: float, wraps: int, length: int) -> str:
    """Compute the layers of one storage drum until the rope on board is stowed."""
    lines: list[list[str]] = []
    total = 0.0
    while total < length:
        diameter = core + rope + 2 * 0.87 * rope * len(lines)
        layer = wraps * math.pi * diameter / 1000
        total += layer
        turns = 1.6 * 60 / (math.pi * diameter / 1000)
        number = str(len(lines) + 1)
        lines.append([number, f"{diameter:,.0f}", f"{layer:.0f}", f"{total:,.0f}", f"{turns:.1f}"])
    head = ["Layer", "Pitch diameter, mm", "Rope in layer, m", "Rope in all, m", "rev/min at 1.6 m/s"]
    return table(head, lines)


def grip_table() -> str:
    """Compute the back-tension that each outboard tension asks for."""
    lines = []
    for pull in range(10, 86, 5):
        cells = [f"{pull} kN", f"{max(4.0, pull / 9):.1f}", f"{max(4.0, pull / 6):.1f}"]
        lines.append([*cells, f"{pull * 1.2 / 0.78:.0f}", f"{pull * 1.6 / 0.78:.0f}"])
    steel, fibre = "Back-tension, steel, kN", "Back-tension, fibre, kN"
    return table(["Outboard tension", steel, fibre, "kW at 1.2 m/s", "kW at 1.6 m/s"], lines)


def spectrum_table() -> str:
    """Compute the design load spectrum in hours of twenty-five years."""
    shares = [31, 22, 16, 11, 8, 6, 4, 2]
    lines = []
    for step, share in enumerate(shares):
        band = f"{step * 85 / 8:.1f} to {(step + 1) * 85 / 8:.1f} kN"
        lines.append([band, f"{share} per cent", f"{share * 400:,} h"])
    return table(["Line pull", "Share of operating time", "Hours in design life"], lines)


def tables() -> str:
    """Show all computed tables of chapter 32."""
    parts = [
        "## Table 32-A Payload by rope and depth\n\nEach cell gives the weight of the rope in water and the "
        "payload left when the working limit is divided by a motion factor of 1.35.\n\n" + payload_table()
    ]
    parts.append("## Table 32-B Layers of the storage drums")
    for drum, core, rope, wraps, length in DRUMS:
        parts.append(f"### Layers of {drum}\n\n{drum_table(core, rope, wraps, length)}")
    parts.append("## Table 32-C Back-tension and electrical power when hauling\n\n" + grip_table())
    parts.append("## Table 32-D Design load spectrum\n\n" + spectrum_table())
    return "\n\n".join(parts)


def insert(name: str) -> str:
    """Produce the generated part of a chapter."""
    if name in ("signals", "tables"):
        return signals() if name == "signals" else tables()
    if name == "glossary":
        return "\n\n".join(f"**{row['term']}.** {row['definition']}" for row in rows(name))
    if name == "casts":
        return "\n".join(cast(row) for row in rows(name))
    if name == "tasks":
        return headed(rows(name), lambda row: f"Tasks: {row['interval']}", task, 3)
    if name == "parameters":
        return headed(rows(name), lambda row: PARAMETER_GROUPS[row["id"][2]], parameter, 3)
    label, show = ("Faults", fault) if name == "faults" else ("Spares", spare)
    return headed(rows(name), lambda row: f"{label} of the {NAMES[row['subsystem']]}", show, 3)


def assemble() -> str:
    """Join the chapters in order and fill in their generated parts."""
    chapters = [path.read_text(encoding="utf-8").strip() for path in sorted(SOURCE.glob("*.md"))]
    text = "\n\n".join(chapters) + "\n"
    return re.sub(r"<!-- insert: (\w+) -->", lambda found: insert(found[1]), text)


def place(text: str, quote: str) -> str:
    """Find the nearest heading above a quotation that must occur exactly once."""
    if text.count(quote) != 1 or not 60 <= len(quote) <= 300 or "\n" in quote:
        raise SystemExit(f"{text.count(quote)} times, {len(quote)} characters: {quote}")
    found: list[str] = re.findall(r"^#+ (.+)$", text[: text.index(quote)], re.MULTILINE)
    return found[-1]


def check_questions(text: str) -> int:
    """Verify every quotation, write its place beside it, and count the questions."""
    questions: list[dict[str, Any]] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    for entry in questions:
        if entry["document"] != DOCUMENT or (entry["kind"] == "absent") != (not entry["quotes"]):
            raise SystemExit(f"wrong document or quotes: {entry['id']}")
        entry["places"] = [place(text, quote) for quote in entry["quotes"]]
    QUESTIONS.write_text(json.dumps(questions, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return len(questions)


def main() -> None:
    """Write the handbook and report its size."""
    text = assemble()
    TARGET.write_text(text, encoding="utf-8")
    headings = len(re.findall(r"^#+ ", text, re.MULTILINE))
    print(f"{len(text):,} characters, {headings} headings, {check_questions(text)} questions")


if __name__ == "__main__":
    main()
