"""Keep a log that the reference's visualizer opens, and read it again. Run: uv run python -m docs.examples.logger"""

import json
import tempfile

from rlm_app import RLM, RLMLogger

with tempfile.TemporaryDirectory() as folder:
    logger = RLMLogger(log_dir=folder)
    with RLM(backend="offline", backend_kwargs={"model_name": "offline"}, logger=logger) as rlm:
        rlm.completion("The rent is due on the third day of each month.", root_prompt="When is the rent due?")

    for line in logger.path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["type"] == "metadata":
            print("metadata:", entry["root_model"], entry["environment_type"], entry["timestamp"])
        else:
            blocks = len(entry["code_blocks"])
            print(f"iteration {entry['iteration']}: {blocks} cells, {entry['iteration_time']:.2f} s")
    print("answer:", entry["final_answer"])

# The same file can be taken into the app: python -m rlm_app import FILE
