"""First answers, kept for who asks again."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from helpdesk.replies import KeyedRequest, Reply


class Replies(Protocol):
    """First answers to requests that carry an idempotency key."""

    def once(self, request: KeyedRequest, answer: Callable[[], Mapping[str, Any]]) -> Reply:
        """Answers a request, or repeats what the first one under its key was answered.

        A refusal is not kept: the next request tries again. Raises IdempotencyConflict for another
        request under the same key, Conflict while the first is being answered, and Unavailable.
        """
