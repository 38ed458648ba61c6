"""A turn's stream from the log, for a reader that lost it or asks again."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from helpdesk.chat_events import Numbered, broken_off, events_of
from helpdesk.conversations import Asker, Turn, TurnStatus
from helpdesk.ids import ConversationId, TenantId, TurnId
from helpdesk.ports import Conversations
from helpdesk.turn_in_progress import Monotonic

POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Replay:
    """Reads turns; one that is still running is waited for, up to ``patience_seconds``."""

    conversations: Conversations
    patience_seconds: float
    monotonic: Monotonic = time.monotonic

    async def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> Turn:
        """One turn of the log. Raises NotFound."""
        return await asyncio.to_thread(self.conversations.turn, tenant, conversation, turn)

    async def turn_for(
        self, asker: Asker, tenant: TenantId, conversation: ConversationId, turn: TurnId
    ) -> Turn:
        """One turn of a conversation in which this one may speak. Raises NotFound."""
        found, head = await asyncio.gather(
            self.turn(tenant, conversation, turn),
            asyncio.to_thread(self.conversations.get, tenant, conversation),
        )
        if objection := asker.objection(head):
            raise objection
        return found

    async def events(self, turn: Turn, after: int) -> AsyncGenerator[Numbered, None]:
        """The turn's events behind the ``after``-th; the last one in any case.

        They have the places that they had live. A turn that does not end in time ends in an error.
        """
        deadline = self.monotonic() + self.patience_seconds
        while turn.status is TurnStatus.RUNNING and self.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
            turn = await self.turn(turn.tenant, turn.conversation, turn.id)
        if turn.status is TurnStatus.RUNNING:
            for number, event in enumerate(broken_off(), start=after + 1):
                yield number, event
            return
        events = list(enumerate(events_of(turn), start=1))
        for number, event in events[min(after, len(events) - 1) :]:
            yield number, event
