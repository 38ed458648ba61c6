"""An answer in the shapes of OpenAI's Chat Completions: one object, or a stream of chunks."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.model_server.agent import Call, Reply
from local.model_server.answerer import MODEL

_PIECE = re.compile(r"[\w ]+|[^\w ]+")


def _new_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer and the tokens that it took."""

    reply: Reply
    prompt_tokens: int
    completion_tokens: int
    id: str = field(default_factory=_new_id)
    created: int = field(default_factory=_now)

    def whole(self) -> dict[str, Any]:
        """The ``chat.completion`` object."""
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        if isinstance(self.reply, Call):
            function = {"name": self.reply.name, "arguments": self.reply.arguments}
            call = {"id": self.reply.id, "type": "function", "function": function}
            message["tool_calls"] = [call]
        else:
            message["content"] = self.reply
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": self._finish_reason,
            "logprobs": None,
        }
        return self._object("chat.completion", choices=[choice], usage=self._usage())

    def stream(self, *, include_usage: bool) -> Iterator[str]:
        """The server-sent events, a piece each, the usage last where it is asked for."""
        usage = {"usage": None} if include_usage else {}
        for delta in self._deltas():
            yield _event(self._chunk(delta, **usage))
        yield _event(self._chunk({}, finish_reason=self._finish_reason, **usage))
        if include_usage:
            yield _event(self._object("chat.completion.chunk", choices=[], usage=self._usage()))
        yield "data: [DONE]\n\n"

    @property
    def _finish_reason(self) -> str:
        return "tool_calls" if isinstance(self.reply, Call) else "stop"

    def _deltas(self) -> Iterator[dict[str, Any]]:
        if not isinstance(self.reply, Call):
            yield {"role": "assistant", "content": ""}
            yield from ({"content": word} for word in re.findall(r"\S+\s*", self.reply))
            return
        # The first piece names the call; the arguments follow in pieces of their JSON text.
        function = {"name": self.reply.name, "arguments": ""}
        call = {"index": 0, "id": self.reply.id, "type": "function", "function": function}
        yield {"role": "assistant", "content": None, "tool_calls": [call]}
        for piece in re.findall(_PIECE, self.reply.arguments):
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}

    def _chunk(
        self, delta: dict[str, Any], finish_reason: str | None = None, **more: Any
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
