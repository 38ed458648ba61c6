"""The audit of a period: whether everything that says something of its money says the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpdesk.billing import chain
from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.audit_progress import AuditProgress
from helpdesk.billing.billed import all_tenants
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.exports import Export, ExportFile
from helpdesk.billing.reconciliation import Difference, Reconciliation, by_currency, unequal
from helpdesk.billing.statements import PeriodClose
from helpdesk.billing.statements_audit import StatementsAudit
from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.ports import Exports, Periods, Tenants
from helpdesk.usage import SHARDS


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
        progress = AuditProgress(self.now())
        for _ in self.steps(period, progress):
            pass
        return self.conclude(period, progress)

    def steps(self, period: str, progress: AuditProgress) -> Iterator[None]:
        """Reads what is large, ledger and files, from where the progress is, which moves on. It may
        be left after each step. Raises Unavailable."""
        for tenant in all_tenants(self.tenants, progress.after):
            for shard in range(progress.begin(tenant.id), SHARDS):
                self._read_shard(tenant.id, period, shard, progress)
                progress.shards += 1
                yield
            progress.after = tenant.id
        for file in self._files(period)[progress.files :]:
            found = self.files.read(file)
            progress.add(found.sums)
            progress.differences += found.differences
            progress.files += 1
            yield

    def conclude(self, period: str, progress: AuditProgress) -> Reconciliation:
        """Compares what was read with everything else. Raises Unavailable."""
        close = self.periods.get(period)
        export = self._closer(close)
        differences: list[Difference] = []
        if close and export:
            stated = self.statements.examine(close)
            progress.add({"csv": {}, "parquet": {}, "focus": {}, **stated.sums})
            differences += stated.differences
            differences += progress.differences
            differences += self.files.examine(export, close)
        sums = progress.sums()
        return Reconciliation(
            period=period,
            as_of=progress.as_of,
            closed=close is not None and close.status == "closed",
            sums={source: by_currency(said) for source, said in sums.items()},
            differences=(*unequal(sums), *differences, *self._broken_chain()),
            unsettled=tuple(progress.unsettled),
        )

    def _read_shard(
        self, tenant: TenantId, period: str, shard: int, progress: AuditProgress
    ) -> None:
        if sums := self.books.sums(tenant, period, shard):
            progress.add(sums)
        elif tenant not in progress.unsettled:
            progress.unsettled.append(tenant)

    def _files(self, period: str) -> Sequence[ExportFile]:
        export = self._closer(self.periods.get(period))
        return export.files if export else ()

    def _closer(self, close: PeriodClose | None) -> Export | None:
        """The export that closes a period, once all of its files are written."""
        if close is None:
            return None
        export = self.exports.get(close.export)
        return export if close.status == "closed" or export.manifest_key else None

    def _broken_chain(self) -> Iterator[Difference]:
        closed = [close for close in self.periods.all() if close.status == "closed"]
        if broken := chain.verify(closed):
            yield Difference("chain", broken)
