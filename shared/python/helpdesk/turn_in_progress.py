"""A turn between its claim and its settlement: what has been said, measured and used so far."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from helpdesk.actions import ActionStatus
from helpdesk.answering import Answer
from helpdesk.charging import NO_MODEL, estimated_tokens
from helpdesk.chat_events import ActionTold, ChatEvent, Delta, Sources, start_of
from helpdesk.citations import Source
from helpdesk.conversations import (
    FinishReason,
    Timing,
    Turn,
    TurnAction,
    TurnStatus,
    TurnUsage,
)
from helpdesk.model import Message, Piece, TokenUsage

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Measurements:
    """How long the parts of a turn took, in seconds; None for a part that was not reached."""

    retrieval: float | None
    model_first_chunk: float | None
    model: float | None


class TurnObserver(Protocol):
    """Is told how turns end."""

    def settled(self, turn: Turn, measurements: Measurements) -> None:
        """A turn has ended and is settled."""

    def crashed(self, turn: Turn, error: Exception) -> None:
        """A fault of ours broke a turn off."""


class TurnInProgress:
    """The state of one turn while its task runs, and the events that it has said."""

    def __init__(self, turn: Turn, monotonic: Monotonic = time.monotonic) -> None:
        self.turn = turn
        self._error_code: str | None = None
        self._used: TokenUsage | None = None
        self._events: asyncio.Queue[ChatEvent | None] = asyncio.Queue()
        self._answer = Answer(())
        self._sources: Sequence[Source] = ()
        self._told: list[TurnAction] = []
        self._acted = False
        self._refused = False
        self._prompt_characters = 0
        self._monotonic = monotonic
        self._started = monotonic()
        self._first_token: float | None = None
        self._retrieved: float | None = None
        self._model_called: float | None = None
        self._model_first_chunk: float | None = None
        self._model_ended: float | None = None

    def emit(self, event: ChatEvent) -> None:
        """Says an event; it leaves at once."""
        self._events.put_nowait(event)

    def close(self) -> None:
        """Says that no event will follow."""
        self._events.put_nowait(None)

    async def events(self) -> AsyncIterator[ChatEvent]:
        """The events as they are said, until the turn is closed."""
        while (event := await self._events.get()) is not None:
            yield event

    def claimed(self) -> None:
        """The turn is ours: the stream starts."""
        self.emit(start_of(self.turn))

    def retrieved(self, sources: Sequence[Source]) -> None:
        """These sources may be cited."""
        self._retrieved = self._monotonic()
        self._sources = sources
        self._answer = Answer(sources)
        self.emit(Sources(tuple(source.citation for source in sources)))

    def model_called(self, prompt: Sequence[Message]) -> None:
        """The model is asked this; it may be asked more than once."""
        self._model_called = self._model_called or self._monotonic()
        self._prompt_characters += sum(len(message.content) for message in prompt)

    def model_said(self, said: Piece | TokenUsage) -> None:
        """The model produced a piece, of which leaves what is decided; or says what it used."""
        if isinstance(said, TokenUsage):
            self._used = self._used + said if self._used else said
            return
        if self._model_first_chunk is None:
            self._model_first_chunk = self._monotonic()
        self._say(self._answer.feed(said.text))

    def model_ended(self) -> None:
        """The model has finished: what was held back leaves."""
        self._model_ended = self._monotonic()
        self._say(self._answer.end())

    def tell(self, action: TurnAction, *, acted: bool) -> None:
        """An action stands like this; or something was looked up, which is no act."""
        told = replace(action, after=len(self._answer.deltas))
        self._told.append(told)
        self._acted = self._acted or acted
        self.emit(ActionTold(told))

    def say(self, text: str) -> None:
        """Words of ours, apart from what the model said before."""
        before = self._answer.text
        gap = "\n\n" if before and not before[-1].isspace() else ""
        self._say(self._answer.say(gap + text))

    def failed(self, code: str) -> None:
        """The answer broke off; what has left stays."""
        self._error_code = code
        if self._retrieved is None:
            self.emit(Sources(()))

    def refuse(self, text: str) -> None:
        """Says the sentence of a turn that has no answer."""
        self._refused = True
        self._say(self._answer.say(text))

    @property
    def refused(self) -> bool:
        """Whether there is no answer: nothing to answer from, or the model says that its sources
        do not say."""
        nothing_to_say = not (self._sources or self._told or self._answer.text)
        return self._refused or self._answer.refused or nothing_to_say

    def bill(self, model: str) -> tuple[TokenUsage, bool]:
        """What the turn used, and whether that is an estimate, made for this model.

        A model that was called and said nothing, not even its usage, is not billed.
        """
        if self._used:
            return self._used, False
        if self._model_first_chunk is None:
            return NO_MODEL, False
        output_tokens = estimated_tokens(self._answer.raw_characters)
        return TokenUsage(model, estimated_tokens(self._prompt_characters), output_tokens), True

    def settled(self, usage: TurnUsage) -> Turn:
        """The turn as it ends now."""
        return replace(
            self.turn,
            status=TurnStatus.SETTLED,
            answer=self._answer.text,
            deltas=self._answer.deltas,
            sources=tuple(source.citation for source in self._sources),
            citations=self._answer.citations,
            actions=tuple(self._told),
            finish_reason=self._finish_reason(),
            usage=usage,
            timing=Timing(_ms(self._first_token), _ms(self._monotonic() - self._started) or 0),
            error_code=self._error_code,
        )

    def measurements(self) -> Measurements:
        """How long the parts took."""
        return Measurements(
            retrieval=_between(self._started, self._retrieved),
            model_first_chunk=_between(self._model_called, self._model_first_chunk),
            model=_between(self._model_called, self._model_ended),
        )

    def _say(self, text: str) -> None:
        if not text:
            return
        if self._first_token is None:
            self._first_token = self._monotonic() - self._started
        self.emit(Delta(text))

    def _finish_reason(self) -> FinishReason:
        if self._error_code:
            return "error"
        if self._acted:
            waits = self._told[-1].status is ActionStatus.AWAITING_CONFIRMATION
            return "awaiting_confirmation" if waits else "action"
        return "no_answer" if self.refused else "answered"


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _between(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else end - begin
