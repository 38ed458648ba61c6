"""A month of usage that is made up as it is read: for exports larger than any test's ledger."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk.billing.charges import PeriodCharge
from helpdesk.billing.exports import Export
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.errors import NotFound
from helpdesk.ids import ConversationId, EventId, TenantId
from helpdesk.money import Money
from helpdesk.plan_book import STANDARD
from helpdesk.plans import PlanTerm
from helpdesk.tenants import Tenant
from helpdesk.usage import SHARDS, UsageEvent, UsageLine

PERIOD = "2026-11"
START = datetime(2026, 11, 1, tzinfo=UTC)
TENANTS = 200
PAGE = 500

_MODEL = "gpt-4o-mini"


@dataclass(frozen=True, slots=True)
class MadeUpMonth:
    """A ledger, books and all else that an export reads: turns of three or four lines each, spread
    over tenants and shards. It holds no more than a page."""

    events: int

    def lines(self) -> PeriodLines:
        """The month as an export reads it."""
        return PeriodLines(self, self, self, self, self)  # type: ignore[arg-type]

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

    def unposted(self, tenant: TenantId, shard: int) -> Sequence[object]:
        """Everything is posted here."""
        return []

    late_into = unposted

    def late_out_of(
        self, tenant: TenantId, period: str, first: EventId, last: EventId
    ) -> Sequence[object]:
        """Nothing is late here."""
        return []

    def of_period(self, tenant: TenantId, period: str) -> Sequence[PeriodCharge]:
        """Nothing is charged beside usage."""
        return []

    def statement(self, tenant: TenantId, period: str) -> Statement:
        """Nothing is stated yet."""
        raise NotFound("There is no statement.")

    def _in_shard(self, tenant: TenantId, shard: int) -> int:
        place = int(tenant[-6:]) * SHARDS + shard
        whole, rest = divmod(self.events, TENANTS * SHARDS)
        return whole + (place < rest)


class OpenPeriods:
    """No period is closed."""

    def get(self, period: str) -> PeriodClose | None:
        """Nothing."""
        return None


class OneExport:
    """Keeps the one job that there is."""

    def save(self, export: Export, before: Export) -> None:
        """Takes it as saved."""


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
