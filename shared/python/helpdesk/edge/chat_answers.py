"""A chat's events as an HTTP answer: one JSON object, or a stream that nobody holds back."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from helpdesk.chat_events import ActionTold, Delta, Done, Failed, Numbered, Start
from helpdesk.edge.sse import HEADERS, with_heartbeats
from helpdesk.edge.turn_views import action_view, citation_view, timing_view, usage_view

REPLAYED = {"Idempotency-Replayed": "true"}


async def first_of(
    events: AsyncGenerator[Numbered, None],
) -> tuple[Start, AsyncGenerator[Numbered, None]]:
    """The event that starts a chat, and all its events, that one included.

    Raises what refuses the chat: no byte has been sent yet.
    """
    number, start = await anext(events)
    if not isinstance(start, Start):
        raise TypeError("a chat starts with Start")

    async def all_events() -> AsyncGenerator[Numbered, None]:
        async with aclosing(events):
            yield number, start
            async for numbered in events:
                yield numbered

    return start, all_events()


async def whole_answer(events: AsyncGenerator[Numbered, None]) -> dict[str, Any]:
    """The answer as one object. Raises the turn's error, if it failed."""
    answer: dict[str, Any] = {}
    text = ""
    async with aclosing(events):
        async for _, event in events:
            match event:
                case Start():
                    answer = {"conversation_id": event.conversation, "turn_id": event.turn}
                case Delta():
                    text += event.text
                case ActionTold():
                    answer["action"] = action_view(event.action)
                case Failed():
                    raise event.error
                case Done():
                    answer |= {
                        "answer": text,
                        "citations": [citation_view(each) for each in event.citations],
                        "finish_reason": event.finish_reason,
                        "usage": usage_view(event.usage),
                        "timing": timing_view(event.timing),
                    }
    return answer


def streamed(pieces: AsyncGenerator[bytes, None], start: Start | None = None) -> Response:
    """A stream of server-sent events, with heartbeats."""
    return StreamingResponse(with_heartbeats(pieces), headers={**HEADERS, **_replayed(start)})


def at_once(content: dict[str, Any], start: Start) -> Response:
    """One JSON answer."""
    return JSONResponse(content, headers=_replayed(start))


def _replayed(start: Start | None) -> dict[str, str]:
    return REPLAYED if start and start.replayed else {}
