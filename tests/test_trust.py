"""Who may run a model's code where it cannot be confined."""

import dataclasses
from pathlib import Path

import pytest

from rlm_app.environments.confinement.words import Kind, Level
from rlm_app.errors import ConfigError
from rlm_app.settings import Settings
from rlm_app.trust import ConsentNeeded, options_for

CONFINED = Level(Kind.CONFINED)
OPEN = Level(Kind.UNCONFINED, ("files", "network", "processes"))
MINE = Settings(home=Path("unused"))
SHARED = dataclasses.replace(MINE, shared=True)
ALLOWED = dataclasses.replace(MINE, allow_unconfined=True)


@pytest.mark.parametrize("settings", [MINE, SHARED, ALLOWED])
def test_where_code_is_confined_it_runs_at_once_and_its_worker_must_be_confined_too(settings: Settings) -> None:
    assert options_for(settings, "local", ours=False, consented=False, found=CONFINED)["plan"].required


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("settings", [SHARED, dataclasses.replace(SHARED, allow_unconfined=True)])
def test_a_shared_app_refuses_whoever_agrees(settings: Settings, ours: bool) -> None:
    with pytest.raises(ConfigError) as refused:
        options_for(settings, "local", ours=ours, consented=True, found=OPEN)
    assert not isinstance(refused.value, ConsentNeeded)
    assert "could read your files, reach the network and start programs" in str(refused.value)
    assert "doctor" in str(refused.value)


def test_on_ones_own_machine_the_apps_own_code_runs_at_once() -> None:
    assert not options_for(MINE, "local", ours=True, consented=False, found=OPEN)["plan"].required


def test_a_models_code_needs_consent_which_offers_docker() -> None:
    with pytest.raises(ConsentNeeded) as asked:
        options_for(MINE, "local", ours=False, consented=False, found=Level(Kind.PARTLY, ("network",)))
    assert "could reach the network." in str(asked.value)
    assert "docker" in str(asked.value)


@pytest.mark.parametrize(("settings", "consented"), [(MINE, True), (ALLOWED, False)])
def test_with_consent_or_an_operators_word_it_runs(settings: Settings, consented: bool) -> None:
    assert not options_for(settings, "local", ours=False, consented=consented, found=OPEN)["plan"].required


@pytest.mark.parametrize("environment", ["docker", "modal", "prime"])
def test_other_environments_keep_their_own_walls(environment: str) -> None:
    assert options_for(SHARED, environment, ours=False, consented=False, found=OPEN) == {}


@pytest.mark.parametrize(
    ("environ", "shared", "allowed"),
    [
        ({}, False, False),
        ({"RLM_APP_MODE": "shared"}, True, False),
        ({"RLM_APP_ALLOW_UNCONFINED": "1"}, False, True),
        ({"RLM_APP_MODE": "local", "RLM_APP_ALLOW_UNCONFINED": "0"}, False, False),
    ],
)
def test_the_environment_says_whose_app_it_is(environ: dict[str, str], shared: bool, allowed: bool) -> None:
    settings = Settings.from_environment({**environ, "RLM_APP_HOME": "unused"}, secrets=())
    assert (settings.shared, settings.allow_unconfined) == (shared, allowed)
