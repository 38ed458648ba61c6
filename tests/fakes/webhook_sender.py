"""A receiver of webhooks in memory."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.webhooks import Attempt


@dataclass(frozen=True)
class Posted:
    """What arrived."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class ScriptedReceiver:
    """Answers each post with what ``answer`` says (a status or a problem), and keeps them all."""

    def __init__(self, answer: Callable[[Posted], int | str] = lambda _: 200) -> None:
        self.answer = answer
        self.posted: list[Posted] = []

    @property
    def ids(self) -> list[str]:
        """The ids of the events that arrived, in order."""
        return [each.envelope["id"] for each in self.posted]

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        """Posts once."""
        self.posted.append(Posted(url, headers, body))
        answer = self.answer(self.posted[-1])
        if isinstance(answer, int):
            return Attempt(now, status=answer)
        return Attempt(now, problem=answer)
