"""What closed months have beside usage, in memory."""

import threading
from collections.abc import Sequence

from helpdesk.billing.charges import PeriodCharge
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId


class MemoryCharges:
    """Charges in a dict, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._charges: dict[tuple[TenantId, str, EventId], PeriodCharge] = {}

    def add(self, charges: Sequence[PeriodCharge]) -> None:
        """Writes charges of closed months; those that are there stay. Raises Conflict."""
        with self._lock:
            for charge in charges:
                key = charge.tenant, charge.period, charge.id
                if self._charges.setdefault(key, charge) != charge:
                    raise Conflict(f"The charge {charge.id} is there with other content.")

    def of_period(self, tenant: TenantId, period: str) -> Sequence[PeriodCharge]:
        """The charges of a tenant's closed month, in the order of their ids."""
        with self._lock:
            own = [
                charge
                for (owner, of, _), charge in self._charges.items()
                if (owner, of) == (tenant, period)
            ]
        return sorted(own, key=lambda charge: charge.id)
