"""Whether ledger and fold of a period say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.billing.accounts import Accounts
from helpdesk.billing.counting import Counted, Counting
from helpdesk.billing.postings import ShardTotals
from helpdesk.billing.quiet_shards import read_while_quiet
from helpdesk.billing.reconciliation import Source, Sums
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.ports import Books, Charges, Ledger


@dataclass(frozen=True, slots=True)
class BooksAudit:
    """Reads all events again and compares them with the accounts."""

    ledger: Ledger
    books: Books
    charges: Charges

    def sums(self, tenant: TenantId, period: str, shard: int) -> Mapping[Source, Sums] | None:
        """What the two say of a shard, as of one moment; None when so much was used meanwhile that
        there was no such moment. The charges are with the first shard. Raises Unavailable."""
        counting = Counting(self.ledger, self.books)

        def count(_: ShardTotals) -> Counted:
            return counting.count(tenant, period, shard)

        quiet = read_while_quiet(self.books, tenant, period, count, [shard])
        if shard not in quiet:
            return None
        totals, counted = quiet[shard]
        charges = self._charges(tenant, period) if shard == 0 else ()
        return {
            "ledger": _sums(tenant, [*_costs(counted.accounts), *charges]),
            "fold": _sums(tenant, [*_costs(totals.accounts), *charges]),
        }

    def _charges(self, tenant: TenantId, period: str) -> Sequence[Money]:
        return [each.line.amount for each in self.charges.of_period(tenant, period)]


def _costs(accounts: Accounts) -> Iterable[Money]:
    return (Money(sum_.micros, account.currency) for account, sum_ in accounts.items())


def _sums(tenant: TenantId, amounts: Iterable[Money]) -> Sums:
    totals: Counter[tuple[TenantId, str]] = Counter()
    for amount in amounts:
        totals[tenant, amount.currency] += amount.micros
    return totals
