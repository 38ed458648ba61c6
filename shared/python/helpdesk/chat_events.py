"""What a chat says while it answers, as typed events; the wire format is the edge's."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from helpdesk.charging import NO_MODEL
from helpdesk.conversations import (
    Citation,
    FinishReason,
    Timing,
    Turn,
    TurnAction,
    TurnUsage,
)
from helpdesk.errors import HelpdeskError, Unavailable
from helpdesk.ids import ConversationId, TurnId
from helpdesk.money import Money


@dataclass(frozen=True, slots=True)
class Start:
    """The turn is claimed. ``replayed``: an earlier request with the same key claimed it."""

    conversation: ConversationId
    turn: TurnId
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """What was retrieved, best first."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """The answer's next piece."""

    text: str


@dataclass(frozen=True, slots=True)
class ActionTold:
    """How an action stands now, or what was looked up."""

    action: TurnAction


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer broke off."""

    error: HelpdeskError


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is settled; always the last event."""

    finish_reason: FinishReason
    citations: tuple[Citation, ...]
    usage: TurnUsage
    timing: Timing


ChatEvent = Start | Sources | Delta | ActionTold | Failed | Done
Numbered = tuple[int, ChatEvent]
"""An event and its place in its turn's stream, from 1: the same live and in a replay."""


def start_of(turn: Turn) -> Start:
    """The first event of a turn's stream."""
    return Start(turn.conversation, turn.id)


def failed(code: str) -> Failed:
    """The event for an error code of a turn."""
    if code == Unavailable.code:
        return Failed(Unavailable("The answer could not be finished. Ask again in a moment."))
    return Failed(HelpdeskError("The answer could not be finished because of a fault of ours."))


def done(turn: Turn) -> Done:
    """The last event of a settled turn. Raises ValueError for one that is not settled."""
    if turn.finish_reason is None or turn.usage is None or turn.timing is None:
        raise ValueError(f"{turn.id} is not settled")
    return Done(turn.finish_reason, turn.citations, turn.usage, turn.timing)


def broken_off() -> tuple[ChatEvent, ...]:
    """How the stream of a turn ends whose end is not known."""
    usage = TurnUsage(NO_MODEL.model, 0, 0, cost=Money(0), price_version="", estimated=True)
    return failed(Unavailable.code), Done("error", (), usage, Timing(None, 0))


def events_of(turn: Turn) -> Iterator[ChatEvent]:
    """The very events that a settled turn's stream consisted of."""
    yield start_of(turn)
    yield Sources(turn.sources)
    pieces = list(pairwise(accumulate(turn.deltas, initial=0)))
    told = deque(turn.actions)
    for place in range(len(pieces) + 1):
        while told and told[0].after <= place:
            yield ActionTold(told.popleft())
        if place < len(pieces):
            begin, end = pieces[place]
            yield Delta(turn.answer[begin:end])
    if turn.error_code:
        yield failed(turn.error_code)
    yield done(turn)
