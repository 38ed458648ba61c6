"""What export lines add up to, and how much of the ledger they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.billing.period_lines import Entry
from helpdesk.ids import TenantId
from helpdesk.money import Money

_LineKey = tuple[TenantId, str, str]
_StretchKey = tuple[TenantId, str]


@dataclass(frozen=True, slots=True)
class LineSum:
    """A tenant's lines of one meter or kind of charge in one currency, added up."""

    tenant: TenantId
    line: str
    currency: str
    rows: int
    quantity: int
    micros: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was read of a tenant's shard, of its late events, or of its charges: so many entries,
    up to ``last``."""

    tenant: TenantId
    stage: str
    entries: int
    last: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums and stretches, each in the order in which the export came upon them."""

    sums: tuple[LineSum, ...] = ()
    stretches: tuple[Stretch, ...] = ()

    @property
    def rows(self) -> int:
        """How many lines that is."""
        return sum(each.rows for each in self.sums)

    def totals(self) -> tuple[Money, ...]:
        """The sum in each currency, by its name."""
        micros: dict[str, int] = {}
        for each in self.sums:
            micros[each.currency] = micros.get(each.currency, 0) + each.micros
        return tuple(Money(micros[currency], currency) for currency in sorted(micros))


class Tally:
    """Adds up entries as they pass."""

    def __init__(self) -> None:
        self._sums: dict[_LineKey, list[int]] = {}
        self._stretches: dict[_StretchKey, tuple[int, str]] = {}

    def add(self, entry: Entry) -> None:
        """Counts an entry in."""
        place = entry.position
        for row in entry.rows:
            self._count(
                (place.tenant, row.line, row.currency), 1, row.quantity or 0, row.cost_micros
            )
        self._reach((place.tenant, place.stage), 1, place.after)

    def join(self, later: Summary) -> None:
        """Counts in what comes behind."""
        for each in later.sums:
            key = each.tenant, each.line, each.currency
            self._count(key, each.rows, each.quantity, each.micros)
        for stretch in later.stretches:
            self._reach((stretch.tenant, stretch.stage), stretch.entries, stretch.last)

    def summary(self) -> Summary:
        """All that was counted."""
        return Summary(
            tuple(LineSum(*key, *counts) for key, counts in self._sums.items()),
            tuple(Stretch(*key, *reached) for key, reached in self._stretches.items()),
        )

    def _count(self, key: _LineKey, rows: int, quantity: int, micros: int) -> None:
        counts = self._sums.setdefault(key, [0, 0, 0])
        counts[0] += rows
        counts[1] += quantity
        counts[2] += micros

    def _reach(self, key: _StretchKey, entries: int, last: str) -> None:
        self._stretches[key] = self._stretches.get(key, (0, ""))[0] + entries, last


def joined(summaries: Iterable[Summary]) -> Summary:
    """The summary of parts that follow on each other."""
    tally = Tally()
    for each in summaries:
        tally.join(each)
    return tally.summary()


def added(totals: Iterable[Money], more: Iterable[Money]) -> tuple[Money, ...]:
    """Sums by currency, added up."""
    sums: dict[str, Money] = {}
    for each in (*totals, *more):
        sums[each.currency] = sums.get(each.currency, Money(0, each.currency)) + each
    return tuple(sums[currency] for currency in sorted(sums))
