"""Stop a run and go on with it; what was paid for is not paid again. Run: uv run python -m docs.examples.resume"""

import tempfile
import time
from pathlib import Path

from rlm_app.build import open_app
from rlm_app.records import RunSpec
from rlm_app.settings import Settings

SCRIPT = Path(__file__).parent / "scripts" / "resume.json"

with tempfile.TemporaryDirectory() as folder:
    app = open_app(Settings(home=Path(folder), script=SCRIPT))
    lease = Path(folder) / "lease.md"
    lease.write_text("# Lease\n\nThe rent is due on the third day of each month.\n", encoding="utf-8")
    document = app.add_file(lease, lease.name, "me")
    order = RunSpec("When is the rent due?", (document.sha256,), "scripted", "scripted", "scripted")

    run_id = app.start(order, "me")
    while len(app.manager.trajectory(run_id, "me").turns) < 2:
        time.sleep(0.05)
    app.manager.stop(run_id, "me")
    record = app.manager.wait(run_id)
    answered, sent = app.saved_calls(run_id, "me")
    print(f"stopped:  {record.state}, {answered} of {sent} calls have their reply on record")

    app.resume(run_id, "me")
    record = app.manager.wait(run_id)
    answered, sent = app.saved_calls(run_id, "me")
    print(f"resumed:  {record.state}, {record.answer!r}, {answered} of {sent} calls, none of them twice")
    app.close()
