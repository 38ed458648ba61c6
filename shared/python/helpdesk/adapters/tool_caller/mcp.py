"""Tools of MCP servers over Streamable HTTP: a session is opened, the tool called once, and that
is that.

Not by the ``mcp`` SDK: for three posts it would make the layer of 98 MB one of 118 and add 0.85 s
to a cold import; and it connects by itself and tries again, where these requests have one deadline,
go to the address that was checked, and call once.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from helpdesk.adapters.outbound_http import Heard, NotReached, OutboundHTTP
from helpdesk.adapters.tool_caller.event_stream import EventStream
from helpdesk.adapters.tool_caller.mcp_replies import Json, is_fine, messages_in, reply_of
from helpdesk.ids import TenantId
from helpdesk.tool_calls import NotSent, ToolReply
from helpdesk.tools import Arguments, Endpoint, Tool

Sign = Callable[[TenantId, bytes], str]

KEY = "Idempotency-Key"
"""The action's id, as a header of tools/call and in its ``_meta``."""

_VERSION = "2025-11-25"
_UNDERSTOOD = frozenset({"2024-11-05", "2025-03-26", "2025-06-18", _VERSION})
_INITIALIZE_ID, _CALL_ID = 1, 2
_MAX_SESSION_CHARS = 1024
_GOODBYE_SECONDS = 1.0


class MCPCalls:
    """Calls tools of MCP servers, each call in a session of its own."""

    def __init__(self, http: OutboundHTTP, sign: Sign) -> None:
        self._http = http
        self._sign = sign

    def call(
        self, tool: Tool, endpoint: Endpoint, arguments: Arguments, key: str, seconds: float
    ) -> ToolReply:
        """Calls a tool once, and waits so long at most for all of it."""
        session = _Session(self._http, self._sign, tool, endpoint, monotonic() + seconds)
        try:
            session.open()
            heard, message = session.call(arguments, key)
        except NotReached:
            return NotSent("The MCP server can't be reached: no public address, or no connection.")
        except _NotOpened as reason:
            return NotSent(str(reason))
        session.close()
        if heard.status == 404 and session.id:
            return NotSent("The MCP server dropped the session before the call.")
        return reply_of(heard, message, writes=tool.effect == "write")


class _NotOpened(Exception):
    """There is no session, so the tool was not called."""


@dataclass(slots=True)
class _Session:
    http: OutboundHTTP
    sign: Sign
    tool: Tool
    endpoint: Endpoint
    ends_at: float
    id: str | None = None
    headers: Json = field(default_factory=dict)

    def open(self) -> None:
        """Raises _NotOpened or NotReached."""
        client = {"name": "helpdesk-ai", "version": "1"}
        hello = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": client}
        heard, message = self._post(_request("initialize", hello, _INITIALIZE_ID), _INITIALIZE_ID)
        result = message.get("result") if message else None
        version = result.get("protocolVersion") if isinstance(result, dict) else None
        if not is_fine(heard) or not isinstance(version, str):
            raise _NotOpened(f"The MCP server opened no session{_because(heard)}.")
        if version not in _UNDERSTOOD:
            raise _NotOpened("The MCP server speaks no version of the protocol that we do.")
        self.headers["MCP-Protocol-Version"] = version
        if session_id := heard.headers.get("mcp-session-id"):
            if not _is_session_id(session_id):
                raise _NotOpened("The MCP server's session has no valid id.")
            self.id = self.headers["Mcp-Session-Id"] = session_id
        heard, _ = self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        if not is_fine(heard):
            raise _NotOpened(f"The MCP server opened no session{_because(heard)}.")

    def call(self, arguments: Arguments, key: str) -> tuple[Heard, Json | None]:
        """Raises _NotOpened or NotReached: certainly before the call."""
        name = self.endpoint.tool or self.tool.name
        params = {"name": name, "arguments": arguments, "_meta": {KEY: key}}
        # Of this request only: what takes keys on the way would see one key with other contents.
        self.headers[KEY] = key
        return self._post(_request("tools/call", params, _CALL_ID), _CALL_ID)

    def close(self) -> None:
        """Tells a server that it may forget the session; whether it hears is its own matter."""
        seconds = min(_GOODBYE_SECONDS, self._seconds_left())
        if self.id and seconds > 0:
            del self.headers[KEY]
            try:
                self.http.ask("DELETE", self._url, self._headers(b""), b"", seconds)
            except NotReached:
                return

    def _post(self, message: Json, answer_id: int | None = None) -> tuple[Heard, Json | None]:
        content = json.dumps(message).encode()
        listener = _Listener(answer_id)
        seconds = self._seconds_left()
        if seconds <= 0:
            raise _NotOpened("The MCP server took too long to open a session.")
        headers = self._headers(content) | {"Content-Type": "application/json"}
        heard = self.http.ask(
            "POST", self._url, headers, content, seconds, enough=listener.has_answer
        )
        return heard, listener.answer_in(heard)

    def _headers(self, content: bytes) -> dict[str, str]:
        return {
            "Accept": "application/json, text/event-stream",
            "User-Agent": "helpdesk-ai/1",
            "X-Helpdesk-Signature": self.sign(self.tool.tenant, content),
            **self.headers,
        }

    def _seconds_left(self) -> float:
        return self.ends_at - monotonic()

    @property
    def _url(self) -> str:
        return self.endpoint.url


@dataclass(slots=True)
class _Listener:
    """Waits for the answer to one request, in a body of JSON or in a stream of events."""

    id: int | None
    stream: EventStream = field(default_factory=EventStream)
    answer: Json | None = None

    def has_answer(self, heard: Heard) -> bool:
        """Whether a stream has brought it; a body of JSON is read to its end."""
        if self.id is None:
            return True
        if _is_stream(heard):
            for message in self.stream.new_messages(heard.body):
                self.answer = self.answer or self._answer(message)
        return self.answer is not None

    def answer_in(self, heard: Heard) -> Json | None:
        """The answer, if it came."""
        if self.answer is None and heard.whole and not _is_stream(heard):
            self.answer = self._answer(heard.body)
        return self.answer

    def _answer(self, text: bytes) -> Json | None:
        for each in messages_in(text):
            # ``true`` equals 1 in Python, but is no id.
            ours = each.get("id") == self.id and not isinstance(each["id"], bool)
            if ours and ("result" in each or isinstance(each.get("error"), dict)):
                return each
        return None


def _request(method: str, params: Mapping[str, Any], id_: int) -> Json:
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}


def _is_stream(heard: Heard) -> bool:
    kind = heard.headers.get("content-type", "").partition(";")[0]
    return is_fine(heard) and kind.strip().lower() == "text/event-stream"


def _because(heard: Heard) -> str:
    return " in time" if heard.status is None else f": it answered {heard.status}"


def _is_session_id(given: str) -> bool:
    return len(given) <= _MAX_SESSION_CHARS and all("!" <= each <= "~" for each in given)
