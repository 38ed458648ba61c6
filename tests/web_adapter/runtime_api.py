"""A stand-in of Lambda's Runtime and Extensions APIs: hands out events, takes in responses."""

import asyncio
import json
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.http_server import serving

PATIENCE_SECONDS = 20.0
"""How long a test waits for what has to come."""

TIMEOUT_SECONDS = 150
_END_OF_PRELUDE = bytes(8)


@dataclass(frozen=True, slots=True)
class Began:
    """A response or an error is being posted, with these headers."""

    what: Literal["response", "error"]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """The post is over: whole, or because the sender went away."""

    whole: bool


class Invocation:
    """An event, and what is posted for it, at the moment when it is posted."""

    def __init__(self, number: int, event: Mapping[str, Any]) -> None:
        self.id = f"00000000-0000-0000-0000-{number:012d}"
        self.event = event
        self.posted: queue.Queue[Began | bytes | Ended] = queue.Queue()
        self.cut = asyncio.Event()
        self._read = b""

    def began(self) -> Began:
        """Waits until something is posted for it."""
        began = self._next()
        assert isinstance(began, Began)
        return began

    def prelude(self) -> Any:
        """What stands before the response's body: its status and its headers."""
        while _END_OF_PRELUDE not in self._read:
            self._read += self._next_bytes()
        prelude, _, self._read = self._read.partition(_END_OF_PRELUDE)
        return json.loads(prelude)

    def until(self, text: str) -> str:
        """Reads on until this text has come; what came up to its end."""
        wanted = text.encode()
        while wanted not in self._read:
            self._read += self._next_bytes()
        before, _, self._read = self._read.partition(wanted)
        return (before + wanted).decode()

    def unread(self) -> str:
        """What has come and was not read; does not wait."""
        while not self.posted.empty():
            self._read += self._next_bytes()
        return self._read.decode()

    def rest(self) -> tuple[str, Ended]:
        """Reads to the end."""
        while not isinstance(posted := self._next(), Ended):
            assert isinstance(posted, bytes)
            self._read += posted
        return self._read.decode(), posted

    def _next_bytes(self) -> bytes:
        posted = self._next()
        assert isinstance(posted, bytes), f"{posted} after {self._read!r}"
        return posted

    def _next(self) -> Began | bytes | Ended:
        return self.posted.get(timeout=PATIENCE_SECONDS)


class RuntimeApi:
    """The APIs that Lambda gives an execution environment, for one such environment."""

    def __init__(self) -> None:
        self.address = ""
        self.extensions: list[str] = []
        self.asked = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._waiting: asyncio.Queue[Invocation]
        self._invocations: dict[str, Invocation] = {}

    def invoke(self, event: Mapping[str, Any]) -> Invocation:
        """Lays an event ready for whoever asks for the next one."""
        invocation = Invocation(len(self._invocations) + 1, event)
        self._invocations[invocation.id] = invocation
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, invocation)
        return invocation

    def break_off(self, invocation: Invocation) -> None:
        """Takes no more of this response and closes the connection."""
        self._loop.call_soon_threadsafe(invocation.cut.set)

    @contextmanager
    def served(self) -> Iterator["RuntimeApi"]:
        """Serves on a port of its own meanwhile."""
        runtime, extension = "/2018-06-01/runtime", "/2020-01-01/extension"
        posts = f"{runtime}/invocation/{{id}}/{{what}}"
        routes = [
            Route(f"{runtime}/invocation/next", self._next),
            Route(posts, self._post, methods=["POST"]),
            Route(f"{extension}/register", self._register, methods=["POST"]),
            Route(f"{extension}/event/next", self._next_event_of_an_extension),
        ]
        with serving(Starlette(routes=routes, lifespan=self._lifespan)) as url:
            self.address = url.removeprefix("http://")
            yield self

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._loop, self._waiting = asyncio.get_running_loop(), asyncio.Queue()
        yield

    async def _next(self, _: Request) -> Response:
        self.asked.set()
        invocation = await self._waiting.get()
        deadline = int((time.time() + TIMEOUT_SECONDS) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:1:function:chat",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        }
        return JSONResponse(invocation.event, headers=headers)

    async def _post(self, request: Request) -> Response:
        invocation = self._invocations[request.path_params["id"]]
        what = request.path_params["what"]
        assert what in ("response", "error")
        invocation.posted.put(Began(what, dict(request.headers)))
        reading = asyncio.create_task(_read(request, invocation))
        cutting = asyncio.create_task(invocation.cut.wait())
        await asyncio.wait({reading, cutting}, return_when=asyncio.FIRST_COMPLETED)
        cutting.cancel()
        if not reading.done():
            reading.cancel()
            return Response(status_code=500, headers={"Connection": "close"})
        return Response(status_code=202)

    async def _register(self, request: Request) -> Response:
        self.extensions.append(request.headers["Lambda-Extension-Name"])
        about = {"functionName": "chat", "functionVersion": "1", "handler": "run.sh"}
        return JSONResponse(about, headers={"Lambda-Extension-Identifier": "extension-1"})

    async def _next_event_of_an_extension(self, _: Request) -> Response:
        """It has asked for none, so it waits until the environment ends."""
        await asyncio.Event().wait()
        raise AssertionError


async def _read(request: Request, invocation: Invocation) -> None:
    try:
        async for piece in request.stream():
            if piece:
                invocation.posted.put(piece)
    except ClientDisconnect:
        invocation.posted.put(Ended(whole=False))
    else:
        invocation.posted.put(Ended(whole=True))
