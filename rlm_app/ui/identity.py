"""Who is looking at a page: this machine's one person, somebody who signed in, or a browser with a workspace of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from rlm_app import owners
from rlm_app.settings import Settings
from rlm_app.ui import host, returning, visitor

SIGN_OUT = "Sign out"


class Refused(Exception):
    """Somebody may not see any page; `title` and `sentence` are what they are told, `way_out` draws what they can do."""

    def __init__(self, title: str, sentence: str, way_out: Callable[[], object] | None = None) -> None:
        super().__init__(sentence)
        self.title = title
        self.sentence = sentence
        self.way_out = way_out


def owner() -> str:
    """Return the owner of all that the page reads and writes; where nobody is known yet, ask, and end the page.

    Raises `Refused` for who may not look, `ConfigError` and `StoreError` for settings that cannot be used.
    """
    settings = host.settings()
    if not settings.shared:
        _refuse_others()
        return owners.LOCAL
    if _people_sign_in(settings):
        return _person(settings)
    return visitor.owner(settings)


def arrive() -> None:
    """Lead somebody who has just signed in to the address they had asked for; to be called once a run, after `owner`."""
    settings = host.settings()
    if settings.shared and _people_sign_in(settings):
        returning.lead()


def reach() -> None:
    """Raise `Refused` where not even a page for everybody is shown: in an app of one person, to anybody elsewhere."""
    if not host.settings().shared:
        _refuse_others()


def signed_in() -> str:
    """Return what to call the person who signed in, "" where nobody signs in."""
    settings = host.settings()
    claims = _claims() if settings.shared and settings.login else {}
    return str(claims.get("name") or claims.get("email") or claims.get("sub") or "")


def _refuse_others() -> None:
    """Raise `Refused` unless the browser is on this machine and has called it so."""
    headers = st.context.headers
    said = (st.context.ip_address, headers.get("Host"), headers.get("Origin"))
    # Streamlit's tests give something else than text where a browser would say something.
    if not owners.is_from_here(*(each if isinstance(each, str) else None for each in said)):
        raise Refused("This app is for one person on its own machine", not_here())


def not_here() -> str:
    """Return what somebody is told who reaches an app of one person from elsewhere, or under another name."""
    return (
        "It was asked for from another machine or under another name. On the machine itself, open it as "
        "http://localhost with its port. To let other people use it, start it with RLM_APP_MODE=shared: then each has a "
        "workspace of their own."
    )


def _people_sign_in(settings: Settings) -> bool:
    return bool(settings.login) or _streamlit_signs_in()


def _streamlit_signs_in() -> bool:
    """Whether Streamlit has been told of a provider that we have not: then nobody is let in without signing in."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def _person(settings: Settings) -> str:
    if not st.user.get("is_logged_in"):
        _ask(settings)
    claims = _claims()
    issuer, subject = claims.get("iss") or claims.get("provider"), claims.get("sub")
    if not issuer or not subject:
        raise Refused(
            "Signing in did not say who you are",
            "The provider sent no issuer or no subject, by which you would be known again. The host can choose another "
            "provider in the table [auth] of the secrets.",
            _way_out,
        )
    if not owners.is_let_in(claims, settings.people):
        raise Refused(
            "You are not on the list of this app",
            "You signed in, but its host has not let in your account, or your provider has not checked your mail address. "
            "Ask the host to add you, or sign in with another account.",
            _way_out,
        )
    return owners.person(str(issuer), str(subject))


def _claims() -> Mapping[str, Any]:
    return {**st.user.to_dict()}


def _ask(settings: Settings) -> None:
    """Draw the page of somebody who has not signed in, and end it."""
    st.header("Sign in", anchor=False)
    st.markdown("This app is shared. What you add and ask is yours alone; sign in, so that you find it again.")
    for name in settings.login or ("",):
        label = f"Sign in with {name}" if name else "Sign in"
        st.button(label, key=f"sign-in-{name}", type="primary", on_click=st.login, args=(name,) if name else ())
    returning.note()
    st.stop()


def _way_out() -> None:
    st.button(SIGN_OUT, key="sign-out-refused", on_click=st.logout)
