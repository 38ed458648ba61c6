"""A platform with a few tenants over fakes, whose months are closed, and workers that are killed
at any call of a port."""

from datetime import UTC, datetime
from functools import wraps
from typing import Any

from helpdesk.billing.closing import SETTLING_TIME, Closing
from helpdesk.billing.exports import ExportId
from helpdesk.billing.periods import end_of
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.ids import EventId, TenantId
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.pricing import Price, PriceBook
from helpdesk.tariffs import Tariff
from helpdesk.tenants import BillingDetails, Tenant
from helpdesk.usage import UsageEvent
from tests.fakes.books import MemoryBooks
from tests.fakes.charges import MemoryCharges
from tests.fakes.keys import MemoryKeys
from tests.fakes.ledger import MemoryLedger
from tests.fakes.periods import MemoryPeriods
from tests.fakes.tenants import MemoryTenants

FERN, OAK, PINE = TenantId("ten_1fern"), TenantId("ten_2oak"), TenantId("ten_3pine")
OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"
SEPTEMBER_20 = datetime(2026, 9, 20, tzinfo=UTC)
FIRST_EXPORT = ExportId("exp_1")
FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)
PRICES = PriceBook("v1", {}, Price(1_000_003, 2_000_000))


class Killed(Exception):
    """The worker is gone, in the midst of it."""


class Mortal:
    """A port that counts its calls with others, and takes the worker with it at one of them:
    before the call has worked, or after."""

    def __init__(self, port: Any, reaper: "Reaper") -> None:
        self._port, self._reaper = port, reaper

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._port, name)

        @wraps(called)
        def call(*arguments: Any) -> Any:
            self._reaper.step()
            answer = called(*arguments)
            self._reaper.step()
            return answer

        return call


class Reaper:
    """Kills at the nth step; with None, never."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.steps = at, 0

    def step(self) -> None:
        """One more step."""
        self.steps += 1
        if self.steps == self.at:
            raise Killed


class Platform:
    """Everything about money, in memory. ``now`` is what the clocks say."""

    def __init__(self, *tenants: Tenant) -> None:
        self.now = SEPTEMBER_20
        self.tenants = MemoryTenants(MemoryKeys())
        self.books = MemoryBooks()
        self.ledger = MemoryLedger(self.books)
        self.charges = MemoryCharges()
        self.periods = MemoryPeriods()
        for tenant in tenants:
            self.tenants.add(tenant, [])

    def closing(self, reaper: Reaper | None = None) -> Closing:
        """The use case, over ports that the reaper may take the worker away at."""
        ports: dict[str, Any] = {
            "tenants": self.tenants,
            "ledger": self.ledger,
            "books": self.books,
            "charges": self.charges,
            "periods": self.periods,
        }
        if reaper:
            ports = {name: Mortal(port, reaper) for name, port in ports.items()}
        return Closing(**ports, now=lambda: self.now)

    def use(
        self, tenant: TenantId, name: str, when: datetime, resolutions: int = 1, tokens: int = 7
    ) -> UsageEvent:
        """Something is used and written, but not posted yet."""
        tariff = Tariff(self.tenants.get(tenant).plan_at(when), PRICES)
        return self.ledger.record(
            UsageEvent(
                id=EventId(f"evt_{name}"),
                tenant=tenant,
                type="turn",
                subject=name,
                occurred_at=when,
                plan=tariff.plan.ref,
                price_version=PRICES.version,
                lines=(
                    tariff.line("resolutions", resolutions),
                    tariff.line("input_tokens", tokens, "gpt"),
                ),
            )
        )

    def post(self, *events: UsageEvent) -> None:
        """Somebody tells of events."""
        PostingUsage(self.books).post(events)

    def close(self, period: str, export: ExportId = FIRST_EXPORT) -> PeriodClose:
        """Closes a period in one go, as soon as it can be."""
        self.now = max(self.now, end_of(period) + SETTLING_TIME)
        return close_with(self.closing(), period, self.now, export)

    def statements(self, period: str) -> list[Statement]:
        """The period's statements, in the order of their tenants."""
        found = [self.periods.statements(each.id) for each in self.tenants.all(None, 1_000)]
        return [each for of in found for each in of if each.bill.period == period]


def close_with(
    closing: Closing, period: str, now: datetime, export: ExportId = FIRST_EXPORT
) -> PeriodClose:
    """All steps of a close."""
    close = closing.begin(period, export)
    assert closing.close_books(close, FOR_EVER)
    return closing.seal(close, "5eal" * 16, now)


def a_tenant(tenant: TenantId, plan: str = "pro", since: datetime = SEPTEMBER_20) -> Tenant:
    """A company that signed up in September."""
    return Tenant(
        id=tenant,
        name=f"Company {tenant}",
        email="ops@acme.example",
        created_at=since,
        terms=(PlanTerm(PLANS[plan], since),),
        billing=BillingDetails(legal_name="Acme Ltd", tax_basis_points=1900),
    )
