"""Whose key pays in a shared app: the host's only for what the host lends it for, and never unasked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rlm_app import lending
from rlm_app.assemble import backend_named, make_client
from rlm_app.backends import BACKENDS
from rlm_app.build import App, open_app
from rlm_app.cancel import CancelToken
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.prices import FREE, ModelInfo
from rlm_app.quota_checks import QuotaReached
from rlm_app.quotas import Quotas
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.trials import models_of
from rlm_app.types import Limits, RunState, Usage
from tests.servers.openai_server import MODELS, OpenAIServer
from tests.servers.site import Say
from tests.test_quotas import at_once

HOST = "sk-of-the-host-0123456789"
OWN = {"openai": "sk-of-a-visitor-0123456789"}
ANN = "visitor-ann"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(said: dict[str, str] | None = None, **more: Any) -> Settings:
        keys = {"OPENAI_API_KEY": HOST, "MISTRAL_API_KEY": HOST, "AZURE_OPENAI_API_KEY": HOST}
        return Settings(**{"home": tmp_path / "home", "shared": True, "keys": keys, "said": said or {}, **more})

    return make


def order(model: str = "gpt-4.1", backend: str = "openai", **more: Any) -> RunSpec:
    return RunSpec("What?", (), backend, model, model, **more)


def test_strangers_are_lent_no_key_of_the_host_unless_the_host_says_so(settings: Callable[..., Settings]) -> None:
    with pytest.raises(ConfigError, match="needs a key of your own here: enter one in Settings"):
        make_client(settings(), order(), "gpt-4.1", {})
    make_client(settings(), order(), "gpt-4.1", OWN).close()
    make_client(settings({"host_keys": "openai"}), order(), "gpt-4.1", {}).close()
    make_client(settings(shared=False), order(), "gpt-4.1", {}).close()


@pytest.mark.parametrize("said", ["", "false", "no", "anthropic", "anthropic, gemini"])
def test_a_key_that_is_not_lent_is_not_there(settings: Callable[..., Settings], said: str) -> None:
    lent = settings({"host_keys": said})
    backend = backend_named(lent, "openai")
    assert lending.key_for(lent, backend, "gpt-4.1") == ""
    assert not lending.host_pays(lent, order(), {})


def test_a_word_that_names_no_backend_is_refused_when_the_app_starts(settings: Callable[..., Settings]) -> None:
    with pytest.raises(ConfigError, match="RLM_APP_HOST_KEYS names opnai, which is no backend with a key"):
        open_app(settings({"host_keys": "opnai"}), keep=False)


def test_the_hosts_key_serves_the_models_the_host_names_at_every_depth(settings: Callable[..., Settings]) -> None:
    lent = settings({"host_keys": "true", "host_models": "gpt-4.1-mini, gpt-4.1-n*"})
    for spec in (order("gpt-4.1-mini"), order("gpt-4.1-nano")):
        lending.check(lent, spec, {})
    for spec in (order("gpt-4.1"), order("gpt-4.1-mini", depth_models=("gpt-4.1",))):
        with pytest.raises(ConfigError, match=r"With its own key this app offers no gpt-4\.1 of OpenAI"):
            lending.check(lent, spec, {})
        lending.check(lent, spec, OWN)
    offered = settings({"host_keys": "true"})
    lending.check(offered, order("gpt-4.1"), {})
    with pytest.raises(ConfigError, match="offers no gpt-4o of OpenAI"):
        lending.check(offered, order("gpt-4o"), {})


def test_a_model_whose_price_nobody_knows_is_not_paid_for_where_money_is_limited(
    settings: Callable[..., Settings],
) -> None:
    said = {"host_keys": "true", "host_models": "*"}
    with pytest.raises(ConfigError, match="Nobody here knows what new-model of OpenAI costs"):
        lending.check(settings(said, quotas=Quotas(money_a_day=1.0)), order("new-model"), {})
    lending.check(settings(said), order("new-model"), {})


def test_the_test_button_shows_nothing_of_the_hosts_account_that_is_not_lent(
    settings: Callable[..., Settings], server: OpenAIServer
) -> None:
    def models(said: dict[str, str], keys: dict[str, str] | None = None) -> tuple[str, ...]:
        chosen = settings(said, addresses={"openai": server.url})
        return models_of(chosen, backend_named(chosen, "openai"), {}, keys or {}, CancelToken())

    with pytest.raises(ConfigError, match="needs a key of your own"):
        models({})
    assert server.asked == []
    assert models({"host_keys": "openai", "host_models": MODELS[1]}) == MODELS[1:]
    assert models({}, OWN) == MODELS
    assert [each.headers["authorization"] for each in server.asked] == [f"Bearer {HOST}", f"Bearer {OWN['openai']}"]


def test_litellm_uses_no_account_of_the_machine_for_strangers(settings: Callable[..., Settings]) -> None:
    for model in ("mistral/mistral-small-latest", "bedrock/anthropic.claude-sonnet-5-5"):
        with pytest.raises(ConfigError, match="LiteLLM needs a key of your own"):
            make_client(settings(), order(model, "litellm"), model, {})
    own = {"litellm": "any-text"}
    for model in ("bedrock/anthropic.claude-sonnet-5-5", "vertex_ai/gemini-3.8-flash", "gpt-4.1", "sagemaker/x"):
        with pytest.raises(ConfigError, match="providers that a key alone opens"):
            make_client(settings(), order(model, "litellm"), model, own)
    make_client(settings(), order("groq/openai/gpt-oss-20b", "litellm"), "groq/openai/gpt-oss-20b", own).close()


def test_every_backend_says_who_pays(settings: Callable[..., Settings]) -> None:
    lent = settings({"host_keys": "true", "host_models": "*"})
    pays = {each.name for each in BACKENDS if lending.host_pays(lent, order("mistral/x", each.name), {})}
    assert pays == {"openai", "azure_openai", "litellm"}
    for backend in BACKENDS:
        assert not lending.host_pays(lent, order("mistral/x", backend.name), {backend.name: "own"})
        assert not lending.host_pays(lent, order("m/x", backend.name, options={"base_url": "https://x.example"}), {})


@pytest.mark.parametrize("place", ["modal", "prime"])
def test_visitors_run_no_cells_on_an_account_of_the_hosts_that_is_not_lent(
    settings: Callable[..., Settings], place: str
) -> None:
    with pytest.raises(ConfigError, match=f'The environment "{place}" is paid by the host'):
        lending.lent_place(settings({"host_keys": "openai"}), place)
    for said in ("true", f"openai, {place}"):
        lending.lent_place(settings({"host_keys": said}), place)
    lending.lent_place(settings(), "local")
    lending.lent_place(settings(shared=False), place)
    app = open_app(settings(), keep=False)
    start = app.measure(place).wait(20)
    assert start is not None
    assert "does not lend it" in start.problem
    app.close()


@pytest.fixture
def shop(settings: Callable[..., Settings]) -> Iterator[Callable[..., App]]:
    """Return a function that opens a shared app which lends its key of Azure, and how much of it."""
    opened: list[App] = []

    def make(address: str = "", **allowed: Any) -> App:
        said = {"host_keys": "azure_openai", "host_models": "gpt-4.1*"}
        addresses = {"azure_openai": address} if address else {}
        opened.append(open_app(settings(said, quotas=Quotas(**allowed), addresses=addresses)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def contract(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "contract.txt", size: int = 10_000) -> Path:
        path = tmp_path / name
        path.write_text(f"{name}: " + "The supplier may end this agreement.\n" * (size // 37), encoding="utf-8")
        return path

    return make


def test_what_a_visitor_says_of_prices_does_not_make_the_hosts_money_last(
    shop: Callable[..., App], contract: Callable[..., Path], server: OpenAIServer
) -> None:
    server.script = (Say("FINAL(42)", usage=Usage(1, 1_000_000, 10)),)
    app = shop(server.url.removesuffix("/v1"), money_a_day=1.5)
    azure = backend_named(app.settings, "azure_openai")
    app.catalogue.enter(ANN, azure.name, ModelInfo("gpt-4.1", FREE))
    info = app.add_file(contract(), "contract.txt", ANN)
    spec = RunSpec("What?", (info.sha256,), azure.name, "gpt-4.1", "gpt-4.1", limits=Limits(cost=10.0), mode="direct")
    record = app.manager.wait(app.start(spec, ANN), 90)
    assert record.state is RunState.DONE
    assert record.usage.cost == pytest.approx(2.0, rel=0.01)
    assert record.spec.limits.cost == 1.5
    assert app.allowance.today(ANN).mine.spent == pytest.approx(2.0, rel=0.01)
    with pytest.raises(QuotaReached, match=r"spent \$2\.00"):
        app.start(spec, ANN)
    app.start(spec, ANN, {azure.name: "sk-own"})


def test_every_way_to_begin_a_run_asks_at_the_gate(shop: Callable[..., App], contract: Callable[..., Path]) -> None:
    app = shop(runs_a_day=1)
    info = app.add_file(contract(), "contract.txt", ANN)
    spec = RunSpec("What ends the agreement?", (info.sha256,), "offline", "offline", "offline")
    run_id = app.start(spec, ANN)
    assert app.manager.wait(run_id, 60).state is RunState.DONE
    ways: tuple[Callable[[], object], ...] = (
        lambda: app.start(spec, ANN),
        lambda: app.fork(run_id, ANN, 1),
        lambda: app.follow_up(run_id, ANN, "And who?"),
        lambda: app.manager.start(spec, ANN, {}),
    )
    for way in ways:
        with pytest.raises(QuotaReached, match="begun 1 run today"):
            way()
    app.store.update_run(run_id, state=RunState.CANCELLED)
    with pytest.raises(QuotaReached):
        app.resume(run_id, ANN)
    record = app.run(run_id, ANN)
    assert record is not None
    assert record.state is RunState.CANCELLED
    assert len(app.store.runs(ANN)) == 1


def test_a_run_takes_no_more_documents_than_allowed(shop: Callable[..., App], contract: Callable[..., Path]) -> None:
    app = shop(documents_a_run=2)
    infos = [app.add_file(contract(name), name, ANN) for name in ("a.txt", "b.txt", "c.txt")]
    spec = RunSpec("What?", tuple(info.sha256 for info in infos), "offline", "offline", "offline")
    with pytest.raises(QuotaReached, match="3 documents were chosen, and this app takes 2 a run"):
        app.start(spec, ANN)


def test_a_workspace_holds_what_it_may_and_room_comes_back_with_what_is_deleted(
    shop: Callable[..., App], contract: Callable[..., Path]
) -> None:
    app = shop(storage_mb=1, upload_mb=1)
    assert app.file_megabytes == 1
    with pytest.raises(DocumentError, match=r"has 1\.5 MB, and this app takes files of up to 1 MB"):
        app.add_file(contract("big.txt", 1_500_000), "big.txt", ANN)
    first = app.add_file(contract("a.txt", 300_000), "a.txt", ANN)
    assert app.allowance.storage(ANN) == pytest.approx(600_000, rel=0.02)  # and what its pages are called
    app.add_file(contract("a.txt", 300_000), "again.txt", ANN)
    with pytest.raises(DocumentError, match=r"needs 0\.6 MB, and your workspace has 0\.6 MB of 1 MB in use; delete"):
        app.add_file(contract("b.txt", 300_000), "b.txt", ANN)
    app.add_file(contract("b.txt", 300_000), "b.txt", "visitor-bob")
    app.shelf.delete(first.sha256, ANN)
    assert app.allowance.storage(ANN) == 0
    app.add_file(contract("b.txt", 300_000), "b.txt", ANN)


def test_all_workspaces_together_hold_what_the_app_may_keep(
    shop: Callable[..., App], contract: Callable[..., Path]
) -> None:
    app = shop(storage_mb=5, storage_mb_app=1)
    first = app.add_file(contract("a.txt", 300_000), "a.txt", ANN)
    assert app.allowance.storage_left("visitor-bob") == pytest.approx(400_000, rel=0.05)
    with pytest.raises(
        DocumentError, match=r"everybody together has 0\.6 MB of the 1 MB this app keeps in use; try again"
    ):
        app.add_file(contract("b.txt", 300_000), "b.txt", "visitor-bob")
    app.shelf.delete(first.sha256, ANN)
    app.add_file(contract("b.txt", 300_000), "b.txt", "visitor-bob")


def test_what_the_pages_of_a_document_are_called_counts_too(shop: Callable[..., App], tmp_path: Path) -> None:
    app, file = shop(storage_mb=1), tmp_path / "many.md"
    file.write_text("".join(f"# {number} {'long name ' * 8}\n\nx\n\n" for number in range(5_200)), encoding="utf-8")
    size = file.stat().st_size
    assert 2 * size < 1_000_000
    with pytest.raises(DocumentError, match=r"needs 1\.\d MB"):
        app.add_file(file, "many.md", ANN)
    assert app.allowance.storage(ANN) == 0
    roomy = shop(storage_mb=3)
    info = roomy.add_file(file, "many.md", ANN)
    assert roomy.allowance.storage(ANN) > info.size + info.characters + sum(len(page.label) for page in info.pages)


def test_two_files_that_are_added_at_the_same_moment_do_not_share_the_last_room(
    shop: Callable[..., App], contract: Callable[..., Path]
) -> None:
    app = shop(storage_mb=1)
    paths = [contract(f"{number}.txt", 300_000) for number in range(3)]

    def add(number: int) -> object:
        try:
            return app.add_file(paths[number], paths[number].name, ANN)
        except DocumentError as error:
            return error

    results = at_once(3, add)
    assert sum(isinstance(each, DocumentError) for each in results) == 2
    assert len(app.documents(ANN)) == 1


def test_whatever_is_kept_at_the_same_moment_shares_no_room(
    shop: Callable[..., App], contract: Callable[..., Path]
) -> None:
    app = shop(storage_mb=1)
    backups = [contract(f"{number}.zip") for number in range(3)]
    for number, backup in enumerate(backups):
        app.add_file(contract(f"{number}.txt", 300_000), f"{number}.txt", f"visitor-{number}")
        app.backups.write(f"visitor-{number}", backup)
    assert refused(at_once(3, lambda number: caught(lambda: app.backups.restore(backups[number], ANN)))) == 2
    assert len(app.documents(ANN)) == 1

    app.store.add_run(RunRecord("r1", "visitor-bob", order(), RunState.DONE, "boot", 1.0))
    end = time.time() + 1_000
    made = at_once(3, lambda _: caught(lambda: app.sharing.make("r1", "visitor-bob", bytes(600_000), end)))
    assert refused(made) == 2

    log = '{"type": "iteration", "iteration": 1, "response": "%s", "code_blocks": [], "final_answer": "%d"}'
    logs = [contract(f"{number}.jsonl") for number in range(3)]
    for number, path in enumerate(logs):
        path.write_text(log % ("x" * 600_000, number), encoding="utf-8")
    found = at_once(3, lambda number: caught(lambda: app.import_file(logs[number], "visitor-eve")))
    assert refused(found) == 2


def caught(act: Callable[[], object]) -> object:
    try:
        return act()
    except (DocumentError, ConfigError) as error:
        return error


def refused(results: Iterable[object]) -> int:
    return sum(isinstance(each, DocumentError | ConfigError) for each in results)


def test_imported_runs_take_room_too(shop: Callable[..., App], tmp_path: Path) -> None:
    app = shop(upload_mb=1)
    log = tmp_path / "log.jsonl"
    log.write_text("x" * 1_100_000, encoding="utf-8")
    with pytest.raises(DocumentError, match="takes files of up to 1 MB"):
        app.import_file(log, ANN)


def test_a_cell_that_sends_many_dear_calls_at_once_does_not_outspend_what_the_host_allows(
    shop: Callable[..., App], contract: Callable[..., Path], server: OpenAIServer
) -> None:
    code = "```repl\nllm_query_batched([f'{i} ' + 'x' * 40_000 for i in range(50)])\n```"
    dear = Usage(1, 20_000, 20_000)  # 0.20 USD
    server.script = lambda asked: (
        Say("go on", usage=dear, latency=0.3) if "x" * 40_000 in str(asked.body) else Say(code)
    )
    app = shop(server.url.removesuffix("/v1"), money_a_day=1.0)
    info = app.add_file(contract(), "contract.txt", ANN)
    spec = RunSpec("What?", (info.sha256,), "azure_openai", "gpt-4.1", "gpt-4.1", limits=Limits(iterations=2))
    record = app.manager.wait(app.start(spec, ANN), 90)
    assert record.state is RunState.LIMIT
    assert 0.8 < app.allowance.today(ANN).mine.spent <= 1.21
