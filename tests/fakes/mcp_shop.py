"""A shop's MCP server, made with the protocol's own SDK, behind a log of what it was sent."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ToolAnnotations
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.fakes.http_server import serving


@dataclass
class Sent:
    """A request as it came in."""

    method: str
    headers: dict[str, str]
    body: bytes


@dataclass
class MCPShop:
    """Serves its tools at ``url`` and remembers requests; ``keys`` are those of the refunds."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self, *, in_json: bool = False, stateless: bool = False) -> Iterator["MCPShop"]:
        """On a free port, answering in JSON or in streams, with sessions or without."""
        app = self.server().streamable_http_app(json_response=in_json, stateless_http=stateless)
        with serving(self._logged(app)) as origin:
            self.url = f"{origin}/mcp"
            yield self

    def server(self) -> MCPServer:
        """The server with the shop's tools."""
        server = MCPServer("shop", log_level="CRITICAL")
        reads = ToolAnnotations(read_only_hint=True)
        keyed = ToolAnnotations(idempotent_hint=True)
        server.tool(name="getOrder", description="Look an order up.", annotations=reads)(_get_order)
        server.tool(name="refund", annotations=keyed)(self._refund)
        server.tool(description="Says it.")(say)
        server.tool()(refuse)
        server.tool()(break_down)
        server.tool()(hang)
        return server

    async def _refund(self, order_id: str, ctx: Context[Any, Any]) -> CallToolResult:
        """Refund an order."""
        self.keys.append(str((ctx.request_context.meta or {}).get("Idempotency-Key")))
        await ctx.report_progress(1, 2)
        return CallToolResult(content=[], structured_content={"refunded": order_id})

    def _logged(self, app: ASGIApp) -> ASGIApp:
        async def logged(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            request = Request(scope, receive)
            body = await request.body()
            self.sent.append(Sent(request.method, dict(request.headers), body))
            whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

            async def again() -> Message:
                return whole.pop() if whole else await receive()

            await app(scope, again, send)

        return logged


def _get_order(orderId: str) -> dict[str, str]:  # noqa: N803
    return {"order": orderId, "status": "sent"}


async def say(text: str) -> CallToolResult:
    """Says it in two blocks, and nothing that is structured."""
    block = {"type": "text", "text": text}
    image = {"type": "image", "data": "", "mimeType": "image/png"}
    return CallToolResult.model_validate({"content": [block, image, block]})


def refuse(reason: str) -> str:
    """Refuses, as a tool does."""
    raise ToolError(reason)


def break_down() -> str:
    """Ends in an error of the protocol."""
    raise MCPError(-32603, "The database is away.")


async def hang() -> str:
    """Never ends."""
    await asyncio.Event().wait()
    return "never"
