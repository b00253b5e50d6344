"""The secret by which this app knows what it gave out itself: the host's, or one made for this data folder and kept there."""

from __future__ import annotations

import os
import secrets

from rlm_app.errors import ConfigError, StoreError
from rlm_app.settings import Settings

_SHORTEST = 32
_NAME = "cookie.key"


def secret(settings: Settings) -> bytes:
    """Return the secret for signing; raise `ConfigError` for one that is too short, `StoreError` where none can be kept."""
    if given := settings.said.get("cookie_secret"):
        if len(given) < _SHORTEST:
            raise ConfigError(
                f"RLM_APP_COOKIE_SECRET has {len(given)} characters, and one that can be guessed lets people into the "
                f"workspaces of others. Set it to {_SHORTEST} random ones or more, or take it away."
            )
        return given.encode()
    return _kept(settings)


def _kept(settings: Settings) -> bytes:
    """Return the secret of the data folder, made when there is none; whoever comes second takes the first one's."""
    path = settings.home / _NAME
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            found = path.read_bytes()
        else:
            found = secrets.token_hex(_SHORTEST).encode()
            with os.fdopen(file, "wb") as new:
                new.write(found)
    except OSError as error:
        raise StoreError(
            f"The file {path}, by which visitors are known again, cannot be read or made ({error.strerror}). Set "
            "RLM_APP_HOME to a folder that you may write to."
        ) from error
    if len(found) < _SHORTEST:
        raise StoreError(f"The file {path} was cut off. Remove it and start the app again; visitors begin anew.")
    return found
