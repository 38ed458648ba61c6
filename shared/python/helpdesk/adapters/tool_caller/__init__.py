"""The tenants' own systems, over HTTP."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from helpdesk.adapters.outbound_http import Heard, NotReached, OutboundHTTP
from helpdesk.adapters.tool_caller.mcp import MCPCalls
from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.ports import Signatures
from helpdesk.tool_calls import Answered, LookedUp, NeverSeen, NoAnswer, NotSent, ToolReply
from helpdesk.tools import MCP, Arguments, Endpoint, Tool

_WITHOUT_BODY = frozenset({"GET", "DELETE"})
_CUT_SHORT = {"note": "The answer could not be read to its end."}
_NOT_REACHED = {
    "no_address": "The endpoint's host has no address.",
    "private_address": "The endpoint's host is not public.",
    "not_connected": "The endpoint takes no connection.",
}


class HTTPToolCaller:
    """A ToolCaller over HTTP: JSON both ways, each request signed and under the action's key.

    ``{name}`` in a URL is the argument of that name; a GET or DELETE has the others in its query.
    The method MCP is a tool of an MCP server.
    """

    def __init__(self, http: OutboundHTTP, signatures: Signatures, now: Clock) -> None:
        self._http = http
        self._signatures = signatures
        self._now = now
        self._mcp = MCPCalls(http, self._signature)

    def call(self, tool: Tool, arguments: Arguments, key: str, seconds: float) -> ToolReply:
        """Calls a tool once, and waits so long at most."""
        if tool.endpoint is None:
            return NotSent("The tool has no endpoint.")
        if tool.endpoint.method == MCP:
            return self._mcp.call(tool, tool.endpoint, arguments, key, seconds)
        url, others = _filled(tool.endpoint.url, arguments)
        if "{" in url:
            return NotSent("An argument that the endpoint's URL needs is missing.")
        if tool.endpoint.method in _WITHOUT_BODY:
            content, url = b"", _with_query(url, others)
        else:
            content = json.dumps(arguments, ensure_ascii=False).encode()
        try:
            heard = self._ask(
                tool.tenant, Endpoint(tool.endpoint.method, url), content, key, seconds
            )
        except NotReached as error:
            return NotSent(_NOT_REACHED[error.reason])
        if heard.status is None:
            return NoAnswer("The endpoint did not answer in time.")
        return Answered(heard.status, _object_of(heard))

    def look_up(self, tool: Tool, key: str, seconds: float) -> LookedUp:
        """Asks the tool's look-up what became of a key."""
        if tool.lookup is None:
            return NoAnswer("The tool has no look-up.")
        url, _ = _filled(tool.lookup.url, {"key": key})
        try:
            heard = self._ask(tool.tenant, Endpoint(tool.lookup.method, url), b"", key, seconds)
        except NotReached as error:
            return NoAnswer(_NOT_REACHED[error.reason])
        if heard.status is None:
            return NoAnswer("The look-up did not answer in time.")
        return NeverSeen() if heard.status == 404 else Answered(heard.status, _object_of(heard))

    def _ask(
        self, tenant: TenantId, endpoint: Endpoint, content: bytes, key: str, seconds: float
    ) -> Heard:
        headers = {
            "Accept": "application/json",
            "Idempotency-Key": key,
            "User-Agent": "helpdesk-ai/1",
            "X-Helpdesk-Signature": self._signature(tenant, content),
        }
        if content:
            headers["Content-Type"] = "application/json"
        return self._http.ask(endpoint.method, endpoint.url, headers, content, seconds)

    def _signature(self, tenant: TenantId, content: bytes) -> str:
        return self._signatures.header(tenant, content, self._now())


def _filled(url: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    others = dict(arguments)
    for name, value in arguments.items():
        if (place := f"{{{name}}}") in url:
            url = url.replace(place, quote(_text(value), safe=""))
            del others[name]
    return url, others


def _with_query(url: str, arguments: Mapping[str, Any]) -> str:
    if not arguments:
        return url
    query = urlencode({name: _text(value) for name, value in arguments.items()})
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _object_of(heard: Heard) -> Mapping[str, Any] | None:
    """The answer as an object; None for what is none, which may be a proxy's page."""
    if not heard.whole:
        return _CUT_SHORT if heard.body else None
    if not heard.body.strip():
        return {}
    try:
        read = json.loads(heard.body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else {"items": read} if isinstance(read, list) else None
