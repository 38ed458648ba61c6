"""The tenants' systems over real sockets: what is sent, and what whatever comes back means."""

import asyncio
import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route

from helpdesk.adapters.outbound_http import MAX_ANSWER_BYTES, OutboundHTTP
from helpdesk.adapters.tool_caller import HTTPToolCaller
from helpdesk.ids import TenantId
from helpdesk.tool_calls import Answered, NeverSeen, NoAnswer, NotSent
from helpdesk.tools import Endpoint, Tool
from tests.fakes.http_server import serving

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")


class Signed:
    """Signatures that can be read."""

    def header(self, tenant, body, now):
        return f"{tenant} {len(body)} {now:%H:%M}"


class Shop:
    """An endpoint that does as its path says, and remembers what it was sent."""

    def __init__(self):
        self.url = ""
        self.requests = []
        methods = ["GET", "POST", "PUT"]
        self.app = Starlette(routes=[Route("/{rest:path}", self.answer, methods=methods)])

    async def answer(self, request):
        self.requests.append((request, await request.body()))
        match request.path_params["rest"].split("/"):
            case ["hangs"]:
                await asyncio.Event().wait()
            case ["drips"]:
                return StreamingResponse(drops(), media_type="application/json")
            case ["redirects"]:
                return RedirectResponse("/ok")
            case ["text", text]:
                return PlainTextResponse(text)
            case ["large"]:
                return JSONResponse({"text": "x" * MAX_ANSWER_BYTES})
            case ["list"]:
                return JSONResponse([1, 2])
            case ["status", status]:
                return JSONResponse({"detail": "No."}, int(status))
            case ["keys", "known"]:
                return JSONResponse({"id": "re_1"})
            case ["keys", _]:
                return JSONResponse({}, 404)
        return JSONResponse({"weight": 1.5})


async def drops():
    while True:
        yield b" "
        await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def shop():
    shop = Shop()
    with serving(shop.app) as shop.url:
        yield shop


@pytest.fixture
def caller():
    return HTTPToolCaller(OutboundHTTP(allow_private=True), Signed(), lambda: NOW)


def a_tool(url, method="POST", lookup=None):
    return Tool(
        tenant=TENANT,
        name="t",
        description="T.",
        parameters={},
        effect="write",
        endpoint=Endpoint(method, url),
        updated_at=NOW,
        lookup=Endpoint("GET", lookup) if lookup else None,
    )


def test_a_call_sends_the_arguments_as_json_with_key_and_signature(caller, shop):
    arguments = {"order_id": "LF-1/ü", "n": 1.5}

    reply = caller.call(a_tool(f"{shop.url}/orders/{{order_id}}"), arguments, "act_1", 5)

    assert reply == Answered(200, {"weight": 1.5})
    request, body = shop.requests[-1]
    assert request.url.path == "/orders/LF-1/ü"
    assert request.scope["raw_path"] == b"/orders/LF-1%2F%C3%BC"
    assert json.loads(body) == arguments
    assert request.headers["Idempotency-Key"] == "act_1"
    assert request.headers["X-Helpdesk-Signature"] == f"ten_1 {len(body)} 09:30"
    assert request.headers["Host"] == shop.url.removeprefix("http://")


def test_a_get_has_its_arguments_in_path_and_query_and_no_body(caller, shop):
    tool = a_tool(f"{shop.url}/orders/{{id}}?a=1", "GET")
    caller.call(tool, {"id": "7", "customer": "a&b", "deep": {"x": True}}, "k", 5)
    request, body = shop.requests[-1]
    assert dict(request.query_params) == {"a": "1", "customer": "a&b", "deep": '{"x": true}'}
    assert body == b""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("text/", {}),
        ("text/<html>", None),
        ("text/7", None),
        ("list", {"items": [1, 2]}),
        ("large", {"note": "The answer could not be read to its end."}),
    ],
)
def test_what_is_no_object_is_told_apart(caller, shop, path, body):
    assert caller.call(a_tool(f"{shop.url}/{path}"), {}, "k", 5) == Answered(200, body)


@pytest.mark.parametrize("status", [302, 404, 422, 500])
def test_a_status_is_passed_on(caller, shop, status):
    path = "redirects" if status == 302 else f"status/{status}"
    reply = caller.call(a_tool(f"{shop.url}/{path}"), {}, "k", 5)
    assert isinstance(reply, Answered)
    assert reply.status == (307 if status == 302 else status)


@pytest.mark.parametrize("path", ["hangs"])
def test_no_answer_is_no_answer(caller, shop, path):
    assert isinstance(caller.call(a_tool(f"{shop.url}/{path}"), {}, "k", 0.5), NoAnswer)


def test_an_answer_that_never_ends_is_cut_off_in_time(caller, shop):
    assert caller.call(a_tool(f"{shop.url}/drips"), {}, "k", 0.5) == Answered(
        200, {"note": "The answer could not be read to its end."}
    )


def test_a_refused_connection_means_that_nothing_was_sent(caller):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert isinstance(caller.call(a_tool(f"http://127.0.0.1:{port}/"), {}, "k", 5), NotSent)


def test_a_socket_that_closes_after_the_request_may_have_been_heard(caller):
    with hanging_up() as url:
        assert isinstance(caller.call(a_tool(url), {}, "k", 5), NoAnswer)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_no_private_address_is_called_elsewhere(shop, host):
    caller = HTTPToolCaller(OutboundHTTP(), Signed(), lambda: NOW)
    before = len(shop.requests)
    port = shop.url.rpartition(":")[2]
    assert isinstance(caller.call(a_tool(f"http://{host}:{port}/"), {}, "k", 2), NotSent)
    assert len(shop.requests) == before


def test_a_look_up_finds_the_outcome_or_that_there_is_none(caller, shop):
    tool = a_tool(shop.url, lookup=f"{shop.url}/keys/{{key}}")
    assert caller.look_up(tool, "known", 5) == Answered(200, {"id": "re_1"})
    assert caller.look_up(tool, "other", 5) == NeverSeen()
    gone = a_tool(shop.url, lookup="http://127.0.0.1:1/{key}")
    assert isinstance(caller.look_up(gone, "k", 5), NoAnswer)
    assert isinstance(caller.look_up(a_tool(shop.url), "k", 5), NoAnswer)


@contextmanager
def hanging_up():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up():
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()
