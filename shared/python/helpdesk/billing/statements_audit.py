"""Whether the statements of a period are what the books, the charges and the seal say."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.billing.accounts import Account, Accounts, merged
from helpdesk.billing.billed import stated_for
from helpdesk.billing.chain import sha256_of
from helpdesk.billing.charges import charges_of
from helpdesk.billing.periods import previous_period
from helpdesk.billing.rating import accounts_of
from helpdesk.billing.reconciliation import Difference, Finding
from helpdesk.billing.statements import PeriodClose, Statement, invoice_number, place_of
from helpdesk.ids import TenantId
from helpdesk.ports import Books, Charges, Periods, Tenants

_Used = tuple[int, int]
"""Units and micros."""


@dataclass(frozen=True, slots=True)
class StatementsAudit:
    """Reads all statements of a period whose books are closed."""

    tenants: Tenants
    books: Books
    charges: Charges
    periods: Periods

    def examine(self, close: PeriodClose) -> Finding:
        """What the statements add up to, and what of them is not as it must be."""
        invoices: Counter[tuple[TenantId, str]] = Counter()
        differences: list[Difference] = []
        places: list[int] = []
        for tenant, statement in stated_for(self.tenants, self.periods, close.period):
            if statement is None:
                differences.append(Difference("statement", tenant.id))
                continue
            invoices[tenant.id, statement.bill.currency] += statement.bill.total.micros
            places += [place_of(statement.number)] if statement.number else []
            differences += self._differences_of(statement)
        differences += self._wrong_numbers(close, sorted(places))
        if close.statements_sha256 not in (None, self._sha256(close.period)):
            differences.append(Difference("statements", close.period))
        return Finding({"invoices": invoices}, tuple(differences))

    def _differences_of(self, statement: Statement) -> Iterator[Difference]:
        tenant, bill = statement.tenant, statement.bill
        if _used(accounts_of(bill)) != _used(self._accounts(tenant, bill.period)):
            yield Difference("statement", tenant)
        if charges_of(tenant, bill) != self.charges.of_period(tenant, bill.period):
            yield Difference("charges", tenant)

    def _accounts(self, tenant: TenantId, period: str) -> Accounts:
        return merged(shard.accounts for shard in self.books.totals(tenant, period))

    def _wrong_numbers(self, close: PeriodClose, places: list[int]) -> Iterator[Difference]:
        """The numbers that are missing or there twice between the last one of the period before
        and the last one of this period."""
        before = self.periods.get(previous_period(close.period))
        first = before.last_number if before else 0
        last = close.last_number if close.status == "closed" else first + len(places)
        times = Counter(places)
        for place in sorted({*places, *range(first + 1, last + 1)}):
            if times[place] != 1 or not first < place <= last:
                yield Difference("numbers", invoice_number(place))

    def _sha256(self, period: str) -> str:
        stated = stated_for(self.tenants, self.periods, period)
        return sha256_of(statement for _, statement in stated if statement)


def _used(accounts: Accounts) -> dict[Account, _Used]:
    return {account: (sum_.quantity, sum_.micros) for account, sum_ in accounts.items()}
