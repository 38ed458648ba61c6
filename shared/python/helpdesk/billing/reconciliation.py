"""Reconciliation: what each place where a period's money stands says of it, and where they differ.

ledger      the events that were posted to the period, read again, and the charges
fold        the totals of the books, and the charges
csv, parquet, focus    the files of the export that closed it, read back
invoices    the totals of the statements
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from helpdesk.ids import TenantId

Source = Literal["ledger", "fold", "csv", "parquet", "focus", "invoices"]

Sums = Mapping[tuple[TenantId, str], int]
"""Micros by tenant and currency."""

DifferenceName = Literal[
    "sums",
    "statement",
    "statements",
    "charges",
    "numbers",
    "chain",
    "manifest",
    "file",
]
"""What does not add up: the sources' sums of a tenant; a statement and the books, or all of them
and the seal; charges and their statement; the invoices' numbers; the hash chain; or an archived
file and its hash."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not add up, and where: a tenant, a period, a number or a file.

    ``micros`` holds what each source says, where sums differ.
    """

    name: DifferenceName
    where: str
    currency: str = ""
    micros: Mapping[Source, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look at a period has found."""

    sums: Mapping[Source, Sums]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was found. ``sums`` are micros by source and currency.

    ``unsettled`` are tenants of an open period that used so much meanwhile that ledger and books
    of some shards could not be read as of one moment: these are in no sum.
    """

    period: str
    as_of: datetime
    closed: bool
    sums: Mapping[Source, Mapping[str, int]]
    differences: tuple[Difference, ...] = ()
    unsettled: tuple[TenantId, ...] = ()

    @property
    def adds_up(self) -> bool:
        """Whether there is no difference."""
        return not self.differences


ReconciliationId = NewType("ReconciliationId", str)


@dataclass(frozen=True, slots=True)
class ReconciliationRun:
    """A reconciliation that somebody asked for, and what it found once it is ``ready``.

    ``found`` holds no more than some of its ``differences``, which are counted.
    """

    id: ReconciliationId
    period: str
    created_at: datetime
    updated_at: datetime
    status: Literal["queued", "ready", "failed"] = "queued"
    found: Reconciliation | None = None
    differences: int = 0
    failure: str | None = None


def by_currency(sums: Sums) -> Mapping[str, int]:
    """The sums of all tenants."""
    totals: Counter[str] = Counter()
    for (_, currency), micros in sums.items():
        totals[currency] += micros
    return dict(sorted(totals.items()))


def unequal(sums: Mapping[Source, Sums]) -> Iterator[Difference]:
    """Where sources do not say the same of a tenant; what is not said is nothing."""
    for tenant, currency in sorted({key for each in sums.values() for key in each}):
        said = {source: each.get((tenant, currency), 0) for source, each in sums.items()}
        if len(set(said.values())) > 1:
            yield Difference("sums", tenant, currency, said)
