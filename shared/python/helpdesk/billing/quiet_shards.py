"""Quiet shards: reading a shard's accounts and something else as of one and the same moment.

Each posting counts up the version of its shard. What was read between two readings of the same
version was read while nothing was posted there.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from helpdesk.billing.postings import ShardTotals
from helpdesk.ids import TenantId
from helpdesk.ports import Books
from helpdesk.usage import SHARDS

_TRIES = 8

ALL_SHARDS = range(SHARDS)

Read = TypeVar("Read")


def read_while_quiet(
    books: Books,
    tenant: TenantId,
    period: str,
    read: Callable[[ShardTotals], Read],
    shards: Collection[int] = ALL_SHARDS,
) -> Mapping[int, tuple[ShardTotals, Read]]:
    """The totals of each shard beside what ``read`` found of it while nothing was posted to it.

    Shards that were posted to meanwhile are read again; those that never rest are left out.
    """
    quiet: dict[int, tuple[ShardTotals, Read]] = {}
    moving = set(shards)
    before = totals_of(books, tenant, period)
    for _ in range(_TRIES):
        found = {shard: read(before[shard]) for shard in moving}
        after = totals_of(books, tenant, period)
        still = {shard for shard in moving if _version(before[shard]) == _version(after[shard])}
        quiet |= {shard: (after[shard], found[shard]) for shard in still}
        moving -= still
        if not moving:
            break
        before = after
    return quiet


def totals_of(books: Books, tenant: TenantId, period: str) -> Mapping[int, ShardTotals]:
    """All shards of a tenant's period, also those to which nothing was posted yet."""
    found = {totals.shard: totals for totals in books.totals(tenant, period)}
    return {shard: found.get(shard, ShardTotals(tenant, period, shard)) for shard in ALL_SHARDS}


def _version(totals: ShardTotals) -> tuple[int, bool]:
    return totals.version, totals.closed
