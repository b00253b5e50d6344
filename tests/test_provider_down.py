from pathlib import Path

import pytest

from rlm_app.build import open_app
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Asked, Say

LOOK = Say("I look.\n\n```repl\nprint(len(context))\n```")
ANSWER = Say("```repl\nanswer['content'] = 'Ninety days.'\nanswer['ready'] = True\n```")


@pytest.mark.slow
def test_a_provider_that_is_down_ends_the_run_with_a_sentence_and_it_goes_on_when_the_provider_is_back(
    tmp_path: Path,
) -> None:
    down = [False]

    def script(asked: Asked) -> Say:
        if len(asked.body["messages"]) <= 2:
            return LOOK
        return Say(status=503, error={"error": {"message": "overloaded"}}) if down[0] else ANSWER

    app = open_app(Settings(home=tmp_path / "home"))
    file = tmp_path / "lease.txt"
    file.write_text("Either party may end this lease with ninety days' notice.\n" * 9, encoding="utf-8")
    info = app.add_file(file, "lease.txt", "local")
    try:
        with OpenAIServer(script) as server:
            spec = RunSpec(
                "How long?", (info.sha256,), "openai", "gpt-5", "gpt-5-mini", options={"base_url": server.url}
            )
            down[0] = True
            run_id = app.start(spec, "local", {"openai": "sk-test"})
            record = app.manager.wait(run_id, 100)
            assert record.state is RunState.FAILED
            assert "tries failed" in record.error
            assert app.saved_calls(run_id, "local")[0] == 1
            paid = len([each for each in server.asked if len(each.body["messages"]) <= 2])
            down[0] = False
            app.resume(run_id, "local", {"openai": "sk-test"})
            record = app.manager.wait(run_id, 100)
            assert (record.state, record.answer) == (RunState.DONE, "Ninety days.")
            assert len([each for each in server.asked if len(each.body["messages"]) <= 2]) == paid == 1
    finally:
        app.close()
