"""A provider of sign-ins on this machine: it asks nobody for a password, and checks everything a real one checks."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, PASSWORD = "rlm-app", "the secret of this client"


class Provider:
    """People by subject with their claims, and the codes that were given out and not yet redeemed."""

    def __init__(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        self.people = people
        self.address = ""
        self.redeemed = 0
        self._key = RSAKey.generate_key(2048, {"kid": "one"})
        self._codes: dict[str, dict[str, str]] = {}

    def metadata(self) -> dict[str, Any]:
        """Return what a client reads first."""
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {
            "issuer": self.address,
            **{name: f"{self.address}/{path}" for name, path in names.items()},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """Return the public key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def choices(self, asked: Mapping[str, str]) -> str:
        """Return the page on which a person says who they are."""
        links = (urlencode({**asked, "as": subject}) for subject in self.people)
        named = zip(links, self.people.values(), strict=True)
        return "".join(f'<p><a href="/as?{html.escape(link)}">{claims["name"]}</a>' for link, claims in named)

    def back(self, asked: Mapping[str, str]) -> str:
        """Return the address to go back to, with a code for the person that was chosen."""
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = dict(asked)
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, given: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """Redeem a code, once, for who asked for it."""
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{PASSWORD}".replace(" ", "+").encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{PASSWORD}".encode()).decode()
        assert authorization in {basic, plain}, "not our client"
        asked = self._codes.pop(given["code"])
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        assert given["redirect_uri"] == asked["redirect_uri"]
        self.redeemed += 1
        now = int(time.time())
        claims = {"iss": self.address, "sub": asked["as"], "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], **self.people[asked["as"]]}
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, self._key),
        }


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(found.query).items()}
            if found.path == "/authorize":
                self._say(200, provider.choices(asked), "text/html")
            elif found.path == "/as":
                self._say(302, "", "text/plain", provider.back(asked))
            elif found.path == "/keys":
                self._say(200, json.dumps(provider.keys()), "application/json")
            else:
                self._say(200, json.dumps(provider.metadata()), "application/json")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            answer = provider.token(given, self.headers.get("Authorization", ""))
            self._say(200, json.dumps(answer), "application/json")

        def _say(self, status: int, body: str, kind: str, location: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def providing(people: Mapping[str, Mapping[str, Any]]) -> Iterator[Provider]:
    """Give a provider that knows these people, for the time of the block."""
    provider = Provider(people)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
