"""Whether ledger and fold of a period say the same."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.billing.accounts import Accounts, merged
from helpdesk.billing.counting import Counted, Counting
from helpdesk.billing.postings import ShardTotals
from helpdesk.billing.quiet_shards import read_while_quiet
from helpdesk.billing.reconciliation import Source, Sums
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.ports import Books, Charges, Ledger
from helpdesk.usage import SHARDS


@dataclass(frozen=True, slots=True)
class BooksAudit:
    """Reads all events again and compares them with the accounts."""

    ledger: Ledger
    books: Books
    charges: Charges

    def sums(self, tenant: TenantId, period: str) -> dict[Source, Sums] | None:
        """What the two say of a tenant, as of one moment; None when it used so much meanwhile that
        there was no such moment. Raises Unavailable."""
        counting = Counting(self.ledger, self.books)

        def count(totals: ShardTotals) -> Counted:
            return counting.count(tenant, period, totals.shard)

        quiet = read_while_quiet(self.books, tenant, period, count).values()
        if len(quiet) < SHARDS:
            return None
        charges = [each.line.amount for each in self.charges.of_period(tenant, period)]
        used = merged(counted.accounts for _, counted in quiet)
        fold = merged(totals.accounts for totals, _ in quiet)
        return {
            "ledger": _sums(tenant, [*_costs(used), *charges]),
            "fold": _sums(tenant, [*_costs(fold), *charges]),
        }


def _costs(accounts: Accounts) -> Iterable[Money]:
    return (Money(sum_.micros, account.currency) for account, sum_ in accounts.items())


def _sums(tenant: TenantId, amounts: Iterable[Money]) -> Sums:
    totals: Counter[tuple[TenantId, str]] = Counter()
    for amount in amounts:
        totals[tenant, amount.currency] += amount.micros
    return totals
