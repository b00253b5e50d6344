"""Where a shared app lets itself be led by the addresses that its visitors name."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rlm_app.assemble import make_client
from rlm_app.cancel import CancelToken
from rlm_app.clients.guard import Guard, guard_of, is_public
from rlm_app.clients.hosted import Terms
from rlm_app.clients.retry import Retry
from rlm_app.errors import ClientError, ConfigError
from rlm_app.protocols import Client
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Message, Request
from tests.clients.providers import HOSTED, KEY, Hosted
from tests.servers.openai_server import OpenAIServer

ASK = Request((Message("user", "say hello"),))
INSIDE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200"),
    *("169.254.169.254", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0"),
    *("fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"),
]
OUTSIDE = ["1.1.1.1", "104.18.7.192", "2606:4700::6812:7c0", "::ffff:1.1.1.1", "64:ff9b::101:101"]
WIRED = [each for each in HOSTED.values() if not each.slow]


def test_only_addresses_of_the_internet_at_large_are_public() -> None:
    assert [found for found in INSIDE if Guard().permits(found)] == []
    assert [found for found in OUTSIDE if not Guard().permits(found)] == []
    assert not is_public(ipaddress.ip_address("240.0.0.1"))


def test_what_is_no_address_at_all_is_not_permitted() -> None:
    assert not Guard().permits("localhost")


@pytest.mark.parametrize("host", [*INSIDE[:-6], "localhost", "LOCALHOST.", "ollama.localhost"])
def test_an_address_that_is_plainly_inside_is_refused_before_anything_is_looked_up(host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(ConfigError, match="shared app does not reach"):
        Guard().check(f"http://{shown}:8000/v1")


@pytest.mark.parametrize("url", ["https://api.example.com/v1", "http://1.1.1.1", "https://[2606:4700::6812:7c0]/v1"])
def test_a_public_address_and_a_name_pass_the_first_look(url: str) -> None:
    Guard().check(url)


@pytest.mark.parametrize("allowed", ["127.0.0.1", "gpu.internal, 127.0.0.1:8000", "127.0.0.0/8", " [::1] ,127.0.0.1"])
def test_what_the_host_allowed_passes_by_name_by_port_or_by_network(allowed: str) -> None:
    guard = guard_of(allowed)
    guard.check("http://127.0.0.1:8000/v1")
    with pytest.raises(ConfigError):
        guard.check("http://10.0.0.1:8000/v1")


def test_an_allowed_port_allows_no_other_port() -> None:
    guard = guard_of("localhost:11434")
    guard.check("http://localhost:11434/v1")
    with pytest.raises(ConfigError):
        guard.check("http://localhost:6379")


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1"])
@pytest.mark.parametrize("hosted", WIRED, ids=lambda each: each.client.__name__)
def test_a_name_that_leads_inside_is_not_connected_to_by_any_client(hosted: Hosted, host: str) -> None:
    with Listener() as listener:
        client = hosted.client("tiny", KEY, f"http://{host}:{listener.port}", terms(hosted, Guard()))
        for ask in (lambda: client.completion(ASK, CancelToken()), lambda: client.models(CancelToken())):
            with pytest.raises(ClientError, match="shared app does not reach") as caught:
                ask()
            assert not caught.value.retryable
        client.close()
        assert listener.met == 0


@pytest.mark.parametrize("allowed", ["localhost", "127.0.0.0/8, ::1"])
def test_a_name_that_the_host_allowed_is_connected_to(allowed: str) -> None:
    hosted = HOSTED["openai"]
    with OpenAIServer() as server:
        url = server.url.replace("127.0.0.1", "localhost")
        client = hosted.client("tiny", KEY, url, terms(hosted, guard_of(allowed)))
        assert client.completion(ASK, CancelToken()).text == "hello there"
        client.close()


def test_a_name_is_judged_by_what_is_connected_to_and_not_by_what_it_was_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that leads outside when it is checked and inside when it is used."""
    with Listener() as listener:
        asked: list[str] = []

        def rebinding(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
            asked.append(host)
            found = "1.1.1.1" if len(asked) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        url = f"http://rebinding.example:{listener.port}/v1"
        socket.getaddrinfo("rebinding.example", listener.port)  # what a check of the name alone would have seen
        hosted = HOSTED["openai"]
        client = hosted.client("tiny", KEY, url, terms(hosted, Guard()))
        with pytest.raises(ClientError, match="shared app does not reach"):
            client.completion(ASK, CancelToken())
        client.close()
        assert listener.met == 0
    assert len(asked) == 2


def test_a_proxy_that_would_find_out_by_itself_where_a_name_leads_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        hosted = HOSTED["openai"]
        client = hosted.client("tiny", KEY, "http://anywhere.example/v1", terms(hosted, Guard()))
        with pytest.raises(ClientError, match=r"anywhere\.example leads into"):
            client.completion(ASK, CancelToken())
        client.close()
        assert proxy.met == 0


@pytest.mark.parametrize("name", ["vllm", "ollama", "azure_openai", "litellm"])
def test_a_shared_app_refuses_a_visitors_address_inside_and_a_local_one_takes_it(tmp_path: Path, name: str) -> None:
    for url in ("http://127.0.0.1:9/v1", "http://169.254.169.254/latest", "http://localhost:6379", "http://10.0.0.7"):
        with pytest.raises(ConfigError, match="shared app"):
            make(Settings(tmp_path, shared=True), name, url)
        make(Settings(tmp_path), name, url).close()


def test_the_host_of_a_shared_app_can_allow_an_address(tmp_path: Path) -> None:
    said = {"allow_addresses": "127.0.0.1:9, localhost:11434"}
    settings = Settings(tmp_path, shared=True, said=said)
    for name in ("vllm", "litellm"):
        make(settings, name, "http://127.0.0.1:9/v1").close()
    make(settings, "ollama").close()
    with pytest.raises(ConfigError, match="RLM_APP_ALLOW_ADDRESSES"):
        make(settings, "lmstudio")


def test_the_setting_is_read_from_the_environment_and_from_the_secrets_table(tmp_path: Path) -> None:
    environ = {"RLM_APP_MODE": "shared", "RLM_APP_HOME": str(tmp_path), "RLM_APP_ALLOW_ADDRESSES": "127.0.0.1"}
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[rlm_app]\nmode = "shared"\nallow_addresses = ["10.0.0.0/8", "127.0.0.1"]\n')
    for settings in (Settings.from_environment(environ, ()), Settings.from_environment({}, (secrets,))):
        make(settings, "vllm", "http://127.0.0.1:9/v1").close()
        with pytest.raises(ConfigError, match="shared app"):
            make(settings, "vllm", "http://192.168.0.9/v1")


def test_an_address_that_the_host_set_is_the_hosts_business(tmp_path: Path) -> None:
    inside = "https://10.0.0.9"
    make(Settings(tmp_path, shared=True, addresses={"azure_openai": inside}), "azure_openai").close()
    with pytest.raises(ConfigError, match="shared app"):
        make(Settings(tmp_path, shared=True), "azure_openai", inside)


@pytest.mark.parametrize("model", ["ollama/llama3", "hosted_vllm/x", "huggingface/http://169.254.169.254/"])
def test_a_models_name_leads_no_shared_app_inside(tmp_path: Path, model: str) -> None:
    with pytest.raises(ConfigError, match=r"usual addresses|a key alone opens"):
        make(Settings(tmp_path, shared=True), "litellm", model=model)
    make(Settings(tmp_path), "litellm", model=model).close()
    make(Settings(tmp_path, shared=True), "litellm", model="mistral/mistral-small-latest").close()


def make(settings: Settings, name: str, url: str = "", model: str = "tiny") -> Client:
    options = {"base_url": url} if url else {}
    return make_client(settings, RunSpec("", (), name, model, model, options=options), model, {name: KEY})


def terms(hosted: Hosted, guard: Guard) -> Terms:
    options: Mapping[str, Any] = hosted.options or {}
    return Terms(options=options, guard=guard, retry=Retry(tries=2, first=0.01))


class Listener:
    """A port of this machine that counts who comes."""

    def __enter__(self) -> Listener:
        self.met = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._count)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _count(self) -> None:
        for line in self._lines():
            self.met += 1
            line.close()

    def _lines(self) -> Iterator[socket.socket]:
        while True:
            try:
                yield self._socket.accept()[0]
            except OSError:
                return
