"""A month of usage that is made up as it is read: for closes larger than any test's ledger."""

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.billing.accounts import add_up
from helpdesk.billing.exports import Export
from helpdesk.billing.postings import ShardTotals
from helpdesk.ids import ConversationId, EventId, TenantId
from helpdesk.money import Money
from helpdesk.plan_book import STANDARD
from helpdesk.plans import PlanTerm
from helpdesk.tenants import Tenant
from helpdesk.usage import SHARDS, UsageEvent, UsageLine
from tests.fakes.books import MemoryBooks
from tests.fakes.charges import MemoryCharges
from tests.fakes.exports import MemoryExports
from tests.fakes.periods import MemoryPeriods

PERIOD = "2026-11"
START = datetime(2026, 11, 1, tzinfo=UTC)
TENANTS = 200
PAGE = 500

_MODEL = "gpt-4o-mini"


@dataclass(frozen=True, slots=True)
class MadeUpMonth:
    """Companies and their ledger: turns of three or four lines each, spread over tenants and
    shards. It holds no more than a page."""

    events: int

    def all(self, after: TenantId | None, limit: int) -> Sequence[Tenant]:
        """Tenants in the order of their ids."""
        ids = [TenantId(f"ten_{number:026}") for number in range(TENANTS)]
        return [self.get(each) for each in ids if after is None or each > after][:limit]

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant."""
        return Tenant(tenant, "Larkfell", "a@example.com", START, (PlanTerm(STANDARD, START),))

    def pages(
        self, tenant: TenantId, period: str, shard: int, after: EventId | None = None
    ) -> Iterator[Sequence[UsageEvent]]:
        """A shard's events, a page at a time."""
        first = int(after[-12:]) + 1 if after else 0
        count = self._in_shard(tenant, shard)
        for start in range(first, count, PAGE):
            numbers = range(start, min(start + PAGE, count))
            yield [_event(tenant, shard, number) for number in numbers]

    def get_many(
        self, tenant: TenantId, places: Collection[tuple[str, EventId]]
    ) -> Sequence[UsageEvent]:
        """Nothing is late here."""
        return []

    def books(self) -> MemoryBooks:
        """Accounts to which all of it is posted."""
        books = MemoryBooks()
        for tenant in self.all(None, TENANTS):
            for shard in range(SHARDS):
                events = (event for page in self.pages(tenant.id, PERIOD, shard) for event in page)
                books.replace(ShardTotals(tenant.id, PERIOD, shard, accounts=add_up(events)))
        return books

    def _in_shard(self, tenant: TenantId, shard: int) -> int:
        place = int(tenant[-6:]) * SHARDS + shard
        whole, rest = divmod(self.events, TENANTS * SHARDS)
        return whole + (place < rest)


class ObservedExports(MemoryExports):
    """Calls ``saved`` with each state of a job."""

    def __init__(self, saved: Callable[[Export], None]) -> None:
        super().__init__()
        self._saved = saved

    def save(self, export: Export, before: Export) -> None:
        """Replaces one that is still as it was before. Raises Conflict."""
        super().save(export, before)
        self._saved(export)


@dataclass(frozen=True, slots=True)
class FolderArchive:
    """An archive that is a folder."""

    folder: Path

    def put(self, key: str, content: Path, content_type: str, keep_until: datetime | None) -> None:
        """Copies a file into the folder."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(content, path)

    @contextmanager
    def fetched(self, key: str) -> Iterator[Path]:
        """The file itself."""
        yield self.folder / key


@dataclass(frozen=True, slots=True)
class MadeUpStores:
    """What a close of the made-up month reads and writes."""

    tenants: MadeUpMonth
    ledger: MadeUpMonth
    books: MemoryBooks
    exports: ObservedExports
    archive: FolderArchive
    charges: MemoryCharges = field(default_factory=MemoryCharges)
    periods: MemoryPeriods = field(default_factory=MemoryPeriods)


def _line_sets() -> Sequence[tuple[UsageLine, ...]]:
    free = Money(0)
    sets = []
    for number in range(97):
        prompt, answer = 900 + 37 * number, 40 + 11 * number
        lines = [
            UsageLine("input_tokens", prompt, Money(150_000), Money(prompt * 15 // 100), _MODEL),
            UsageLine("output_tokens", answer, Money(600_000), Money(answer * 6 // 10), _MODEL),
            UsageLine("turns", 1, free, free),
        ]
        if number % 4 == 0:
            lines.append(UsageLine("conversations", 1, free, free))
        sets.append(tuple(lines))
    return sets


_LINES = _line_sets()


def _event(tenant: TenantId, shard: int, number: int) -> UsageEvent:
    turn = f"{tenant[-6:]}{shard}{number:012}"
    return UsageEvent(
        id=EventId(f"evt_{turn}"),
        tenant=tenant,
        type="turn",
        subject=f"turn_{turn}",
        occurred_at=START + timedelta(milliseconds=(number * 7919 + shard) % 2_592_000_000),
        plan="standard@1",
        price_version="2026-11-25",
        lines=_LINES[number % len(_LINES)],
        conversation=ConversationId(f"conv_{number // 4:026}"),
    )
