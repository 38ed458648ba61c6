"""A language model behind Chat Completions, streamed."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict
from typing import Any

from httpx2 import AsyncHTTPTransport
from openai import AsyncOpenAI, AsyncStream, DefaultAsyncHttpxClient

from helpdesk.adapters.openai.connection import (
    ANSWER_RETRIES,
    CONNECT_RETRIES,
    LIMITS,
    NO_KEY,
    failing_as_unavailable,
    timeout,
)
from helpdesk.adapters.openai.tool_calling import ToolCallDeltas, message_as_sent
from helpdesk.errors import Unavailable
from helpdesk.model import Message, Piece, Said, TokenUsage, ToolOffer


class OpenAILanguageModel:
    """A LanguageModel at an OpenAI-compatible endpoint.

    ``timeout_seconds`` bounds each silence: before the first piece and between two.
    """

    def __init__(self, url: str, key: str, model: str, timeout_seconds: float) -> None:
        self.model = model
        self._client = AsyncOpenAI(
            base_url=url,
            api_key=key or NO_KEY,
            max_retries=ANSWER_RETRIES,
            timeout=timeout(timeout_seconds),
            http_client=DefaultAsyncHttpxClient(
                transport=AsyncHTTPTransport(retries=CONNECT_RETRIES, limits=LIMITS)
            ),
        )

    async def stream(
        self, prompt: Sequence[Message], tools: Sequence[ToolOffer] = ()
    ) -> AsyncGenerator[Said, None]:
        """The answer as it is produced. Raises Unavailable, also when the answer breaks off."""
        ended = False
        calls = ToolCallDeltas()
        with failing_as_unavailable("language model"):
            # Not chat.completions.create: checking the prompt against its schema and building a
            # model of each chunk took 1.7 of 4.5 ms of processor time per answer.
            chunks = await self._client.post(
                "/chat/completions",
                body=self._request(prompt, tools),
                cast_to=object,
                stream=True,
                stream_cls=AsyncStream[object],
            )
            async with chunks:
                async for chunk in chunks:
                    calls.add(chunk)
                    for said in _said(chunk):
                        yield said
                    if not ended and _ends(chunk):
                        ended = True
                        for call in calls.whole():
                            yield call
        if not ended:
            raise Unavailable("The language model broke off. Try again in a moment.")

    def _request(self, prompt: Sequence[Message], tools: Sequence[ToolOffer]) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.model,
            "messages": [message_as_sent(message) for message in prompt],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
            request["tools"] = [{"type": "function", "function": asdict(tool)} for tool in tools]
        return request

    async def aclose(self) -> None:
        """Closes the connections that are kept alive."""
        await self._client.close()


def _ends(chunk: Any) -> bool:
    return any(choice.get("finish_reason") for choice in chunk["choices"])


def _said(chunk: Any) -> Sequence[Said]:
    said: list[Said] = [
        Piece(text) for choice in chunk["choices"] if (text := choice["delta"].get("content"))
    ]
    if usage := chunk.get("usage"):
        input_tokens, output_tokens = usage["prompt_tokens"], usage["completion_tokens"]
        details = usage.get("prompt_tokens_details") or {}
        cached_tokens = int(details.get("cached_tokens") or 0)
        said.append(
            TokenUsage(chunk["model"], int(input_tokens), int(output_tokens), cached_tokens)
        )
    return said
