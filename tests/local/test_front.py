"""The front: the streamed routes go to the chat app, all others to the gateway."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from local import processes
from local.front import create_app
from local.gateway import Gateway
from local.processes import Recorded
from local.settings import GATEWAY_URL, HOST, ROOT
from tests.conftest import free_port
from tests.local.upstream import Upstream


async def _from_chat(_):
    return PlainTextResponse("chat")


CHAT = Starlette(routes=[Route("/{path:path}", _from_chat, methods=["GET", "POST"])])


@pytest.mark.parametrize(
    ("method", "path", "server"),
    [
        ("POST", "/v1/chat", "chat"),
        ("POST", "/v1/chat/completions", "chat"),
        ("GET", "/v1/conversations/c/turns/t/events", "chat"),
        ("OPTIONS", "/v1/chat", "gateway"),
        ("GET", "/v1/chat", "gateway"),
        ("GET", "/v1/conversations/c", "gateway"),
        ("POST", "/v1/conversations/c/turns/t/feedback", "gateway"),
        ("GET", "/v1/health", "gateway"),
        ("GET", "/v1/documents/%0A", "gateway"),
    ],
)
@pytest.mark.anyio
async def test_who_serves_a_route(method, path, server):
    gateway = Gateway(
        "http://emulator/api", Upstream(lambda _: httpx2.Response(200, text="gateway"))
    )
    app = create_app(CHAT, gateway)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://front") as client,
    ):
        assert (await client.request(method, path)).text == server


def test_when_it_is_killed_none_of_its_processes_holds_the_port(tmp_path: Path):
    port = free_port()
    front = processes.start(
        [sys.executable, "-m", "local.front", "--port", str(port)],
        environment={**os.environ, GATEWAY_URL: "http://127.0.0.1:9"},
        cwd=ROOT,
        log=tmp_path / "front.log",
    )
    others: list[Recorded] = []
    try:
        _until(lambda: _listens(port))
        family = psutil.Process(front.pid).children()
        others = [Recorded(each.pid, each.create_time()) for each in family]
        os.kill(front.pid, signal.SIGKILL)
        _until(lambda: not _listens(port))
        processes.require_free(port, "service")
    finally:
        processes.stop(front)
        for other in others:
            processes.stop(other)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _until(true: Callable[[], bool]) -> None:
    ends = processes.deadline(20)
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)
