"""Runs at work, whose model says what a script says: kept as stopped ones, for a page to have them go on."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from benchmarks.browsing import MILLISECONDS, Visit
from rlm_app.build import open_app
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Limits

OWNER = "local"
CALLS = 12
ANSWER = 'answer["content"], answer["ready"] = "Ninety days.", True'
STAND = "__import__('time').sleep(3600)"
"""What the code of the last turn ends with: it hands in the answer, or is at work for an hour."""

_CODE = """I read part {turn}.

```repl
try:
    done += 1
except NameError:
    done = 1
clause = "Either party may end this agreement by written notice. " * 8
parts = [f"Part {turn}.{{number}}: {{clause}}" for number in range({calls})]
for reply in llm_query_batched(["What ends it?\\n" + part for part in parts]):
    print(reply)
print("\\n".join(f"checked line {{line}}" for line in range(40)))
if done == {turns}:
    {end}
```"""


def furnish(home: Path, turns: int, delay: float, end: str = ANSWER) -> tuple[Path, str]:
    """Write what the model says, begin a run and stop it; return the script and the run's id, for a page to resume it.

    `delay` is the seconds a reply takes.
    """
    script, document = home / "script.json", home / "agreement.txt"
    # The cells count the turns: a prompt that was summed up is short again, and the script begins anew with it.
    replies = [_CODE.format(turn=turn, turns=turns, calls=CALLS, end=end) for turn in range(1, turns + 1)]
    said = {"root": replies, "sub": "It ends by notice of ninety days.", "delay": delay, "cost": 0.0}
    script.write_text(json.dumps(said), encoding="utf-8")
    document.write_text("Either party may end this agreement by giving ninety days written notice.\n" * 50, "utf-8")
    app = open_app(Settings(home=home, script=script))
    info = app.add_file(document, document.name, OWNER)
    limits = Limits(iterations=turns + 5, cell_seconds=3600)
    spec = RunSpec("What ends the agreement?", (info.sha256,), "scripted", "scripted", "scripted", limits=limits)
    run_id = app.start(spec, OWNER)
    app.manager.stop(run_id, OWNER)
    app.manager.wait(run_id, 60)
    app.close()
    return script, run_id


def resume(visit: Visit, run_id: str, step: int = 1) -> None:
    """Have the run go on, and open its timeline with the first turn, or another step, open."""
    expect.set_options(timeout=MILLISECONDS)
    visit.page.goto(f"{visit.address}/run?run={run_id}")
    visit.page.get_by_role("button", name="Resume").click()
    expect(visit.page.get_by_role("button", name="Pause")).to_be_visible()
    visit.page.goto(f"{visit.address}/run?run={run_id}&step={step}")
    expect(visit.page.locator("[class*=st-key-turnrow-] summary").first).to_be_visible()
