"""Makes the bundled finished run: the first example question, asked of the offline backend, as a file of ours."""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))


def main() -> None:
    """Ask, wait, and write the run."""
    from rlm_app.build import SAMPLES, open_app
    from rlm_app.engine.run_files import run_lines
    from rlm_app.records import RunSpec
    from rlm_app.settings import Settings
    from rlm_app.types import RunState

    example = json.loads((HERE / "examples.json").read_text(encoding="utf-8"))[0]
    with tempfile.TemporaryDirectory() as home:
        app = open_app(Settings(home=Path(home)))
        document = app.add_file(HERE / example["document"], example["document"], SAMPLES)
        spec = RunSpec(example["question"], (document.sha256,), "offline", "offline", "offline")
        record = app.manager.wait(app.start(spec, SAMPLES), 60)
        if record.state is not RunState.DONE:
            raise SystemExit(f"the run ended as {record.state}: {record.error}")
        kept = dataclasses.replace(record, sample=True)
        lines = "".join(run_lines(kept, app.store.events(record.id, SAMPLES)))
        app.close()
    (HERE / "sample-run.jsonl").write_text(lines, encoding="utf-8")
    print(f"{record.quotes_found} of {record.quotes_total} quotations found; {len(lines):,} characters")


if __name__ == "__main__":
    main()
