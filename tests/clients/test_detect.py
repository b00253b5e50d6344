from __future__ import annotations

import socket
import time

from rlm_app.clients.detect import Found, detect
from rlm_app.clients.presets import Preset
from tests.servers.openai_server import MODELS, OpenAIServer


def test_servers_that_answer_are_named_with_their_models_and_the_others_are_passed_over() -> None:
    with OpenAIServer() as server, socket.create_server(("127.0.0.1", 0)) as silent:
        presets = {
            "ollama": Preset(server.url, False),
            "vllm": Preset("http://127.0.0.1:1/v1", False),
            "mute": Preset(f"http://127.0.0.1:{silent.getsockname()[1]}/v1", False),
            "openai": Preset("https://api.openai.com/v1", True),
        }
        began = time.monotonic()
        assert detect(presets, seconds=0.3) == (Found("ollama", server.url, MODELS),)
        assert time.monotonic() - began < 3.0
    assert [asked.path for asked in server.asked] == ["/v1/models"]
