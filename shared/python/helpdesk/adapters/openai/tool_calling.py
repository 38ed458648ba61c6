"""Calls of tools on the wire of Chat Completions: in messages, and in a stream's pieces."""

from collections.abc import Sequence
from typing import Any

from helpdesk.model import Message, ToolCall


def message_as_sent(message: Message) -> dict[str, Any]:
    """A message as the API takes it."""
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        sent["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.calls
        ]
    if message.call_id is not None:
        sent["tool_call_id"] = message.call_id
    return sent


class ToolCallDeltas:
    """Puts a stream's pieces of calls together: the first piece of each names it, all add to its
    arguments."""

    def __init__(self) -> None:
        self._calls: dict[int, ToolCall] = {}

    def add(self, chunk: Any) -> None:
        """Takes the pieces in one chunk."""
        for choice in chunk["choices"]:
            for piece in choice["delta"].get("tool_calls") or ():
                self._add(piece)

    def whole(self) -> Sequence[ToolCall]:
        """The calls, when the stream has ended."""
        return [self._calls[at] for at in sorted(self._calls)]

    def _add(self, piece: Any) -> None:
        at = int(piece["index"])
        function = piece.get("function") or {}
        known = self._calls.get(at, ToolCall("", "", ""))
        self._calls[at] = ToolCall(
            id=known.id or piece.get("id") or "",
            name=known.name or function.get("name") or "",
            arguments=known.arguments + (function.get("arguments") or ""),
        )
