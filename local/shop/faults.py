"""Faults, to be switched on per path: what a provider does on a bad day.

Where a fault is *done*, the request was handled and its effect stays, whatever the caller sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.shop.connections import close, until_gone

FaultName = Literal[
    "error_before",
    "error_after",
    "drop_before",
    "drop_after",
    "hang",
    "late",
    "garbage",
    "twice",
]

_NEVER = ("/faults", "/health")
"""A fault on every path must leave a way to switch it off."""


class Fault(BaseModel):
    """The next ``times`` requests at a path meet the fault; ``/orders/*`` is any path below."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(pattern=r"^/[^*]*\*?$")]
    fault: FaultName
    times: Annotated[int, Field(ge=1)] = 1

    def concerns(self, path: str) -> bool:
        """Whether a request at this path meets it."""
        start = self.path.removesuffix("*")
        return path == self.path or (start != self.path and path.startswith(start))


@dataclass(slots=True)
class Faults:
    """The faults that are switched on: one a path, used up by requests, forgotten by a restart."""

    on: list[Fault] = field(default_factory=list)

    def put(self, fault: Fault) -> None:
        """Switches one on, instead of the path's former one."""
        self.on = [one for one in self.on if one.path != fault.path] + [fault]

    def clear(self) -> None:
        """Switches all off."""
        self.on = []

    def take(self, path: str) -> FaultName | None:
        """The fault that a request meets, which thereby becomes one less."""
        for fault in self.on:
            if fault.concerns(path):
                fault.times -= 1
                self.on = [one for one in self.on if one.times]
                return fault.fault
        return None


@dataclass(frozen=True, slots=True)
class Misbehaving:
    """An app that behaves, unless a fault is on."""

    app: ASGIApp
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in _NEVER:
            await self.app(scope, receive, send)
            return
        fault = self.faults.take(scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
            return
        await self._misbehave(fault, _Request(self.app, scope, receive, send))

    async def _misbehave(self, fault: FaultName, request: "_Request") -> None:
        await request.read()
        match fault:
            case "error_before":
                await request.fail()
            case "error_after":
                await request.handle()
                await request.fail()
            case "drop_before":
                await close(request.scope, request.receive)
            case "drop_after":
                await request.handle()
                await close(request.scope, request.receive)
            case "hang":
                await request.handle()
                await until_gone(request.receive)
            case "late":
                await until_gone(request.receive)
                await request.handle()
            case "garbage":
                await request.handle()
                page = HTMLResponse("<html><body>One moment, please …</body></html>")
                await page(request.scope, request.receive, request.send)
            case "twice":
                await request.handle()
                for message in await request.handle():
                    await request.send(message)


@dataclass(slots=True)
class _Request:
    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    body: bytes = b""

    async def read(self) -> None:
        """Reads all of the body, so that it can be handled at any time, or twice."""
        more = True
        while more:
            message = await self.receive()
            self.body += message.get("body", b"")
            more = message.get("more_body", False)

    async def handle(self) -> Sequence[Message]:
        """Has it done, and gives what would be answered."""
        answer: list[Message] = []

        async def whole() -> Message:
            return {"type": "http.request", "body": self.body, "more_body": False}

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(dict(self.scope), whole, keep)
        return answer

    async def fail(self) -> None:
        """Answers 500."""
        failed = JSONResponse({"code": "internal_error", "detail": "Something went wrong."}, 500)
        await failed(self.scope, self.receive, self.send)
