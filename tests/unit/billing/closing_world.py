"""A platform with a few tenants over fakes, whose months are closed and exported, and workers that
are killed at any call of a port."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.audit import Audit
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.closing import SETTLING_TIME, Closing
from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.exports import FORMATS, Export, ExportFormat, ExportId, PartFile
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.periods import end_of
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.billing.statements_audit import StatementsAudit
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.pricing import Price, PriceBook
from helpdesk.tariffs import Tariff
from helpdesk.tenants import BillingDetails, Tenant
from helpdesk.usage import UsageEvent
from tests.fakes.archive import MemoryArchive
from tests.fakes.books import MemoryBooks
from tests.fakes.charges import MemoryCharges
from tests.fakes.exports import MemoryExports
from tests.fakes.keys import MemoryKeys
from tests.fakes.ledger import MemoryLedger
from tests.fakes.periods import MemoryPeriods
from tests.fakes.tenants import MemoryTenants

FERN, OAK, PINE = TenantId("ten_1fern"), TenantId("ten_2oak"), TenantId("ten_3pine")
OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"
SEPTEMBER_20 = datetime(2026, 9, 20, tzinfo=UTC)
FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)
PRICES = PriceBook("v1", {}, Price(1_000_003, 2_000_000))


class Killed(Exception):
    """The worker is gone, in the midst of it."""


class Mortal:
    """A port that counts its calls with others, and takes the worker with it when one of them has
    worked: before the worker knows."""

    def __init__(self, port: Any, reaper: "Reaper") -> None:
        self._port, self._reaper = port, reaper

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._port, name)

        @wraps(called)
        def call(*arguments: Any) -> Any:
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


class PlainFiles:
    """Export files that are JSON, and what they add up to."""

    def write(self, rows: Iterable[ExportRow], folder: Path) -> Sequence[PartFile]:
        """Writes a line for each row: whose, in what currency, how much."""
        lines = [
            json.dumps([row.tenant_id, row.currency, row.cost_micros, row.event_id, row.line])
            for row in rows
        ]
        content = "\n".join(lines).encode()
        files = []
        for format_ in FORMATS:
            path = folder / format_
            path.write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            files.append(PartFile(format_, path, len(lines), sha256, len(content)))
        return files

    def versions(self) -> Mapping[str, str]:
        """Of nothing."""
        return {}

    def sums(
        self, format: ExportFormat, files: Sequence[Path]
    ) -> Mapping[tuple[TenantId, str], int]:
        """The micros of all rows, by tenant and currency."""
        totals: Counter[tuple[TenantId, str]] = Counter()
        for path in files:
            for line in path.read_text().splitlines():
                tenant, currency, micros, *_ = json.loads(line)
                totals[tenant, currency] += micros
        return totals


class Platform:
    """Everything about money, in memory. ``now`` is what the clocks say."""

    def __init__(self, *tenants: Tenant, files: Any = None, sums: Any = None) -> None:
        self.now = SEPTEMBER_20
        self.tenants = MemoryTenants(MemoryKeys())
        self.books: Any = MemoryBooks()
        self.ledger: Any = MemoryLedger(self.books)
        self.charges: Any = MemoryCharges()
        self.periods: Any = MemoryPeriods()
        self.exports = MemoryExports()
        self.archive = MemoryArchive()
        self.files = files or PlainFiles()
        self.sums = sums or self.files
        for tenant in tenants:
            self.tenants.add(tenant, [])

    def closing(self, reaper: Reaper | None = None) -> Closing:
        """The use case, over ports that the reaper may take the worker away at."""
        ports = self._ports(reaper or Reaper())
        names = ("tenants", "ledger", "books", "charges", "periods")
        return Closing(**{name: ports[name] for name in names}, now=lambda: self.now)

    def exporting(self, reaper: Reaper | None = None, rows_per_part: int = 20) -> Exporting:
        """Exports, of small parts."""
        ports = self._ports(reaper or Reaper())
        names = ("tenants", "ledger", "books", "charges", "periods")
        return Exporting(
            PeriodLines(**{name: ports[name] for name in names}),
            self.files,
            ports["archive"],
            ports["exports"],
            ports["periods"],
            lambda: self.now,
            rows_per_part,
        )

    def audit(self) -> Audit:
        """The use case."""
        return Audit(
            self.tenants,
            BooksAudit(self.ledger, self.books, self.charges),
            StatementsAudit(self.tenants, self.books, self.charges, self.periods),
            ArchivedFiles(self.archive, self.sums),
            self.periods,
            self.exports,
            lambda: self.now,
        )

    def reconcile(self, period: str) -> Reconciliation:
        """What an audit says."""
        return self.audit().reconcile(period)

    def _ports(self, reaper: Reaper) -> dict[str, Any]:
        ports: dict[str, Any] = {
            "tenants": self.tenants,
            "ledger": self.ledger,
            "books": self.books,
            "charges": self.charges,
            "periods": self.periods,
            "exports": self.exports,
            "archive": self.archive,
        }
        return {name: Mortal(port, reaper) for name, port in ports.items()}

    def use(
        self, tenant: TenantId, name: str, when: datetime, resolutions: int = 1, tokens: int = 7
    ) -> UsageEvent:
        """Something is used and written, but not posted yet."""
        tariff = Tariff(self.tenants.get(tenant).plan_at(when), PRICES)
        event: UsageEvent = self.ledger.record(
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
        return event

    def take_back(self, event: UsageEvent, name: str, resolutions: int) -> UsageEvent:
        """Some resolutions of an event are credited now, and that is written."""
        line = event.lines[0]
        cost = Money(-resolutions * line.unit_price.micros, line.unit_price.currency)
        credit: UsageEvent = self.ledger.record(
            replace(
                event,
                id=EventId(f"evt_{name}"),
                type="correction",
                occurred_at=self.now,
                lines=(replace(line, quantity=-resolutions, cost=cost),),
                corrects=event.id,
                corrects_in=event.month,
            )
        )
        return credit

    def post(self, *events: UsageEvent) -> None:
        """Somebody tells of events."""
        PostingUsage(self.books).post(events)

    def close(self, period: str, reaper: Reaper | None = None) -> PeriodClose:
        """Closes a period as soon as it can be, from wherever it was left."""
        self.now = max(self.now, end_of(period) + SETTLING_TIME)
        closing, exporting = self.closing(reaper), self.exporting(reaper)
        with suppress(Conflict):
            self.exports.add(Export(export_of(period), period, self.now, self.now, close=True))
        close = closing.begin(period, export_of(period))
        assert closing.close_books(close, FOR_EVER)
        export = exporting.run(self.exports.get(export_of(period)), FOR_EVER)
        manifest = self.archive.files[export.manifest_key or ""]
        return closing.seal(close, hashlib.sha256(manifest).hexdigest(), self.now)

    def statements(self, period: str) -> list[Statement]:
        """The period's statements, in the order of their tenants."""
        found = [self.periods.statements(each.id) for each in self.tenants.all(None, 1_000)]
        return [each for of in found for each in of if each.bill.period == period]


def export_of(period: str) -> ExportId:
    """The export that closes a period."""
    return ExportId(f"exp_{period}")


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
