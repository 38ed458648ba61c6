"""A month with every kind of line that there is, of two tenants, as exports read it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.adapters.duckdb_export_files import DuckDBPartFiles
from helpdesk.billing.accounts import add_up
from helpdesk.billing.charges import PeriodCharge, charge_id
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.exports import Export, ExportId
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.postings import Posting
from helpdesk.billing.rating import Bill, BillLine
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.clock import period_of
from helpdesk.errors import NotFound
from helpdesk.ids import EventId, TenantId, new_id
from helpdesk.money import Money
from helpdesk.plan_book import STANDARD
from helpdesk.plans import PlanTerm
from helpdesk.tenants import BillingDetails, Tenant
from helpdesk.usage import UsageEvent, UsageLine, shard_of
from tests.fakes.archive import MemoryArchive
from tests.fakes.charges import MemoryCharges
from tests.fakes.exports import MemoryExports
from tests.fakes.keys import MemoryKeys
from tests.fakes.ledger import MemoryLedger
from tests.fakes.tenants import MemoryTenants

PERIOD, BEFORE = "2026-11", "2026-10"
NOON = datetime(2026, 11, 14, 12, 30, 15, 250_000, tzinfo=UTC)
LAST_MONTH = datetime(2026, 10, 31, 23, 59, 59, 999_000, tzinfo=UTC)
SOON = NOON + timedelta(hours=1)


class StatedPeriods:
    """What an export wants to know of periods, as a test says it."""

    def __init__(self) -> None:
        self.closes: dict[str, PeriodClose] = {}
        self.statements: dict[tuple[TenantId, str], Statement] = {}

    def get(self, period):
        return self.closes.get(period)

    def statement(self, tenant, period):
        try:
            return self.statements[tenant, period]
        except KeyError:
            raise NotFound("No statement.") from None


@dataclass(frozen=True)
class World:
    """All that an export reads and writes."""

    tenants: MemoryTenants = field(default_factory=lambda: MemoryTenants(MemoryKeys()))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    charges: MemoryCharges = field(default_factory=MemoryCharges)
    periods: StatedPeriods = field(default_factory=StatedPeriods)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    exports: MemoryExports = field(default_factory=MemoryExports)

    @property
    def lines(self):
        periods: Any = self.periods
        return PeriodLines(self.tenants, self.ledger, self.ledger.books, self.charges, periods)

    def exporting(self, rows_per_part=25, **others):
        ports = {
            "lines": self.lines,
            "parts": DuckDBPartFiles(),
            "archive": self.archive,
            "exports": self.exports,
            "periods": self.periods,
        }
        return Exporting(**(ports | others), now=lambda: NOON, rows_per_part=rows_per_part)

    def sign_up(self, name):
        tenant = TenantId(new_id("ten", NOON))
        terms = (PlanTerm(STANDARD, LAST_MONTH),)
        self.tenants.add(Tenant(tenant, name, "ada@example.com", NOON, terms), [])
        return tenant

    def use(self, event, posted_to=PERIOD):
        """Writes an event; ``posted_to`` None leaves it unposted."""
        self.ledger.record(event)
        if posted_to:
            happened_in = period_of(event.occurred_at)
            late = {event.id: happened_in} if happened_in != posted_to else {}
            self.ledger.books.post(
                Posting(
                    tenant=event.tenant,
                    period=posted_to,
                    shard=shard_of(event.id),
                    events=(event.id,),
                    accounts=add_up([event]),
                    days={},
                    late_from=late,
                )
            )
        return event

    def state(self, tenant, number):
        """What a close states: the name of then, and the invoice's number."""
        bill, details = Bill(PERIOD, "USD", ()), BillingDetails()
        name = self.tenants.get(tenant).name
        statement = Statement(tenant, name, details, bill, NOON.date(), number)
        self.periods.statements[tenant, PERIOD] = statement

    def charge(self, tenant, *lines):
        placed = enumerate(lines, start=1)
        self.charges.add(
            [PeriodCharge(charge_id(tenant, PERIOD, n), tenant, PERIOD, x) for n, x in placed]
        )


def an_export(**changes):
    export = Export(ExportId(new_id("exp", NOON)), PERIOD, NOON, NOON)
    return replace(export, **changes)


def an_event(tenant, *lines, at=NOON, **changes):
    fields = {
        "id": EventId(new_id("evt", at)),
        "tenant": tenant,
        "type": "turn",
        "subject": "turn_1",
        "occurred_at": at,
        "plan": "pro@1",
        "price_version": "2026-11-25",
        "lines": lines or (a_line("turns"),),
        "conversation": "conv_1",
    }
    return UsageEvent(**(fields | changes))


def a_line(meter, quantity=1, unit_micros=0, cost=None, model=None, currency="USD"):
    cost = quantity * unit_micros if cost is None else cost
    return UsageLine(meter, quantity, Money(unit_micros, currency), Money(cost, currency), model)


def a_turn(tenant, at=NOON, **changes):
    return an_event(
        tenant,
        a_line("input_tokens", 1234, 150_000, cost=185, model="gpt-4o-mini"),
        a_line("output_tokens", 56, 600_000, cost=34, model="gpt-4o-mini"),
        a_line("turns"),
        at=at,
        **changes,
    )


def a_charge(kind, micros, period=PERIOD, **changes):
    return BillLine(kind, f"A line of {kind}", Money(micros), period, plan="pro@1", **changes)


def a_full_month(world):
    """Every kind of line, of two tenants in two currencies; returns the tenants."""
    ada, bo = sorted([world.sign_up('Larkfell, "the" shop\n'), world.sign_up("=cmd|' /C calc'!A1")])
    for minute in range(12):
        at = NOON + timedelta(minutes=minute)
        world.use(a_turn(ada, at))
        world.use(an_event(bo, a_line("turns", currency="EUR"), at=at))
    resolved = an_event(ada, a_line("resolutions", 1, 990_000), type="resolution")
    world.use(resolved)
    world.use(
        an_event(
            ada,
            a_line("resolutions", -1, 990_000),
            type="resolution_reopened",
            corrects=resolved.id,
            corrects_in=resolved.month,
            reason="re-opened",
        )
    )
    old = an_event(ada, a_line("resolutions", 1, 990_000), type="resolution", at=LAST_MONTH)
    world.use(old, posted_to=BEFORE)
    world.use(
        an_event(
            ada,
            a_line("resolutions", -1, 990_000),
            type="correction",
            corrects=old.id,
            corrects_in=old.month,
            reason="-1+2: a mistake",
        )
    )
    world.use(a_turn(ada, LAST_MONTH, estimated=True))
    world.use(an_event(ada, a_line("storage_mb_days", 5000, 10), type="storage", at=NOON))
    world.use(an_event(ada, a_line("actions", 1, 50_000), type="action", at=NOON))
    embedded = a_line(
        "embedding_tokens", 10**9, 20_000, cost=20_000_000, model="text-embedding-3-small"
    )
    world.use(an_event(ada, embedded, type="embedding", at=NOON, conversation=None))
    world.use(a_turn(ada), posted_to=None)
    world.use(a_turn(ada), posted_to="2026-12")
    price = Money(990_000)
    world.charge(
        ada,
        a_charge("subscription", 49_000_000),
        a_charge("included", -990_000, meter="resolutions", quantity=-1, unit_price=price),
        # What the correction takes back had been included.
        a_charge("included", 990_000, BEFORE, meter="resolutions", quantity=1, unit_price=price),
        a_charge("volume_discount", -17, meter="resolutions"),
        a_charge("allowance", -20_000_123),
        a_charge("rounding", 3_140),
        a_charge("tax", 9_310_000),
    )
    return ada, bo
