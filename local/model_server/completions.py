"""An answer in the shapes of OpenAI's Chat Completions: one object, or a stream of chunks."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.model_server.answerer import MODEL


def _new_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer and the tokens that it took."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    id: str = field(default_factory=_new_id)
    created: int = field(default_factory=_now)

    def whole(self) -> dict[str, Any]:
        """The ``chat.completion`` object."""
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return self._object("chat.completion", choices=[choice], usage=self._usage())

    def stream(self, *, include_usage: bool) -> Iterator[str]:
        """The server-sent events, a word each, the usage last where it is asked for."""
        usage = {"usage": None} if include_usage else {}
        yield _event(self._chunk({"role": "assistant", "content": ""}, **usage))
        for word in re.findall(r"\S+\s*", self.text):
            yield _event(self._chunk({"content": word}, **usage))
        yield _event(self._chunk({}, finish_reason="stop", **usage))
        if include_usage:
            yield _event(self._object("chat.completion.chunk", choices=[], usage=self._usage()))
        yield "data: [DONE]\n\n"

    def _chunk(
        self, delta: dict[str, str], finish_reason: str | None = None, **more: Any
    ) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return self._object("chat.completion.chunk", choices=[choice], **more)

    def _object(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL, **more}

    def _usage(self) -> dict[str, int]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
