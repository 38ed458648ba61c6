"""The use case at the heart: a customer asks, and the answer streams back with its citations."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from helpdesk.charging import charge
from helpdesk.chat_context import Context, ContextReader, Question
from helpdesk.chat_events import Numbered, broken_off, done, failed, start_of
from helpdesk.clock import Clock
from helpdesk.conversations import (
    Conversation,
    ConversationStatus,
    FirstRequest,
    Turn,
    TurnStatus,
    preview_of,
)
from helpdesk.errors import HelpdeskError, IdempotencyConflict, Unavailable
from helpdesk.ids import Chance, ConversationId, TurnId, new_id
from helpdesk.ports import Conversations, Tenants
from helpdesk.replay import Replay
from helpdesk.retrieval import Retrieval
from helpdesk.tariffs import Tariffs
from helpdesk.turn_answering import Answering
from helpdesk.turn_in_progress import Monotonic, TurnInProgress, TurnObserver

_TurnTask = asyncio.Task[FirstRequest | None]

TURN_SECONDS = 100.0
"""When a turn that has not ended is broken off: in time to settle it before the function's end."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Answers a turn of a conversation.

    Each turn runs as a task of its own, so it is settled even when nobody listens any more. The
    synchronous ports are called in threads of the event loop's default executor.
    """

    tenants: Tenants
    retrieval: Retrieval
    answering: Answering
    conversations: Conversations
    tariffs: Tariffs
    now: Clock
    observer: TurnObserver
    monotonic: Monotonic = time.monotonic
    chance: Chance = secrets.token_bytes
    turn_seconds: float = TURN_SECONDS
    _running: set[_TurnTask] = field(default_factory=set, init=False, repr=False)

    @property
    def replay(self) -> Replay:
        """The turns of the log, as streams."""
        return Replay(self.conversations, self.turn_seconds, self.monotonic)

    async def answer(self, question: Question) -> AsyncGenerator[Numbered, None]:
        """The turn's events as they happen: ``Start`` first and ``Done`` last.

        Raises before the first event, and only then: NotFound for a conversation that is not there
        or not this visitor's, Conflict for another end user's, IdempotencyConflict for a request
        key that came with another request before.
        """
        progress = TurnInProgress(self._new_turn(question), self.monotonic)
        task = self._start(question, progress)
        number = 0
        async for event in progress.events():
            number += 1
            yield number, event
        if first := await task:
            async with aclosing(self._repeat(question, first)) as events:
                async for numbered in events:
                    yield numbered

    async def drain(self) -> None:
        """Waits until all turns of this process are settled."""
        while self._running:
            await asyncio.wait(self._running)

    def _new_turn(self, question: Question) -> Turn:
        now = self.now()
        opened = ConversationId(new_id("conv", now, self.chance))
        return Turn(
            tenant=question.tenant,
            conversation=question.conversation or opened,
            id=TurnId(new_id("turn", now, self.chance)),
            status=TurnStatus.RUNNING,
            question=question.text,
            started_at=now,
        )

    def _start(self, question: Question, progress: TurnInProgress) -> _TurnTask:
        def ended(task: _TurnTask) -> None:
            self._running.discard(task)
            progress.close()
            _forget_exception(task)

        task = asyncio.create_task(self._run(question, progress))
        self._running.add(task)
        task.add_done_callback(ended)
        return task

    async def _run(self, question: Question, progress: TurnInProgress) -> FirstRequest | None:
        reader = ContextReader(
            self.tenants,
            self.retrieval,
            self.conversations,
            self.answering.tool_use,
            self.chance,
        )
        context = asyncio.create_task(reader.read(question, progress.turn.id))
        context.add_done_callback(_forget_exception)
        try:
            if first := await asyncio.to_thread(self._claim, question, progress.turn):
                return first
            progress.claimed()
            await self._answer_or_fail(question, context, progress)
            await self._settle(question, progress)
        finally:
            context.cancel()
        return None

    async def _answer_or_fail(
        self, question: Question, context: "asyncio.Task[Context]", progress: TurnInProgress
    ) -> None:
        try:
            async with asyncio.timeout(self.turn_seconds):
                await self.answering.answer(question, await context, progress)
        except TimeoutError:
            progress.failed(Unavailable.code)
        except HelpdeskError as error:
            progress.failed(error.code)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the turn must be settled
            self.observer.crashed(progress.turn, error)
            progress.failed(HelpdeskError.code)

    def _claim(self, question: Question, turn: Turn) -> FirstRequest | None:
        head = None
        if question.conversation is None:
            head = Conversation(
                tenant=turn.tenant,
                id=turn.conversation,
                status=ConversationStatus.BOT,
                created_at=turn.started_at,
                updated_at=turn.started_at,
                end_user=question.end_user,
                preview=preview_of(question.text),
                visitor=None if question.end_user else question.visitor,
            )
        return self.conversations.claim(turn, head, question.request, question.asker)

    async def _settle(self, question: Question, progress: TurnInProgress) -> None:
        used, estimated = progress.bill(self.answering.model.model)
        turn = progress.turn
        try:
            tariff = await asyncio.to_thread(self.tariffs.at, turn.tenant, turn.started_at)
            charged = charge(
                turn,
                used,
                tariff,
                opens_conversation=question.conversation is None,
                estimated=estimated,
            )
            turn = progress.settled(charged.usage)
            await asyncio.to_thread(self.conversations.settle, turn, charged.event)
        except Exception as error:  # noqa: BLE001 - the stream must end; the sweeper settles later
            self.observer.crashed(turn, error)
            for event in broken_off():
                progress.emit(event)
            return
        if turn.error_code:
            progress.emit(failed(turn.error_code))
        progress.emit(done(turn))
        self.observer.settled(turn, progress.measurements())

    async def _repeat(
        self, question: Question, first: FirstRequest
    ) -> AsyncGenerator[Numbered, None]:
        if question.request and question.request.fingerprint != first.fingerprint:
            raise IdempotencyConflict("This Idempotency-Key came with another request before.")
        turn = await self.replay.turn(question.tenant, first.conversation, first.turn)
        yield 1, replace(start_of(turn), replayed=True)
        async with aclosing(self.replay.events(turn, after=1)) as events:
            async for numbered in events:
                yield numbered


def _forget_exception(task: "asyncio.Task[Any]") -> None:
    """Marks a task's exception as seen: whoever needs it has it from awaiting the task."""
    if not task.cancelled():
        task.exception()
