"""The connections beneath the clients: framing, keeping, proxies, TLS. What calls do with them is in the conformance list."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import socket
import ssl
from pathlib import Path

import httpx2
import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.trouble import Kind, Trouble, seconds_of
from rlm_app.clients.wire import Wire
from rlm_app.clients.wire_answer import Answer
from rlm_app.clients.wire_incoming import Incoming
from rlm_app.clients.wire_route import route_to
from rlm_app.clients.wire_sdk import Calls, http_client, pieces_of
from tests.servers.raw_server import RawServer, Talk, say, say_and_close, tunnel_to

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
JUST_OK = say(OK)


def ask(url: str, times: int = 1, body: bytes = b"", timeout: float = 5.0) -> list[tuple[int, bytes]]:
    wire = Wire(url, timeout)
    try:
        return [_once(wire, body) for _ in range(times)]
    finally:
        wire.close()


def _once(wire: Wire, body: bytes) -> tuple[int, bytes]:
    exchange = wire.exchange("POST /v1/x", b"x-a: b\r\n", body, CancelToken())
    with exchange as answer:
        return answer.status, b"".join(exchange.pieces())


def trouble(*talks: Talk, body: bytes = b"") -> Trouble:
    with RawServer(talks) as server, pytest.raises(Trouble) as caught:
        ask(f"http://127.0.0.1:{server.port}", body=body, timeout=0.3)
    return caught.value


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (OK, True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nt: 1\r\n\r\n", True),
        (b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + OK, True),
        (b"HTTP/1.1 200\r\nContent-Length:2\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", False),
    ],
    ids=["length", "chunks", "interim", "terse", "close", "old"],
)
def test_a_body_is_read_as_it_is_framed_and_the_connection_kept_where_it_may_be(data: bytes, kept: bool) -> None:
    with RawServer([say(data)]) as server:
        assert ask(f"http://127.0.0.1:{server.port}", times=3) == [(200, b"ok")] * 3
    assert server.connections == (1 if kept else 3)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_an_answer_reads_the_same_in_whatever_pieces_it_comes(size: int) -> None:
    head = b"HTTP/1.1 200 OK\nA:b\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = head + b"3\r\none\r\n0005;x\r\n, two\r\n0\r\nt: 1\r\n\r\n"
    pieces = iter([data[start : start + size] for start in range(0, len(data), size)])
    answer = Answer(Incoming(lambda most: next(pieces, b"")))
    assert answer.headers == {"a": "b", "transfer-encoding": "chunked"}
    assert b"".join(answer.body()) == b"one, two"
    assert answer.over


def test_chunks_that_came_together_are_read_in_one_piece_and_before_the_next_is_waited_for() -> None:
    came = [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n3\r\nc", b"de\r\n0\r\n\r\n"]
    waiting = list(came)
    body = Answer(Incoming(lambda most: waiting.pop(0))).body()
    assert [next(body), next(body)] == [b"ab", b"c"]
    assert waiting == came[1:]
    assert list(body) == [b"de"]


def test_what_comes_unasked_behind_an_answer_is_not_taken_for_the_next_one() -> None:
    with RawServer([say(OK + OK)]) as server:
        assert ask(f"http://127.0.0.1:{server.port}", times=2) == [(200, b"ok")] * 2
    assert server.connections == 2


def test_an_answer_that_is_compressed_unasked_is_read_beneath_an_sdk_too() -> None:
    packed = gzip.compress(b"data: {}\n\n")
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    with RawServer([say(head + packed)]) as server:
        url = f"http://127.0.0.1:{server.port}"
        client = http_client(httpx2, Wire(url, 5.0), Calls())
        response = client.send(client.build_request("POST", f"{url}/v1", content="{}"), stream=True)
        assert b"".join(pieces_of(response)) == b"data: {}\n\n"
        response.close()
        client.close()
    assert server.requests[0].startswith(b"POST /v1 HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"content-length: 2\r\n\r\n{}")


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    with RawServer([say_and_close(b"HTTP/1.1 200 OK\r\n\r\nok")]) as server:
        assert ask(f"http://127.0.0.1:{server.port}") == [(200, b"ok")]


def test_a_request_names_its_host_and_length_once() -> None:
    with RawServer([JUST_OK]) as server:
        ask(f"http://127.0.0.1:{server.port}/v1", body=b"hello")
    head = b"POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-length: 5\r\nx-a: b\r\n\r\nhello" % server.port
    assert server.requests == [head]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.BROKEN),
        (b"HTTP/1.1 200 OK\r\ncontent-le", Kind.BROKEN),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok", Kind.BROKEN),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nok", Kind.BROKEN),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", Kind.NONSENSE),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", Kind.NONSENSE),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Kind.NONSENSE),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000 + b"\r\n", Kind.NONSENSE),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000, Kind.NONSENSE),
    ],
)
def test_what_breaks_off_is_told_from_what_is_no_http(data: bytes, kind: Kind) -> None:
    assert trouble(say_and_close(data)).kind is kind


def test_a_server_that_says_nothing_is_not_waited_for_longer_than_allowed() -> None:
    assert trouble(lambda line, request: None).kind is Kind.TIMEOUT


@pytest.mark.skipif(not hasattr(socket, "TCP_CORK"), reason="needs Linux, to send the answer and the end together")
def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again() -> None:
    def answer_and_end_at_once(line: socket.socket, request: bytes) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        say_and_close(OK)(line, request)

    with RawServer([answer_and_end_at_once]) as server:
        assert ask(f"http://127.0.0.1:{server.port}", times=3) == [(200, b"ok")] * 3
    assert server.connections == 3


def test_a_refusal_that_comes_before_a_long_body_is_sent_is_read() -> None:
    talk = say_and_close(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
    with RawServer([talk], read=lambda line: line.recv(1)) as server:
        assert ask(f"http://127.0.0.1:{server.port}", body=b"x" * 20_000_000) == [(413, b"big")]


def test_a_stop_before_the_connection_is_made_makes_none() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with RawServer([JUST_OK]) as server:
        wire = Wire(f"http://127.0.0.1:{server.port}", 5.0)
        with pytest.raises(Trouble), wire.exchange("GET /", b"", b"", cancel):
            pass
        wire.close()
    assert server.requests == []


def test_an_answer_that_was_not_read_to_its_end_is_not_kept() -> None:
    with RawServer([JUST_OK]) as server:
        wire = Wire(f"http://127.0.0.1:{server.port}", 5.0)
        for _ in range(2):
            with wire.exchange("GET /", b"", b"", CancelToken()) as answer:
                assert answer.status == 200
        wire.close()
    assert server.connections == 2


def test_a_proxy_is_asked_for_the_whole_address_with_its_own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer([JUST_OK]) as proxy:
        monkeypatch.setenv("http_proxy", f"http://ann:p%40ss@127.0.0.1:{proxy.port}")
        assert ask("http://models.example:8080/v1") == [(200, b"ok")]
    (request,) = proxy.requests
    assert request.startswith(b"POST http://models.example:8080/v1/x HTTP/1.1\r\nhost: models.example:8080\r\n")
    assert b"proxy-authorization: Basic YW5uOnBAc3M=\r\n" in request


@pytest.mark.parametrize("url", ["http://localhost:1234/v1", "http://127.0.0.1:1/v1", "http://[::1]:1/v1"])
def test_what_runs_on_this_machine_is_reached_past_any_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert route_to(url).host != "proxy.example"
    assert route_to("http://models.example/v1").host == "proxy.example"
    monkeypatch.setenv("no_proxy", "models.example")
    assert route_to("http://models.example/v1").host == "models.example"


@pytest.mark.parametrize("url", ["ftp://host/v1", "localhost:11434/v1", "http://", "http://host:port/v1"])
def test_an_address_that_is_none_is_told_before_anything_is_sent(url: str) -> None:
    with pytest.raises(Trouble) as caught:
        route_to(url)
    assert caught.value.kind is Kind.UNREACHABLE
    assert caught.value.said


def test_a_proxy_that_cannot_be_used_is_told_and_not_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(Trouble, match="socks5"):
        route_to("https://models.example/v1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate of our own for this machine: the server's context, and the file that says to trust it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.timezone.utc)  # noqa: UP017
    address = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("models.test")]
    )
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    file, secret = folder / "cert.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file


def test_a_server_is_spoken_to_over_tls_when_its_certificate_is_trusted(
    certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with RawServer([JUST_OK], context) as server:
        assert ask(f"https://127.0.0.1:{server.port}/v1", times=2) == [(200, b"ok")] * 2
    assert server.connections == 1


def test_a_certificate_that_is_not_trusted_is_refused_with_the_reason(
    certificate: tuple[ssl.SSLContext, Path],
) -> None:
    with RawServer([JUST_OK], certificate[0]) as server, pytest.raises(Trouble) as caught:
        ask(f"https://127.0.0.1:{server.port}/v1")
    assert caught.value.kind is Kind.UNREACHABLE
    assert "certificate" in caught.value.said.lower()
    assert server.requests == []


def test_a_secure_server_is_reached_through_a_tunnel_that_the_proxy_cannot_look_into(
    certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, file = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with RawServer([JUST_OK], context) as server, RawServer([tunnel_to(server.port)]) as proxy:
        monkeypatch.setenv("https_proxy", f"http://ann:x@127.0.0.1:{proxy.port}")
        assert ask("https://models.test/v1", times=2) == [(200, b"ok")] * 2
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT models.test:443 HTTP/1.1\r\nhost: models.test:443\r\nproxy-authorization: ")
    assert server.requests[0].startswith(b"POST /v1/x HTTP/1.1\r\nhost: models.test\r\n")
    assert b"proxy-authorization" not in server.requests[0]


def test_a_proxy_that_gives_no_tunnel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer([say(b"HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\n\r\n")]) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(Trouble, match=r"the proxy 127\.0\.0\.1 answers 407"):
            ask("https://models.test/v1")


def test_the_wait_a_server_asks_for_is_read_in_each_form() -> None:
    assert seconds_of("1.5") == 1.5
    assert seconds_of("60", "30") == 0.03
    assert seconds_of("60", "soon") == 60
    assert seconds_of(None) is None
    assert seconds_of("whenever") is None
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert seconds_of("-5") == 0.0
