"""A period's lines in the one order in which they are exported, however often that is.

Tenants by their ids; of each the events that were posted to the period, shard by shard in the order
of their ids; then those of earlier periods that were posted to it; then the charges.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from helpdesk.billing.billed import all_tenants
from helpdesk.billing.event_reads import events_at, posted_pages
from helpdesk.billing.export_rows import ExportRow, Payer, row_of, rows_of
from helpdesk.billing.exports import Position
from helpdesk.billing.periods import previous_period
from helpdesk.clock import period_of
from helpdesk.errors import NotFound
from helpdesk.ids import EventId, TenantId
from helpdesk.ports import Books, Charges, Ledger, Periods, Tenants
from helpdesk.tenants import Tenant
from helpdesk.usage import SHARDS, UsageEvent

_LOOK_BACK = 12
"""How many periods back the event is looked for that a correction names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event or a charge: its place, and a row for each of its lines."""

    position: Position
    rows: Sequence[ExportRow]


@dataclass(frozen=True, slots=True)
class PeriodLines:
    """Reads a period, a page of events at a time. Of a closed one it reads the same for ever."""

    tenants: Tenants
    ledger: Ledger
    books: Books
    charges: Charges
    periods: Periods

    def read(
        self, period: str, only: TenantId | None = None, after: Position | None = None
    ) -> Iterator[Entry]:
        """All entries of a period, or those of one tenant, from behind a position on.

        Raises NotFound for an unknown tenant, and Unavailable.
        """
        for tenant in self._tenants(only, after):
            yield from self._of_tenant(self._payer(tenant, period), after)
            after = None

    def _tenants(self, only: TenantId | None, after: Position | None) -> Iterator[Tenant]:
        first = only or (after.tenant if after else None)
        if first:
            yield self.tenants.get(first)
        if not only:
            yield from all_tenants(self.tenants, first)

    def _payer(self, tenant: Tenant, period: str) -> Payer:
        try:
            statement = self.periods.statement(tenant.id, period)
        except NotFound:
            return Payer(tenant.id, tenant.name, period)
        # As it was called then: a new name must not change what is closed.
        return Payer(tenant.id, statement.tenant_name, period, statement.number)

    def _of_tenant(self, payer: Payer, after: Position | None) -> Iterator[Entry]:
        stages: dict[str, Callable[[Payer, str, str], Iterator[Entry]]] = {
            **{str(shard): self._posted for shard in range(SHARDS)},
            "late": self._late,
            "charges": self._charged,
        }
        begun = list(stages).index(after.stage) if after else 0
        for stage in islice(stages, begun, None):
            behind = after.after if after and after.stage == stage else ""
            yield from stages[stage](payer, stage, behind)

    def _posted(self, payer: Payer, stage: str, behind: str) -> Iterator[Entry]:
        shard = int(stage)
        after = EventId(behind) if behind else None
        pages = posted_pages(
            self.ledger, self.books, payer.tenant, payer.period, shard, after=after
        )
        for page in pages:
            yield from self._entries(page, payer, stage)

    def _late(self, payer: Payer, stage: str, behind: str) -> Iterator[Entry]:
        late = self.books.late_into(payer.tenant, payer.period)
        places = [(each.happened_in, each.event) for each in late if each.event > behind]
        for event in events_at(self.ledger, payer.tenant, places):
            rows = rows_of(event, payer, adjustment_of=period_of(event.occurred_at))
            yield Entry(Position(payer.tenant, stage, event.id), rows)

    def _charged(self, payer: Payer, stage: str, behind: str) -> Iterator[Entry]:
        for charge in self.charges.of_period(payer.tenant, payer.period):
            if charge.id > behind:
                place = Position(payer.tenant, stage, charge.id)
                yield Entry(place, [row_of(charge, payer)])

    def _entries(self, events: Sequence[UsageEvent], payer: Payer, stage: str) -> Iterator[Entry]:
        corrected = self._corrected(events, payer)
        for event in events:
            adjusted = corrected.get(event.corrects) if event.corrects else None
            place = Position(payer.tenant, stage, event.id)
            yield Entry(place, rows_of(event, payer, adjusted))

    def _corrected(self, events: Sequence[UsageEvent], payer: Payer) -> dict[EventId, str]:
        """The earlier periods of events that these correct; one of this period has none."""
        places = {
            (period, event.corrects)
            for event in events
            if event.corrects
            for period in _periods_before(payer.period)
        }
        found = self.ledger.get_many(payer.tenant, places) if places else ()
        return {event.id: period_of(event.occurred_at) for event in found}


def _periods_before(period: str) -> Iterator[str]:
    for _ in range(_LOOK_BACK):
        period = previous_period(period)
        yield period
