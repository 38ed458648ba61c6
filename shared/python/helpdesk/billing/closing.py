"""Closing a period: from then on what it holds is settled, and what comes late is the next one's.

    begin ─► for each tenant: post what is left, close its books, state what it owes ─► seal

Each step looks at what stands and leaves it: a close that was killed is run again and ends with the
same statements under the same numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.billing.accounts import Accounts, merged
from helpdesk.billing.billed import stated_for
from helpdesk.billing.chain import GENESIS, sealed, sha256_of
from helpdesk.billing.charges import charges_of
from helpdesk.billing.earlier_bills import billed_before, stated_in
from helpdesk.billing.exports import ExportId
from helpdesk.billing.noted import post_noted
from helpdesk.billing.periods import end_of, next_period
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.quiet_shards import ALL_SHARDS
from helpdesk.billing.rating import NOTHING, Bill, rate
from helpdesk.billing.statements import PeriodClose, Statement, invoice_number
from helpdesk.clock import Clock, period_of, rfc3339
from helpdesk.errors import Conflict, PolicyViolation
from helpdesk.ports import Books, Charges, Ledger, Periods, Tenants
from helpdesk.tenants import Tenant

SETTLING_TIME = timedelta(hours=6)
"""How long after a period's end its close may begin: by then what happened in it is written, and
no machine's clock says otherwise."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Closes periods: each once, in order, and only when it is over."""

    tenants: Tenants
    ledger: Ledger
    books: Books
    charges: Charges
    periods: Periods
    now: Clock

    def begin(self, period: str, export: ExportId) -> PeriodClose:
        """Begins the close of a period, or returns it when this export has begun it before.

        Raises PolicyViolation when the period is not over, Conflict when an earlier one is to be
        closed first, and when another export closes it.
        """
        close = self.periods.get(period) or self._begin(period, export)
        if close.export != export:
            raise Conflict(f"{period} is closed by the export {close.export}.")
        return close

    def due(self, default: str) -> str:
        """The period that is to be closed next, or is being closed: the first after the last one.

        While none was ever closed it is that of the first tenant, and before anybody signed up the
        default.
        """
        last = self.periods.last()
        if last is None:
            return self._first_period(default)
        return next_period(last.period) if last.status == "closed" else last.period

    def require_due(self, period: str) -> PeriodClose | None:
        """The close of the period before, if there is any: this period is the next to be closed.

        Raises PolicyViolation when it is not over, and Conflict when an earlier one comes first.
        """
        if self.now() < (from_ := end_of(period) + SETTLING_TIME):
            raise PolicyViolation(f"{period} can be closed from {rfc3339(from_)} on.")
        before = self.periods.last()
        if before and before.status != "closed":
            raise Conflict(f"{before.period} is still being closed.")
        due = self.due(period)
        # Before anybody had signed up there is nothing that would have to be closed first.
        if due < period or (before and due != period):
            raise Conflict(f"Periods are closed in order: the next is {due}.")
        return before

    def close_books(self, close: PeriodClose, until: datetime) -> bool:
        """States what each tenant owes for the period and closes its books. False: the time was
        over before all were done. Raises Unavailable, PolicyViolation for a tenant that no bill can
        be made for, and Conflict when another worker was there first: to be called again."""
        for tenant, standing in stated_for(self.tenants, self.periods, close.period):
            if self.now() >= until:
                return False
            statement = standing or self._state(tenant, close)
            self.charges.add(charges_of(tenant.id, statement.bill))
        return True

    def seal(self, close: PeriodClose, manifest_sha256: str, now: datetime) -> PeriodClose:
        """Ends the close of a period whose books are closed and whose files are in the archive.

        Raises Conflict when a tenant's books are not closed yet, or it was sealed with another
        manifest.
        """
        standing = self.periods.get(close.period)
        if standing and standing.status == "closed":
            if standing.manifest_sha256 != manifest_sha256:
                raise Conflict(f"{close.period} is closed with another manifest.")
            return standing
        end = replace(
            close,
            status="closed",
            manifest_sha256=manifest_sha256,
            statements_sha256=sha256_of(self._statements(close.period)),
            closed_at=now,
            last_number=self.periods.last_number(),
        )
        closed = sealed(end)
        self.periods.seal(closed)
        return closed

    def _begin(self, period: str, export: ExportId) -> PeriodClose:
        before = self.require_due(period)
        return self.periods.begin(
            PeriodClose(
                period=period,
                export=export,
                began_at=self.now(),
                previous_sha256=(before and before.sha256) or GENESIS,
                last_number=before.last_number if before else 0,
            )
        )

    def _first_period(self, default: str) -> str:
        oldest = self.tenants.all(None, 1)
        return period_of(oldest[0].created_at) if oldest else default

    def _state(self, tenant: Tenant, close: PeriodClose) -> Statement:
        # What comes after this is late.
        posting = PostingUsage(self.books)
        post_noted(self.ledger, posting, tenant.id, lambda note: note.period <= close.period)
        bill = self._rated(tenant, close.period)
        statement = Statement(
            tenant=tenant.id,
            tenant_name=tenant.name,
            details=tenant.billing,
            bill=bill,
            issued_on=close.began_at.date(),
            number=invoice_number(self.periods.last_number() + 1) if bill.lines else None,
        )
        self.periods.state(statement)
        return statement

    def _rated(self, tenant: Tenant, period: str) -> Bill:
        closed = [self.books.close(tenant.id, period, shard) for shard in ALL_SHARDS]
        accounts = merged(totals.accounts for totals in closed)

        def billed_in(month: str) -> Accounts:
            return stated_in(self.periods, tenant.id, month) or NOTHING

        billed = billed_before(period, accounts, billed_in)
        try:
            return rate(period, tenant.terms, accounts, tenant.billing, billed)
        except ValueError as error:
            raise PolicyViolation(
                f"{tenant.id} has usage in several currencies in {period}."
            ) from error

    def _statements(self, period: str) -> Iterator[Statement]:
        for tenant, statement in stated_for(self.tenants, self.periods, period):
            if statement is None:
                raise Conflict(f"The books of {period} are not closed for {tenant.id}.")
            yield statement
