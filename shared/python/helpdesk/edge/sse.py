"""Server-sent events: how a chat looks on the wire."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from helpdesk.chat_events import (
    ActionTold,
    ChatEvent,
    Delta,
    Done,
    Failed,
    Numbered,
    Sources,
    Start,
)
from helpdesk.edge.problems import problem
from helpdesk.edge.turn_views import action_view, citation_view, timing_view, usage_view
from helpdesk.errors import FieldError, InvalidRequest
from helpdesk.ids import TurnId

HEARTBEAT_SECONDS = 10.0
"""The longest silence on an open stream."""

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
"""What keeps everybody between us and the reader from holding a stream back."""

HEARTBEAT = b": still here\n\n"

_EVENT_ID = re.compile(r"(turn_[0-9a-z]+):([0-9]{1,9})", re.ASCII)


async def chat_stream(
    events: AsyncGenerator[Numbered, None], turn: TurnId, request: str
) -> AsyncGenerator[bytes, None]:
    """A turn's events, each as one piece of the stream. ``request`` is the request's id."""
    async with aclosing(events):
        async for number, event in events:
            name, data = _view(event, request)
            yield f"id: {turn}:{number}\nevent: {name}\n{data_line(data)}\n\n".encode()


def data_line(data: Any) -> str:
    """The data of an event, on one line."""
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}"


async def with_heartbeats(
    pieces: AsyncGenerator[bytes, None], seconds: float = HEARTBEAT_SECONDS
) -> AsyncGenerator[bytes, None]:
    """The pieces as they come, and a comment after each so many seconds of silence."""
    following = asyncio.ensure_future(anext(pieces))
    try:
        while True:
            await asyncio.wait({following}, timeout=seconds)
            if not following.done():
                yield HEARTBEAT
                continue
            try:
                piece = following.result()
            except StopAsyncIteration:
                return
            following = asyncio.ensure_future(anext(pieces))
            yield piece
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await following
        await pieces.aclose()


def last_seen(header: str | None, turn: TurnId) -> int:
    """The number of the last event that a reader has seen, by its ``Last-Event-ID``.

    Raises InvalidRequest for what is no id of this turn's events.
    """
    if not header:
        return 0
    matched = _EVENT_ID.fullmatch(header)
    if not matched or matched[1] != turn:
        wrong = FieldError("Last-Event-ID", f"This must be '{turn}:<number>'.")
        raise InvalidRequest("Last-Event-ID is not an id of this turn's events.", errors=[wrong])
    return int(matched[2])


def _view(event: ChatEvent, request: str) -> tuple[str, dict[str, Any]]:
    match event:
        case Start():
            return "start", {"conversation_id": event.conversation, "turn_id": event.turn}
        case Sources():
            return "sources", {"citations": [citation_view(each) for each in event.citations]}
        case Delta():
            return "delta", {"text": event.text}
        case ActionTold():
            return "action", action_view(event.action)
        case Failed():
            return "error", problem(event.error, request)
        case Done():
            return "done", {
                "finish_reason": event.finish_reason,
                "citations": [citation_view(each) for each in event.citations],
                "usage": usage_view(event.usage),
                "timing": timing_view(event.timing),
            }
