"""A run that somebody shared by link, as it was then: read only, for whoever has the link."""

from rlm_app.ui import shell

shell.require_shell()

from rlm_app.ui import shared  # noqa: E402 - reads nothing of an owner's, so the page asks nobody who they are

shared.show(shell.open_app())
