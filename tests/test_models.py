from __future__ import annotations

import datetime as dt
import json

import pytest

from rlm_app.backends import BACKENDS, Backend
from rlm_app.models import ENTERED, HERE, MOST_OUTPUT, from_json, look_up, offered, output_limit, to_json
from rlm_app.prices import PRICE_LIST, ModelInfo, Rates, price_table


def backend(name: str) -> Backend:
    return Backend(name, name, "", "offline" if name == "offline" else "openai", ("m",), ("m",), "K")


OLLAMA = Backend("ollama", "Ollama", "", "openai", ("m",), ("m",), base_url="ollama", own_url=True)
AZURE = Backend("azure_openai", "Azure", "", "azure_openai", ("m",), ("m",), "K", own_url=True)


@pytest.mark.parametrize(
    ("name", "model", "row"),
    [
        ("openai", "gpt-4o", "gpt-4o"),
        ("openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("openai", "gpt-4o-2031-01-31", "gpt-4o"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:house::abc", "ft:gpt-4o-mini-2024-07-18"),
        ("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("anthropic", "claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("anthropic", "claude-sonnet-4-5-latest", "claude-sonnet-4-5"),
        ("gemini", "gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("azure_openai", "gpt-4o", "azure/gpt-4o"),
        ("openrouter", "openai/gpt-4o", "gpt-4o"),
        ("openrouter", "anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("openrouter", "google/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("portkey", "@openai/gpt-4o", "gpt-4o"),
        ("litellm", "gpt-4o", "gpt-4o"),
        ("litellm", "openai/gpt-4o", "gpt-4o"),
        ("litellm", "gemini/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("litellm", "azure/gpt-4o", "azure/gpt-4o"),
        (
            "litellm",
            "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
            "anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
    ],
)
def test_a_model_is_found_by_the_names_its_backend_knows_it_by(name: str, model: str, row: str) -> None:
    found, listed = look_up(backend(name), model), price_table()[row].model
    assert found.rates.known
    assert (found.rates, found.context_window) == (listed.rates, listed.context_window)
    assert found.name == model
    assert found.source.startswith(PRICE_LIST)
    assert row == model or row.endswith(f"/{model}") or row in found.source


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("openai", "gpt-of-tomorrow"),
        ("openai", "claude-sonnet-4-5"),
        ("anthropic", "gpt-4o"),
        ("azure_openai", "my-deployment"),
        ("openrouter", "qwen/qwen3-coder"),
        ("openrouter", "openai/gpt-4o:floor"),
        ("openrouter", "gpt-4o"),
        ("portkey", "gpt-4o"),
        ("portkey", "@our-team/gpt-4o"),
        ("litellm", "openai/"),
        ("scripted", "gpt-4o"),
    ],
)
def test_what_is_not_surely_known_is_not_guessed(name: str, model: str) -> None:
    assert look_up(backend(name), model) == ModelInfo(model)


def test_a_hosted_backend_at_another_address_has_no_known_price() -> None:
    openai = backend("openai")
    assert not look_up(openai, "gpt-4o", "http://127.0.0.1:4000/v1").rates.known
    assert look_up(openai, "gpt-4o", "https://api.openai.com/v1/").rates.known
    assert look_up(AZURE, "gpt-4o", "https://house.openai.azure.com").rates.known


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:11434/v1", "http://localhost:9/v1", "http://[::1]:9/v1"])
def test_a_server_on_this_machine_costs_nothing_and_that_is_known(address: str | None) -> None:
    found = look_up(OLLAMA, "qwen3:8b", address)
    assert (found.rates.input, found.rates.output, found.source) == (0.0, 0.0, HERE)


@pytest.mark.parametrize(
    ("model", "address"),
    [
        ("qwen3:8b", "http://10.0.0.7:11434/v1"),
        ("qwen3:8b", "http://localhost.example.com/v1"),
        ("gpt-oss:20b-cloud", None),
    ],
)
def test_a_server_elsewhere_and_a_model_in_the_cloud_may_cost_something(model: str, address: str | None) -> None:
    assert not look_up(OLLAMA, model, address).rates.known


def test_the_finder_of_this_app_is_free() -> None:
    assert look_up(backend("offline"), "offline").rates.input == 0


def test_what_a_person_entered_goes_first_and_comes_back_from_the_store_as_it_was() -> None:
    own = {
        ("openai", "gpt-4o"): ModelInfo("gpt-4o", Rates(1.0, 2.0, None, 3.0), 64_000, None, ENTERED),
        ("vllm", "house"): ModelInfo("house", Rates(), 32_000, 4_000, ENTERED),
    }
    kept = from_json(json.loads(json.dumps(to_json(own))))
    assert kept == own
    assert look_up(backend("openai"), "gpt-4o", "http://127.0.0.1:1/v1", kept).rates.output == 2.0
    assert look_up(backend("anthropic"), "gpt-4o", None, kept).rates.output is None


def test_a_reply_has_a_sane_limit_where_the_list_knows_one() -> None:
    assert output_limit(ModelInfo("m", max_output=4096)) == 4096
    assert output_limit(ModelInfo("m", max_output=1_000_000)) == MOST_OUTPUT
    assert output_limit(ModelInfo("m")) is None


def test_models_are_offered_by_the_names_that_the_backend_takes_without_odd_and_retired_ones() -> None:
    day = dt.date(2026, 11, 1)
    openai, gemini = offered(backend("openai"), day), offered(backend("gemini"), day)
    assert "gpt-4o" in openai
    assert "gemini-2.5-pro" in gemini
    assert not [name for name in openai if "audio" in name or "realtime" in name or name.startswith("ft:")]
    assert all(look_up(backend("openai"), name).rates.known for name in openai)
    leaving = next(name for name in openai if look_up(backend("openai"), name).retires)
    assert leaving not in offered(backend("openai"), dt.date(2099, 1, 1))
    assert offered(OLLAMA, day) == ()
    assert {"gpt-4o", "azure/gpt-4o"} & set(offered(backend("litellm"), day)) == {"gpt-4o"}


def test_no_model_that_is_offered_first_retires_within_months_of_the_price_list() -> None:
    soon = "2027-03-01"
    for each in BACKENDS:
        for model in {*each.root_models, *each.sub_models}:
            assert not look_up(each, model).retires or look_up(each, model).retires > soon, f"{each.name}: {model}"


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini", "azure_openai", "portkey", "litellm"])
def test_the_models_that_are_offered_first_have_a_price_and_a_window(name: str) -> None:
    (found,) = (each for each in BACKENDS if each.name == name)
    for model in {*found.root_models, *found.sub_models}:
        info = look_up(found, model)
        assert info.rates.known, model
        assert info.context_window, model
