"""Tools of MCP servers over real sockets: what is sent, and what whatever comes back means."""

import asyncio
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from helpdesk.adapters.outbound_http import MAX_ANSWER_BYTES, OutboundHTTP
from helpdesk.adapters.tool_caller import HTTPToolCaller
from helpdesk.adapters.tool_caller.event_stream import EventStream
from helpdesk.ids import TenantId
from helpdesk.tool_calls import Answered, NoAnswer, NotSent
from helpdesk.tools import Endpoint, Tool
from tests.fakes.http_server import serving
from tests.fakes.mcp_shop import MCPShop
from tests.fakes.signatures import FixedSignatures, is_signed

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")
MODES = [(in_json, stateless) for in_json in (False, True) for stateless in (False, True)]


def a_caller(allow_private=True):
    http = OutboundHTTP(allow_private=allow_private)
    return HTTPToolCaller(http, FixedSignatures(), lambda: NOW)


def a_tool(url, name="t", theirs=None):
    endpoint = Endpoint("MCP", url, theirs)
    return Tool(TENANT, name, "T.", {"type": "object"}, "write", endpoint, NOW)


@pytest.fixture(params=MODES, ids=lambda mode: f"{'json' if mode[0] else 'sse'}-{mode[1]}")
def shop(request):
    in_json, stateless = request.param
    with MCPShop().serving(in_json=in_json, stateless=stateless) as shop:
        yield shop


def test_what_a_real_server_answers(shop):
    def called(name, **arguments):
        return a_caller().call(a_tool(shop.url, name), arguments, "act_1", 5)

    look_up = a_tool(shop.url, "get_order", theirs="getOrder")
    found = a_caller().call(look_up, {"orderId": "7"}, "act_0", 5)
    assert found == Answered(200, {"order": "7", "status": "sent"})
    assert called("refund", order_id="ü") == Answered(200, {"refunded": "ü"})
    assert shop.keys == ["act_1"]
    assert called("say", text="Hi") == Answered(200, {"text": "Hi\nHi"})
    assert called("refuse", reason="Too old.").status == 500
    reading = replace(a_tool(shop.url, "refuse"), effect="read")
    assert a_caller().call(reading, {"reason": "Too old."}, "act_2", 5).status == 422
    assert "Too old." in called("refuse", reason="Too old.").body["message"]
    assert called("nowhere") == Answered(500, {"message": "Unknown tool: nowhere"})
    assert called("break_down") == Answered(502, {"message": "The database is away."})


def test_each_request_is_signed_and_the_call_alone_has_the_key(shop):
    a_caller().call(a_tool(shop.url, "refund"), {"order_id": "7"}, "act_1", 5)

    posts = [each for each in shop.sent if each.method == "POST"]
    methods = [json.loads(each.body)["method"] for each in posts]
    assert methods == ["initialize", "notifications/initialized", "tools/call"]
    for each in shop.sent:
        assert is_signed(each.headers["x-helpdesk-signature"], TENANT, each.body)
    assert [each.headers.get("idempotency-key") for each in posts] == [None, None, "act_1"]
    sessions = {each.headers.get("mcp-session-id") for each in shop.sent[1:]}
    assert len(sessions) == 1
    ended = [each.method for each in shop.sent if each.method == "DELETE"]
    assert ended == ([] if sessions == {None} else ["DELETE"])


def test_a_tool_that_hangs_is_no_answer_in_time(shop):
    began = monotonic()
    assert isinstance(a_caller().call(a_tool(shop.url, "hang"), {}, "k", 0.7), NoAnswer)
    assert monotonic() - began < 2


INITIALIZED = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {}}
FINE = {"content": [{"type": "text", "text": "ok"}]}


class Scripted:
    """A server that says what it is told to: a Response, a result, or a function of the id."""

    def __init__(self, *, initialize=INITIALIZED, initialized=None, call=FINE, session=None):
        self.answers = {"initialize": initialize, "tools/call": call}
        self.answers["notifications/initialized"] = initialized or Response(status_code=202)
        self.session = session
        self.methods = []
        self.app = Starlette(routes=[Route("/mcp", self.answer, methods=["POST", "DELETE"])])

    async def answer(self, request):
        if request.method == "DELETE":
            self.methods.append("DELETE")
            await asyncio.sleep(30)
        message = await request.json()
        self.methods.append(message["method"])
        answer = self.answers[message["method"]]
        if callable(answer) and not isinstance(answer, Response):
            answer = answer(message.get("id"))
        if asyncio.iscoroutine(answer):
            await answer
        if not isinstance(answer, Response):
            answer = JSONResponse(result(message.get("id"), answer))
        if self.session is not None and message["method"] == "initialize":
            answer.headers["Mcp-Session-Id"] = self.session
        return answer


def result(id_, given):
    return {"jsonrpc": "2.0", "id": id_, "result": given}


def call(scripted, seconds=3):
    with serving(scripted.app) as url:
        return a_caller().call(a_tool(f"{url}/mcp"), {}, "k", seconds)


def hangs(_):
    return asyncio.sleep(30)


@pytest.mark.parametrize(
    "scripted",
    [
        {"initialize": Response(status_code=503)},
        {"initialize": Response(status_code=401)},
        {"initialize": RedirectResponse("/elsewhere")},
        {"initialize": hangs},
        {"initialize": Response("x" * 2 * MAX_ANSWER_BYTES)},
        {"initialize": Response("[" * 60_000, media_type="application/json")},
        {"initialize": []},
        {"initialize": {"protocolVersion": 7}},
        {"initialize": {"protocolVersion": "2999-01-01"}},
        {"initialize": lambda id_: JSONResponse({"id": id_, "error": {"code": -32603}})},
        {"initialized": Response(status_code=400)},
        {"initialized": hangs},
        {"session": "x" * 2000},
        {"session": "é"},
    ],
)
def test_without_a_session_nothing_was_sent(scripted):
    server = Scripted(**scripted)
    assert isinstance(call(server, seconds=0.7), NotSent)
    assert "tools/call" not in server.methods


def stream(*events, ends=True):
    async def written():
        for event in events:
            yield event
        if not ends:
            await asyncio.sleep(30)

    return StreamingResponse(written(), media_type="text/event-stream; charset=utf-8")


def event(message):
    return f"event: message\r\ndata: {json.dumps(message)}\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (lambda id_: stream("id: 0\ndata:\n\n", event(result(id_, FINE)), ends=False), "ok"),
        (lambda id_: stream(event({"method": "ping", "id": 9}), event(result(id_, FINE))), "ok"),
        (lambda id_: stream(*event(result(id_, FINE))), "ok"),
        (lambda id_: JSONResponse([result(9, {}), result(id_, FINE)]), "ok"),
        (lambda id_: {"structuredContent": [1]}, Answered(200, {"items": [1]})),
        (lambda id_: {"structuredContent": {"a": 1}} | FINE, Answered(200, {"a": 1})),
        (lambda id_: {"isError": True}, Answered(500, {"message": "The tool reported an error."})),
        (lambda id_: {"content": 7}, Answered(200, None)),
        (lambda id_: 7, Answered(200, None)),
        (lambda id_: Response("<html>"), Answered(200, None)),
        (lambda id_: Response("[" * 60_000), Answered(200, None)),
        (lambda id_: Response(status_code=202), Answered(202, None)),
        (lambda id_: JSONResponse(result(id_ + 1, FINE)), Answered(200, None)),
        (lambda id_: JSONResponse({"id": None, "error": {"message": "?"}}), Answered(200, None)),
        (lambda id_: JSONResponse({"id": id_, "error": {"code": 1}}), Answered(502, None)),
        (
            lambda id_: JSONResponse({"id": id_, "error": {"code": -32602}}, 400),
            Answered(422, None),
        ),
        (
            lambda id_: JSONResponse({"id": id_, "error": {"code": -32603}}, 400),
            Answered(502, None),
        ),
        (lambda id_: JSONResponse(result(id_, FINE), 400), Answered(502, None)),
        (
            lambda id_: JSONResponse({"id": None, "error": {"message": "Who?"}}, 401),
            Answered(401, {"message": "Who?"}),
        ),
        (lambda id_: Response(status_code=404), Answered(404, None)),
        (lambda id_: RedirectResponse("/elsewhere"), Answered(307, None)),
        (lambda id_: stream(event(result(9, FINE))), Answered(200, None)),
    ],
)
def test_what_a_call_is_answered(answer, reply):
    expected = Answered(200, {"text": "ok"}) if reply == "ok" else reply
    assert call(Scripted(call=answer)) == expected


@pytest.mark.parametrize(
    "answer",
    [
        hangs,
        lambda id_: stream("data: {}\n\n", ends=False),
        lambda id_: stream(*[": \n\n" * 1000] * 40, ends=False),
        lambda id_: {"content": [{"type": "text", "text": "x" * MAX_ANSWER_BYTES}]},
    ],
)
def test_a_call_without_a_whole_answer_is_none(answer):
    assert isinstance(call(Scripted(call=answer), seconds=0.7), NoAnswer)


def test_a_session_that_is_dropped_before_the_call_means_that_nothing_was_done():
    assert isinstance(call(Scripted(call=Response(status_code=404), session="s1")), NotSent)


def test_a_server_that_takes_no_leave_holds_nobody_up():
    server = Scripted(session="s1")
    with serving(server.app) as url:
        began = monotonic()
        reply = a_caller().call(a_tool(f"{url}/mcp"), {}, "k", 20)
        assert monotonic() - began < 3
    assert reply == Answered(200, {"text": "ok"})
    assert server.methods[-1] == "DELETE"


def test_a_refused_connection_and_a_private_address_mean_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gone = a_tool(f"http://127.0.0.1:{port}/mcp")
    assert isinstance(a_caller().call(gone, {}, "k", 3), NotSent)
    server = Scripted()
    with serving(server.app) as url:
        private = a_caller(allow_private=False)
        assert isinstance(private.call(a_tool(f"{url}/mcp"), {}, "k", 3), NotSent)
    assert server.methods == []


def test_an_event_of_many_lines_in_many_pieces_is_one_message():
    body = b": hello\n\nevent: x\ndata: a\r\ndata:b\r\n\r\ndata: c\n\ndata: cut"
    reader = EventStream()
    heard: list[bytes] = []
    for end in range(len(body) + 1):
        heard += reader.new_messages(body[:end])
    assert heard == [b"a\nb", b"c"]
