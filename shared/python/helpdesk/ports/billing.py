"""What was used."""

from collections.abc import Sequence
from typing import Protocol

from helpdesk.ids import TenantId
from helpdesk.usage import UsageEvent


class Ledger(Protocol):
    """The usage events, for ever."""

    def record(self, event: UsageEvent) -> bool:
        """Writes an event that belongs to no turn. False when the same id was written before."""

    def events(self, tenant: TenantId, period: str) -> Sequence[UsageEvent]:
        """All events of a tenant in a period (``2026-11``), in the order of their ids."""
