"""Turns that nobody settled, because their process died, are settled by a flagged estimate."""

from dataclasses import dataclass, replace
from datetime import timedelta

from helpdesk.charging import charge, estimated_tokens
from helpdesk.clock import Clock
from helpdesk.conversations import Timing, Turn, TurnStatus
from helpdesk.errors import Conflict, NotFound, Unavailable
from helpdesk.model import TokenUsage
from helpdesk.ports import Conversations
from helpdesk.tariffs import Tariffs

ORPHANED_AFTER = timedelta(minutes=10)
"""A turn that has run for so long is nobody's: chat breaks its own off after two minutes."""

_TURNS_PER_SWEEP = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many turns were settled, and how many could not be."""

    settled: int
    stuck: int


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Ends what was left open. Safe to repeat: a turn is settled once, whoever comes first."""

    conversations: Conversations
    tariffs: Tariffs
    model: str
    now: Clock

    def sweep(self) -> Swept:
        """Settles orphaned turns. One that can't be settled does not keep the others waiting.

        Raises Unavailable.
        """
        started_before = self.now() - ORPHANED_AFTER
        settled = stuck = 0
        for turn in self.conversations.orphans(started_before, _TURNS_PER_SWEEP):
            try:
                settled += self._settle(turn)
            except (NotFound, Conflict):
                stuck += 1
        return Swept(settled, stuck)

    def _settle(self, turn: Turn) -> bool:
        now = self.now()
        # What certainly went in is the question; what came out was never seen, and is not billed.
        used = TokenUsage(self.model, estimated_tokens(len(turn.question)), 0)
        head = self.conversations.get(turn.tenant, turn.conversation)
        charged = charge(
            turn,
            used,
            self.tariffs.at(turn.tenant, turn.started_at),
            opens_conversation=head.created_at == turn.started_at,
            estimated=True,
        )
        waited = now - turn.started_at
        settled = replace(
            turn,
            status=TurnStatus.SETTLED,
            finish_reason="error",
            error_code=Unavailable.code,
            usage=charged.usage,
            timing=Timing(first_token_ms=None, total_ms=waited // timedelta(milliseconds=1)),
        )
        return self.conversations.settle(settled, charged.event)
