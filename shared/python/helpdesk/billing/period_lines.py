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
from helpdesk.errors import NotFound
from helpdesk.ids import EventId, TenantId
from helpdesk.ports import Books, Charges, Ledger, Periods, Tenants
from helpdesk.tenants import Tenant
from helpdesk.usage import SHARDS, UsageEvent


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
            for event in page:
                yield _entry(event, payer, stage)

    def _late(self, payer: Payer, stage: str, behind: str) -> Iterator[Entry]:
        late = self.books.late_into(payer.tenant, payer.period)
        places = [(each.happened_in, each.event) for each in late if each.event > behind]
        for event in events_at(self.ledger, payer.tenant, places):
            yield _entry(event, payer, stage)

    def _charged(self, payer: Payer, stage: str, behind: str) -> Iterator[Entry]:
        for charge in self.charges.of_period(payer.tenant, payer.period):
            if charge.id > behind:
                place = Position(payer.tenant, stage, charge.id)
                yield Entry(place, [row_of(charge, payer)])


def _entry(event: UsageEvent, payer: Payer, stage: str) -> Entry:
    return Entry(Position(payer.tenant, stage, event.id), rows_of(event, payer))
