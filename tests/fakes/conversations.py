"""The log in memory."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from helpdesk.conversations import (
    Asker,
    Conversation,
    Feedback,
    FirstRequest,
    RequestKey,
    Turn,
    TurnStatus,
)
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import ConversationId, EventId, TenantId, TurnId
from helpdesk.pages import Page
from helpdesk.resolutions import ResolutionChange, reopened_by
from helpdesk.usage import UsageEvent
from tests.fakes.ledger import MemoryLedger
from tests.fakes.pages import newest_first


class MemoryConversations:
    """Conversations and turns in dicts, under one lock.

    ``events`` are those that it wrote; they are in ``ledger``, too, when there is one.
    """

    def __init__(self, ledger: MemoryLedger | None = None) -> None:
        self._ledger = ledger
        self.events: dict[EventId, UsageEvent] = {}
        self._lock = threading.Lock()
        self._heads: dict[tuple[TenantId, ConversationId], Conversation] = {}
        self._turns: dict[tuple[TenantId, ConversationId, TurnId], Turn] = {}
        self._requests: dict[tuple[TenantId, str], FirstRequest] = {}

    def claim(
        self,
        turn: Turn,
        conversation: Conversation | None,
        request: RequestKey | None = None,
        asker: Asker | None = None,
    ) -> FirstRequest | None:
        """Starts a turn, unless its request was made before. Raises NotFound and Conflict."""
        with self._lock:
            if request and (first := self._requests.get((turn.tenant, request.key))):
                return None if first.turn == turn.id else first
            if (turn.tenant, turn.conversation, turn.id) in self._turns:
                return None
            head = self._heads.get((turn.tenant, turn.conversation))
            if conversation and head:
                raise Conflict("This conversation is there already.")
            if not conversation and not head:
                raise NotFound("There is no such conversation.")
            if head and asker and (objection := asker.objection(head)):
                raise objection
            if conversation:
                self._heads[turn.tenant, turn.conversation] = conversation
            elif head and (change := reopened_by(turn, head)):
                self._write(change)
            if request:
                first = FirstRequest(turn.conversation, turn.id, request.fingerprint)
                self._requests[turn.tenant, request.key] = first
            self._turns[turn.tenant, turn.conversation, turn.id] = turn
        return None

    def settle(self, turn: Turn, event: UsageEvent) -> bool:
        """Ends a running turn together with its usage event. Raises NotFound and Conflict."""
        with self._lock:
            running = self._turns.get(key := (turn.tenant, turn.conversation, turn.id))
            if running is None:
                raise NotFound("There is no such turn.")
            if running.status is TurnStatus.SETTLED:
                return False
            if event.id in self.events:
                raise Conflict("This usage event bills something else already.")
            self._bill(event)
            self._turns[key] = replace(turn, feedback=running.feedback)
            head = self._heads[turn.tenant, turn.conversation]
            self._heads[turn.tenant, turn.conversation] = replace(
                head,
                turns=head.turns + 1,
                updated_at=turn.ended_at,
                outcome=turn.finish_reason,
            )
        return True

    def record(self, change: ResolutionChange) -> None:
        """Resolves a conversation or opens it again, and bills that. Raises Conflict."""
        before = change.before
        with self._lock:
            head = self._heads.get((before.tenant, before.id))
            known = (before.status, before.resolutions)
            if head is None or (head.status, head.resolutions) != known:
                raise Conflict("The conversation has moved on meanwhile.")
            self._write(change)

    def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        """One conversation. Raises NotFound."""
        if head := self._heads.get((tenant, conversation)):
            return head
        raise NotFound("There is no such conversation.")

    def turns(
        self, tenant: TenantId, conversation: ConversationId, last: int | None = None
    ) -> Sequence[Turn]:
        """Its turns in order; only the ``last`` few when given."""
        with self._lock:
            found = sorted(
                (
                    turn
                    for (owner, talk, _), turn in self._turns.items()
                    if (owner, talk) == (tenant, conversation)
                ),
                key=lambda turn: turn.id,
            )
        return found if last is None else found[max(0, len(found) - last) :]

    def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> Turn:
        """One turn. Raises NotFound."""
        if found := self._turns.get((tenant, conversation, turn)):
            return found
        raise NotFound("There is no such turn.")

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Conversation]:
        """A tenant's conversations, newest first. Raises ValidationFailed."""
        with self._lock:
            heads = [head for (owner, _), head in self._heads.items() if owner == tenant]
        return newest_first(heads, lambda head: head.id, limit, cursor)

    def give_feedback(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, feedback: Feedback
    ) -> None:
        """Keeps what the customer thought of a turn. Raises NotFound."""
        with self._lock:
            if (key := (tenant, conversation, turn)) not in self._turns:
                raise NotFound("There is no such turn.")
            self._turns[key] = replace(self._turns[key], feedback=feedback)

    def orphans(self, started_before: datetime, limit: int) -> Sequence[Turn]:
        """Turns of any tenant that were claimed before then and never settled, oldest first."""
        running = [
            turn
            for turn in self._turns.values()
            if turn.status is TurnStatus.RUNNING and turn.started_at < started_before
        ]
        return sorted(running, key=lambda turn: turn.started_at)[:limit]

    def _write(self, change: ResolutionChange) -> None:
        after = change.after
        self._heads[after.tenant, after.id] = replace(
            self._heads[after.tenant, after.id],
            status=after.status,
            updated_at=after.updated_at,
            resolutions=after.resolutions,
            resolution=after.resolution,
        )
        self._bill(change.event)

    def _bill(self, event: UsageEvent) -> None:
        self.events[event.id] = event
        if self._ledger:
            self._ledger.record(event)
