"""First answers in memory."""

from collections.abc import Callable, Mapping
from typing import Any

from helpdesk.errors import Conflict, IdempotencyConflict
from helpdesk.replies import KeyedRequest, Reply


class MemoryReplies:
    """Keeps first answers in a dict; one that is being answered is there, and empty."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any] | None]] = {}

    def once(self, request: KeyedRequest, answer: Callable[[], Mapping[str, Any]]) -> Reply:
        """Answers a request, or repeats what the first one under its key was answered."""
        key = (request.scope, request.key)
        if key in self._first:
            content, body = self._first[key]
            if content != request.content:
                raise IdempotencyConflict("This Idempotency-Key was used for another request.")
            if body is None:
                raise Conflict("It is still being answered.", retry_after_seconds=1)
            return Reply(body, repeated=True)
        self._first[key] = (request.content, None)
        try:
            body = answer()
        except Exception:
            del self._first[key]
            raise
        self._first[key] = (request.content, body)
        return Reply(body, repeated=False)
