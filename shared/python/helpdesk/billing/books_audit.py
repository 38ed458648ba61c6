"""Whether ledger and fold of a period say the same."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.billing.accounts import Accounts, add_up, merged
from helpdesk.billing.posted import PostedEvents
from helpdesk.billing.reconciliation import Source, Sums
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.ports import Books, Charges

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class BooksAudit:
    """Reads all events again and compares them with the accounts."""

    events: PostedEvents
    books: Books
    charges: Charges

    def sums(self, tenant: TenantId, period: str) -> dict[Source, Sums] | None:
        """What the two say of a tenant, as of one moment; None when it used so much meanwhile that
        there was no such moment. Raises Unavailable."""
        for _ in range(_ATTEMPTS):
            totals = self.books.totals(tenant, period)
            used = add_up(self.events.read(tenant, period))
            # Nothing was posted while the events were read.
            if self.books.totals(tenant, period) == totals:
                charges = [each.line.amount for each in self.charges.of_period(tenant, period)]
                fold = merged(shard.accounts for shard in totals)
                return {
                    "ledger": _sums(tenant, [*_costs(used), *charges]),
                    "fold": _sums(tenant, [*_costs(fold), *charges]),
                }
        return None


def _costs(accounts: Accounts) -> Iterable[Money]:
    return (Money(sum_.micros, account.currency) for account, sum_ in accounts.items())


def _sums(tenant: TenantId, amounts: Iterable[Money]) -> Sums:
    totals: Counter[tuple[TenantId, str]] = Counter()
    for amount in amounts:
        totals[tenant, amount.currency] += amount.micros
    return totals
