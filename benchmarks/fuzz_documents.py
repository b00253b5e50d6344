"""Damaged files of every format, thousands of them: none may take the app down, hang or need more memory than its cap.

`python -m benchmarks.fuzz_documents --files 2000` prints a row a format. The whole ones come from the samples folder
(RLM_SAMPLES, else ../shared/samples beside the checkout) and, for formats it lacks, are made here.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rlm_app import reading
from rlm_app.documents.isolated import ReadingProcess
from rlm_app.documents.reader import MEMORY
from rlm_app.errors import DocumentError

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 30.0
"""What a file may take where the machine has nothing else to do."""
_LARGEST = 300_000


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole file to damage."""

    name: str
    data: bytes

    @property
    def format(self) -> str:
        """Its ending."""
        return self.name.rpartition(".")[2]


@dataclass(slots=True)
class Outcomes:
    """What became of the files: counts by format and outcome, what must not happen, the most memory in bytes, the slowest."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    peak: int = 0
    slowest: tuple[float, str] = (0.0, "")
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, case: str, kind: str, outcome: str, seconds: float, peak: int) -> None:
        """Count one file."""
        with self.lock:
            self.counts.setdefault(kind, Counter())[outcome] += 1
            self.peak, self.slowest = max(self.peak, peak), max(self.slowest, (seconds, case))
            if outcome not in {"read", "refused"}:
                self.faults.append(f"{case}: {outcome}")


def seeds(samples: Path | None) -> list[Seed]:
    """Return whole files of every format, those of the samples first."""
    found = [Seed(name, data) for name, data in _made()]
    for path in sorted((samples / "documents").iterdir()) if samples else ():
        if 0 < path.stat().st_size <= _LARGEST:
            found.append(Seed(path.name, path.read_bytes()))
    return found


def damaged(rng: random.Random, seed: Seed, others: Sequence[Seed]) -> bytes:
    """Return the file with bytes flipped, cut or spliced: as it lies on disk, or inside one entry of its archive."""
    if zipfile.is_zipfile(io.BytesIO(seed.data)) and rng.random() < 0.7:
        return _inside(rng, seed.data, others)
    return _mutated(rng, seed.data, others)


def _mutated(rng: random.Random, data: bytes, others: Sequence[Seed]) -> bytes:
    way = rng.choice(("flip", "flip", "cut", "drop", "splice", "repeat", "number"))
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 8, 100, 5_000))
    if way == "flip":
        changed = bytearray(data)
        for _ in range(rng.choice((1, 4, 30, 300)) if data else 0):
            changed[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(changed)
    if way == "cut":
        return data[:at]
    if way == "drop":
        return data[:at] + data[at + length :]
    if way == "repeat":
        return data[:at] + data[at : at + length] * rng.choice((2, 50)) + data[at:]
    if way == "number":
        return data[:at] + str(rng.choice((-1, 0, 2**31, 2**63, 10**30))).encode() + data[at + 1 :]
    other = rng.choice(others).data
    start = rng.randrange(len(other) + 1)
    return data[:at] + other[start : start + length] + data[at:]


def _inside(rng: random.Random, data: bytes, others: Sequence[Seed]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        entries = [(info.filename, whole.read(info)) for info in whole.infolist()]
    chosen = rng.randrange(len(entries))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed:
        for number, (name, content) in enumerate(entries):
            # An entry of its own has a fixed date, so that the same number gives the same file.
            changed.writestr(zipfile.ZipInfo(name), _mutated(rng, content, others) if number == chosen else content)
    return target.getvalue()


def run(found: Sequence[Seed], files: int, *, first: int = 0, workers: int = 2) -> Outcomes:
    """Read `files` damaged files, the same ones each time, in `workers` long-lived confined processes."""
    outcomes = Outcomes()
    numbers = iter(range(first, first + files))
    taking = threading.Lock()

    def work() -> None:
        with ReadingProcess(reading.launch()) as process, tempfile.TemporaryDirectory() as folder:
            while True:
                with taking:
                    number = next(numbers, None)
                if number is None:
                    return
                rng = random.Random(number)
                seed = found[number % len(found)]
                path = Path(folder) / "damaged"
                path.write_bytes(damaged(rng, seed, found))
                _one(process, path, seed, number, outcomes)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _one(process: ReadingProcess, path: Path, seed: Seed, number: int, outcomes: Outcomes) -> None:
    began = time.monotonic()
    try:
        process.read(path, seed.name, seconds=SECONDS * _queue())
        outcome = "read"
    except DocumentError as error:
        late, died = error.reason.startswith("took longer"), error.reason.startswith("made the reader")
        outcome = "late" if late else "died" if died else "refused"
    except Exception as error:  # noqa: BLE001 - that nothing else is ever raised is what is measured
        outcome = f"raised {type(error).__name__}"
    outcomes.add(f"{seed.name} #{number}", seed.format, outcome, time.monotonic() - began, peak_memory(process.pid))


def _queue() -> float:
    """Return by how much the machine has more to do than it has cores: so much longer may a file take on the clock."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def peak_memory(pid: int | None) -> int:
    """Return the most bytes of memory the process has had at once; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0")
    return int(line.split()[1]) * 1024


def samples_folder() -> Path | None:
    """Return the folder of samples, None where there is none."""
    folder = Path(os.environ.get("RLM_SAMPLES") or ROOT.parent / "shared" / "samples")
    return folder if folder.is_dir() else None


def _made() -> Iterator[tuple[str, bytes]]:
    makers: tuple[tuple[str, Callable[[], bytes]], ...] = (
        ("made.pptx", _slides),
        ("made.xlsx", _book),
        ("made.docx", _word),
        ("made.odt", _odt),
        ("made.zip", _repository),
    )
    yield from ((name, make()) for name, make in makers)
    yield (
        "made.rtf",
        rb"{\rtf1\ansi{\fonttbl{\f0 Times;}}Caf\'e9 \u8364?5{\footnote see annex}\par\trowd a\cell b\cell\row\page}"
        * 3,
    )
    yield "made.json", json.dumps({"rows": [{"a": n, "b": ["x", None, 1.5]} for n in range(500)]}).encode()
    yield (
        "made.ipynb",
        json.dumps({"cells": [{"cell_type": "code", "source": ["1"], "outputs": [{"text": "2"}]}] * 9}).encode(),
    )
    yield "made.csv", b'name;"note"\n' + b'a;"two\nlines"\n' * 200
    yield "made.md", b"# One\n\ntext\n\n```py\n# no\n```\n\nTwo\n===\n" * 50
    yield "made.html", b"<html><title>T</title><h1>One</h1><table><tr><td>a<td>b</table><ul><li>x</ul>" * 30


def _slides() -> bytes:
    import pptx

    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "The offer"
    slide.shapes.add_table(2, 2, 0, 0, 900_000, 900_000).table.cell(0, 0).text = "Fee"
    slide.notes_slide.notes_text_frame.text = "Mention it"
    return _saved(made.save)


def _book() -> bytes:
    import openpyxl

    made = openpyxl.Workbook()
    for number in range(100):
        made.active.append([number, f"row {number}", number / 3, "=A1+1"])
    return _saved(made.save)


def _word() -> bytes:
    import docx

    made = docx.Document()
    made.add_heading("Terms", 1)
    made.add_comment(
        made.add_paragraph("The fee is ten.").add_run(" Or twelve."), text="which?", author="A", initials="A"
    )
    made.add_table(2, 2).rows[0].cells[0].text = "Fee"
    made.add_paragraph("a point", style="List Number")
    return _saved(made.save)


def _odt() -> bytes:
    spaces = 'xmlns:text="urn:t" xmlns:table="urn:b"'
    body = "<text:h>One</text:h><text:p>a<text:s text:c='3'/>b<text:note><text:p>n</text:p></text:note></text:p>" * 20
    row = "<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>"
    content = f"<o {spaces}><text:text>{body}<table:table>{row}</table:table></text:text></o>"
    return _zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": "<m/>", "content.xml": content}
    )


def _repository() -> bytes:
    return _zipped(
        {"a/README.md": "# One\n", "a/src/app.py": "x = 1\n" * 200, "a/data.json": "[1, 2]", "a/t.csv": "a,b\n1,2\n"}
    )


def _zipped(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


def main() -> None:
    """Run and print; exit code 1 when anything happened that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file, to repeat one")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    found = seeds(samples_folder())
    began = time.monotonic()
    outcomes = run(found, given.files, first=given.first, workers=given.workers)
    for kind, counts in sorted(outcomes.counts.items()):
        print(
            f"{kind:8} {sum(counts.values()):5} files  "
            + ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
        )
    slowest, which = outcomes.slowest
    print(f"{given.files} files of {len(found)} whole ones in {time.monotonic() - began:.0f} s")
    print(f"slowest {slowest:.1f} s: {which} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    print(f"most memory of a reading process {outcomes.peak / 1e6:.0f} MB, allowed {MEMORY / 1e6:.0f} MB")
    for fault in outcomes.faults:
        print("FAULT", fault)
    raise SystemExit(1 if outcomes.faults or outcomes.peak > MEMORY else 0)


if __name__ == "__main__":
    main()
