"""What is said next: a quote from the sources, a call of a tool, a question, or a tool's answer."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.model_server.answerer import NO_ANSWER, Answerer, compose
from local.model_server.arguments import arguments_said, missing, value_in
from local.model_server.offered_tools import OfferedTool
from local.model_server.requests import ChatRequest
from local.model_server.results import read_out
from local.model_server.sources import parse_sources
from local.model_server.talk import Heard, asked_for, heard, request_behind
from local.model_server.tool_choice import THRESHOLD, best_fit

_DECLINES = re.compile(
    r"^\W*(?:no|nope|never ?mind|cancel|stop|forget it|leave it)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that is to be called; ``arguments`` is JSON text."""

    id: str
    name: str
    arguments: str


Reply = str | Call


class Agent:
    """Answers a request as a model does that was offered tools."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    async def reply(self, request: ChatRequest) -> Reply:
        """The next thing to say. The same request always gets the same reply."""
        if results := request.results:
            return " ".join(read_out(result) for result in results)
        tools, said = request.offered, heard(request.messages)
        if not tools or not said:
            return await self._answerer.answer(request.system, request.question)
        if request.must_call:
            return await self._forced(request, tools, said)
        asked = await self._asked_before(tools, said)
        if asked and self._answers(asked, said[-1]):
            return _call_or_question(request, asked, said)
        return await self._chosen(request, tools, said, asked)

    async def _chosen(
        self,
        request: ChatRequest,
        tools: Sequence[OfferedTool],
        said: Sequence[Heard],
        asked: OfferedTool | None,
    ) -> Reply:
        """The tool that the last message asks for, unless the sources answer it better."""
        quotes = await self._answerer.quotes(parse_sources(request.system), request.question)
        fit = await best_fit(request.question, tools, self._answerer.vectors)
        best = max((quote.score for quote in quotes), default=0.0)
        if fit and fit.score >= THRESHOLD and fit.score > best:
            return _call_or_question(request, fit.tool, said)
        answer = compose(quotes)
        if answer == NO_ANSWER and asked and not _DECLINES.search(request.question):
            return _call_or_question(request, asked, said)
        return answer

    async def _forced(
        self, request: ChatRequest, tools: Sequence[OfferedTool], said: Sequence[Heard]
    ) -> Reply:
        """A call that the request insists on, with whatever arguments are known."""
        fit = await best_fit(request_behind(said, tools).text, tools, self._answerer.vectors)
        tool = fit.tool if fit else tools[0]
        return _call(request, tool, arguments_said(tool, said))

    async def _asked_before(
        self, tools: Sequence[OfferedTool], said: Sequence[Heard]
    ) -> OfferedTool | None:
        """The tool that the assistant's last message asked an argument for."""
        asking = [tool for tool in tools if asked_for(said[-1], tool)]
        fit = await best_fit(request_behind(said, tools).text, asking, self._answerer.vectors)
        return fit.tool if fit else None

    @staticmethod
    def _answers(tool: OfferedTool, said: Heard) -> bool:
        parameter = asked_for(said, tool)
        return parameter is not None and value_in(parameter, said) is not None


def _call_or_question(request: ChatRequest, tool: OfferedTool, said: Sequence[Heard]) -> Reply:
    arguments = arguments_said(tool, said)
    if absent := missing(tool, arguments):
        return absent.question
    return _call(request, tool, arguments)


def _call(request: ChatRequest, tool: OfferedTool, arguments: dict[str, Any]) -> Call:
    written = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    talk = [(message.role, message.text) for message in request.messages]
    known = hashlib.sha256(repr((tool.name, written, talk)).encode()).hexdigest()
    return Call(f"call_{known[:24]}", tool.name, written)
