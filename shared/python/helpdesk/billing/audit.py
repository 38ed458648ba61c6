"""The audit of a period: whether everything that says something of its money says the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.billing import chain
from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.billed import all_tenants
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.reconciliation import (
    Difference,
    Finding,
    Reconciliation,
    Source,
    Sums,
    by_currency,
    unequal,
)
from helpdesk.billing.statements import PeriodClose
from helpdesk.billing.statements_audit import StatementsAudit
from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.ports import Exports, Periods, Tenants


@dataclass(frozen=True, slots=True)
class Audit:
    """Proves that a period adds up, or says where it does not."""

    tenants: Tenants
    books: BooksAudit
    statements: StatementsAudit
    files: ArchivedFiles
    periods: Periods
    exports: Exports
    now: Clock

    def reconcile(self, period: str) -> Reconciliation:
        """Compares whatever there is: of a period that is not closed, ledger and fold; once the
        export that closes it has written its manifest, files and invoices, too. Raises Unavailable.
        """
        as_of = self.now()
        sums, unsettled = self._books(period)
        close = self.periods.get(period)
        findings = list(self._closed(close)) if close else []
        for finding in findings:
            sums.update(finding.sums)
        differences = [*unequal(sums), *(each for found in findings for each in found.differences)]
        return Reconciliation(
            period=period,
            as_of=as_of,
            closed=close is not None and close.status == "closed",
            sums={source: by_currency(said) for source, said in sums.items()},
            differences=(*differences, *self._broken_chain()),
            unsettled=tuple(unsettled),
        )

    def _books(self, period: str) -> tuple[dict[Source, Sums], list[TenantId]]:
        totals: dict[Source, Counter[tuple[TenantId, str]]] = {
            "ledger": Counter(),
            "fold": Counter(),
        }
        unsettled = []
        for tenant in all_tenants(self.tenants):
            if sums := self.books.sums(tenant.id, period):
                for source, said in sums.items():
                    totals[source].update(said)
            else:
                unsettled.append(tenant.id)
        return {**totals}, unsettled

    def _closed(self, close: PeriodClose) -> Iterator[Finding]:
        export = self.exports.get(close.export)
        if close.status == "closed" or export.manifest_key:
            yield self.statements.examine(close)
            yield self.files.read(export, close.manifest_sha256)

    def _broken_chain(self) -> Iterator[Difference]:
        closed = [close for close in self.periods.all() if close.status == "closed"]
        if broken := chain.verify(closed):
            yield Difference("chain", broken)
