"""The sender against real receivers: those that fail, hang, hang up, redirect and trickle."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from helpdesk.adapters import outbound_http
from helpdesk.adapters.outbound_http import OutboundHTTP
from helpdesk.adapters.webhook_sender import HTTPWebhookSender
from helpdesk.webhooks import Attempt
from tests.fakes.http_server import serving

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HEADERS = {"Content-Type": "application/json", "X-Helpdesk-Event": "document.ready"}


@pytest.fixture(scope="module")
def received():
    return []


@pytest.fixture(scope="module")
def base_url(received):
    async def answer(request):
        received.append((request.url.path, dict(request.headers), await request.body()))
        return Response(status_code=request.path_params["status"])

    async def redirect(_):
        return RedirectResponse("/answer/200", status_code=307)

    async def endless(_):
        async def bytes_():
            while True:
                yield b"x" * 8192
                await asyncio.sleep(0.001)

        return StreamingResponse(bytes_())

    routes = [
        Route("/answer/{status:int}", answer, methods=["POST"]),
        Route("/redirect", redirect, methods=["POST"]),
        Route("/endless", endless, methods=["POST"]),
    ]
    with serving(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
def sender():
    return HTTPWebhookSender(OutboundHTTP(allow_private=True), total_seconds=1.0)


def post(sender, url):
    return sender.post(url, HEADERS, b'{"id":"evt_1"}', NOW)


@pytest.mark.parametrize("status", [200, 204, 400, 410, 500])
def test_the_status_is_what_came_of_it(sender, base_url, received, status):
    received.clear()

    assert post(sender, f"{base_url}/answer/{status}") == Attempt(NOW, status=status)

    ((_, headers, body),) = received
    assert body == b'{"id":"evt_1"}'
    assert headers["x-helpdesk-event"] == "document.ready"


def test_the_host_keeps_its_name(sender, base_url, received):
    received.clear()
    named = base_url.replace("127.0.0.1", "localhost")

    post(sender, f"{named}/answer/200")

    ((_, headers, _),) = received
    assert headers["host"] == named.removeprefix("http://")


def test_a_redirect_is_not_followed(sender, base_url, received):
    received.clear()

    assert post(sender, f"{base_url}/redirect") == Attempt(NOW, status=307)
    assert received == []


def test_of_an_endless_answer_a_little_is_read(sender, base_url):
    started = time.monotonic()

    assert post(sender, f"{base_url}/endless") == Attempt(NOW, status=200)
    assert time.monotonic() - started < 0.9


def test_a_private_address_is_not_called(base_url, received):
    received.clear()

    careful = HTTPWebhookSender(OutboundHTTP())

    for url in (base_url, base_url.replace("127.0.0.1", "localhost")):
        assert post(careful, f"{url}/answer/200") == Attempt(NOW, problem="private_address")
    assert received == []


def test_nobody_there(sender):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}/"

        assert post(sender, url) == Attempt(NOW, problem="not_connected")


@contextmanager
def raw_receiver(answer):
    """A receiver that speaks no HTTP of itself; ``answer`` gets its connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            with listener.accept()[0] as connection:
                connection.recv(65536)
                answer(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


def _until_hung_up(connection, send=b""):
    connection.settimeout(0.2)
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        try:
            if send:
                connection.sendall(send)
                time.sleep(0.1)
            elif not connection.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda _: None, "broken_off"),
        (lambda connection: connection.sendall(b"HTTP/1.1 2"), "broken_off"),
        (lambda connection: connection.sendall(b"220 mail.example ESMTP\r\n"), "broken_off"),
        (_until_hung_up, "timeout"),
        # Silence is never longer than a tenth of a second here.
        (lambda connection: _until_hung_up(connection, b"HTTP/1.1 100 Continue\r\n"), "timeout"),
    ],
    ids=["hangs up", "in the middle", "another protocol", "hangs", "trickles"],
)
def test_receivers_that_do_not_answer(sender, answer, problem):
    started = time.monotonic()
    with raw_receiver(answer) as url:
        attempt = post(sender, url)
        took = time.monotonic() - started

    assert attempt == Attempt(NOW, problem=problem)
    assert took < 2.0


def test_an_answer_that_begins_is_an_answer(sender):
    def begin(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        _until_hung_up(connection)

    with raw_receiver(begin) as url:
        assert post(sender, url) == Attempt(NOW, status=200)


def test_a_resolver_that_hangs_ends_with_the_rest(sender, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(outbound_http, "pinned", lambda *_: release.wait(5))
    started = time.monotonic()

    attempt = post(sender, "http://127.0.0.1/")

    release.set()
    assert attempt == Attempt(NOW, problem="no_address")
    assert time.monotonic() - started < 2.0
