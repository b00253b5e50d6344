import pytest

from rlm_app.clients.scripted import ScriptedClient
from rlm_app.engine import prompts
from rlm_app.engine.profiles import CALLER, FRONTIER, PROFILES, SMALL, Profile, profile_for
from tests.engine.loop import ANSWER, drive


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("gpt-5", FRONTIER),
        ("gpt-5-mini", FRONTIER),
        ("anthropic/claude-sonnet-4.5", FRONTIER),
        ("gemini-2.5-pro", FRONTIER),
        ("llama-3.3-70b-instruct", FRONTIER),
        ("qwen/qwen3-235b-a22b", FRONTIER),
        ("offline", FRONTIER),
        ("", FRONTIER),
        ("qwen/qwen3-coder", CALLER),
        ("Qwen/Qwen3-Coder-480B-A35B-Instruct", CALLER),
        ("qwen3:8b", SMALL),
        ("Qwen/Qwen3-8B", SMALL),
        ("qwen3-30b-a3b", SMALL),
        ("qwen/qwen3-30b-a3b-instruct-2507", SMALL),
        ("qwen2.5-coder:7b", SMALL),
        ("gpt-oss:20b", SMALL),
        ("gpt-oss:120b", FRONTIER),
        ("llama3.1", SMALL),
        ("gemma3:latest", SMALL),
        ("phi-4", SMALL),
    ],
)
def test_a_model_is_known_by_its_name(model: str, profile: Profile) -> None:
    assert profile_for(model) is profile


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_begins_with_the_mark_and_shows_how_a_cell_is_written(profile: Profile) -> None:
    text = prompts.system_prompt(profile=profile)
    assert text.startswith(prompts.ROOT_MARK)
    assert "```repl" in text
    assert f"up to about {profile.passage:,} characters" in text
    assert "{passage}" not in text
    assert profile.description


def test_small_models_are_told_of_small_passages_and_callers_of_fewer_calls() -> None:
    assert "20,000 characters" in prompts.system_prompt(profile=SMALL)
    assert "100,000" not in prompts.system_prompt(profile=SMALL)
    assert "at most 20 prompts" in prompts.system_prompt(profile=CALLER)


def test_the_root_models_profile_is_in_its_first_prompt() -> None:
    run = drive([ANSWER])
    assert run.prompt(1).messages[0].content == prompts.system_prompt(profile=FRONTIER)
    small = drive([ANSWER], root_model="qwen3:8b")
    assert isinstance(small.root, ScriptedClient)
    assert small.prompt(1).messages[0].content == prompts.system_prompt(profile=SMALL)


def test_a_persons_own_prompt_stands_as_it_is_with_braces_and_without_a_profile() -> None:
    own = 'Write ```repl blocks. Say {name} and {{"a": 1}}, 100%.'
    run = drive([ANSWER], root_model="qwen3:8b", system_prompt=own)
    assert run.prompt(1).messages[0].content == own
