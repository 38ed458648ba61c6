"""The closes of periods and statements in memory."""

import threading
from collections.abc import Sequence

from helpdesk.billing.statements import PeriodClose, Statement, place_of
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import TenantId


class MemoryPeriods:
    """Closes and statements in dicts, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closes: dict[str, PeriodClose] = {}
        self._statements: dict[tuple[TenantId, str], Statement] = {}

    def get(self, period: str) -> PeriodClose | None:
        """A period's close, begun or done; None for one that is open."""
        return self._closes.get(period)

    def last(self) -> PeriodClose | None:
        """The newest close, begun or done."""
        return self.all()[-1] if self._closes else None

    def all(self) -> Sequence[PeriodClose]:
        """All closes, begun or done, in the order of their periods."""
        return [close for _, close in sorted(self._closes.items())]

    def begin(self, close: PeriodClose) -> PeriodClose:
        """Begins a close and returns the one that stands: this one, or an earlier one."""
        with self._lock:
            return self._closes.setdefault(close.period, close)

    def seal(self, close: PeriodClose) -> None:
        """Ends a close that was begun. Safe to repeat. Raises Conflict for another end."""
        with self._lock:
            there = self._closes.get(close.period)
            begun = there and (there.status, there.export) == ("closing", close.export)
            if there != close and not begun:
                raise Conflict(f"The close of {close.period} stands otherwise.")
            self._closes[close.period] = close

    def state(self, statement: Statement) -> None:
        """Writes a tenant's statement of a month. Safe to repeat. Raises Conflict."""
        key = statement.tenant, statement.bill.period
        with self._lock:
            if (there := self._statements.get(key)) == statement:
                return
            if there or (statement.number and statement.number in self._numbers()):
                raise Conflict(f"There is another statement, or another {statement.number}.")
            self._statements[key] = statement

    def last_number(self) -> int:
        """How many numbers the statements of all periods have so far."""
        with self._lock:
            return max(map(place_of, self._numbers()), default=0)

    def statement(self, tenant: TenantId, period: str) -> Statement:
        """A tenant's statement. Raises NotFound."""
        if found := self._statements.get((tenant, period)):
            return found
        raise NotFound("There is no statement of this period.")

    def statements(self, tenant: TenantId) -> Sequence[Statement]:
        """All of a tenant's statements, the newest first."""
        with self._lock:
            own = [each for (owner, _), each in self._statements.items() if owner == tenant]
        return sorted(own, key=lambda each: each.bill.period, reverse=True)

    def _numbers(self) -> set[str]:
        return {each.number for each in self._statements.values() if each.number}
