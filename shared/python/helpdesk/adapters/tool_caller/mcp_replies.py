"""What an MCP server's answer to tools/call means for an action."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.adapters.outbound_http import Heard
from helpdesk.tool_calls import Answered, NoAnswer, ToolReply

Json = dict[str, Any]

_INVALID_PARAMS = -32602


def reply_of(heard: Heard, message: Json | None, *, writes: bool) -> ToolReply:
    """What came of tools/call: its own answer decides, and the status where there is none.

    A server also calls it an error of the tool's when one crashed half-way. So for a tool that
    ``writes`` that says nothing for certain; one that reads has simply found nothing.
    """
    if heard.status is None:
        return NoAnswer("The MCP server did not answer in time.")
    if message is None:
        return _unanswered(heard, heard.status)
    if "error" in message:
        known = message["error"].get("code") == _INVALID_PARAMS
        return Answered(422 if known else 502, _complaint([message]))
    return _outcome(message["result"], writes) if is_fine(heard) else Answered(502, None)


def messages_in(text: bytes) -> list[Json]:
    """One message, or a batch as the protocol of 2025-03-26 allows."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [each for each in (read if isinstance(read, list) else [read]) if isinstance(each, dict)]


def is_fine(heard: Heard) -> bool:
    """Whether the status is one of success."""
    return heard.status is not None and 200 <= heard.status < 300


def _unanswered(heard: Heard, status: int) -> ToolReply:
    if not is_fine(heard):
        return Answered(status, _complaint(messages_in(heard.body)))
    if heard.whole:
        return Answered(status, None)
    return NoAnswer("The MCP server's answer did not come to its end.")


def _outcome(result: Any, writes: bool) -> ToolReply:
    if not isinstance(result, dict):
        return Answered(200, None)
    content, structured = result.get("content"), result.get("structuredContent")
    text = _text(content) if isinstance(content, list) else None
    if result.get("isError") is True:
        return Answered(500 if writes else 422, {"message": text or "The tool reported an error."})
    if structured is not None:
        return Answered(200, structured if isinstance(structured, dict) else {"items": structured})
    return Answered(200, None if text is None else {"text": text})


def _text(content: Sequence[Any]) -> str:
    blocks = [each for each in content if isinstance(each, dict) and each.get("type") == "text"]
    return "\n".join(each["text"] for each in blocks if isinstance(each.get("text"), str))


def _complaint(messages: Sequence[Json]) -> Mapping[str, Any] | None:
    for each in messages:
        error = each.get("error")
        if isinstance(error, dict) and isinstance(error.get("message"), str):
            return {"message": error["message"]}
    return None
