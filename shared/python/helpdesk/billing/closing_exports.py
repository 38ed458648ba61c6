"""The export that closes a period: from open books to a sealed month.

    begin ─► books closed ─► files and manifest ─► invoices ─► audit ─► seal ─► record, events

Each step is left at once when it was done before, so that a run that was killed, or had no time
left, is simply run again. Nothing is sealed that does not add up.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.billing.announcements import invoice_issued, period_closed, period_differs
from helpdesk.billing.archive_keys import chain_key
from helpdesk.billing.audit_runs import AuditRuns
from helpdesk.billing.chain import record_of
from helpdesk.billing.closing import Closing
from helpdesk.billing.export_saves import save
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.exports import Export, Position
from helpdesk.billing.invoicing import Invoicing
from helpdesk.billing.kept_files import KeptFiles
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.billing.statements import PeriodClose
from helpdesk.clock import Clock
from helpdesk.errors import Conflict, Unavailable
from helpdesk.ports import EventBus, Exports

_INVOICES = "invoices"


@dataclass(frozen=True, slots=True)
class ClosingExports:
    """Closes periods together with their exports."""

    closing: Closing
    exporting: Exporting
    invoicing: Invoicing
    audits: AuditRuns
    files: KeptFiles
    exports: Exports
    bus: EventBus
    now: Clock
    closed: Callable[[PeriodClose], None]
    reconciled: Callable[[Reconciliation], None]

    def run(self, export: Export, until: datetime) -> Export:
        """Goes on with an export that closes its period, and returns it as it stands.

        Raises PolicyViolation and Conflict when the period can't be closed or does not add up,
        Overtaken when another worker is at it, and Unavailable.
        """
        close = self.closing.begin(export.period, export.id)
        if export.status == "queued":
            export = self._saved(export, replace(export, status="running"))
        export = self._with_closed_books(export, close, until)
        if export.closed:
            export = self.exporting.run(export, until)
        if export.manifest_key:
            export = self._with_invoices(export, until)
        if export.manifest_key and self.now() < until:
            export = self._sealed(export, close, until)
        return export

    def _with_closed_books(self, export: Export, close: PeriodClose, until: datetime) -> Export:
        if export.closed:
            return export
        try:
            done = self.closing.close_books(close, until)
        except Conflict as conflict:
            raise Unavailable("Another worker closes these books. Try again.") from conflict
        return self._saved(export, replace(export, closed=True)) if done else export

    def _with_invoices(self, export: Export, until: datetime) -> Export:
        place = export.position
        after = place.tenant if place and place.stage == _INVOICES else None
        for tenant in self.invoicing.write(export.period, after):
            place = Position(tenant, _INVOICES)
            if self.now() >= until:
                break
        else:
            self.invoicing.register(export.period)
        return self._saved(export, replace(export, position=place))

    def _sealed(self, export: Export, close: PeriodClose, until: datetime) -> Export:
        found = self.audits.run(export.id, export.period, until)
        if found is None:
            return export
        self._require_to_add_up(found)
        manifest = self.files.read(export.manifest_key or "")
        sealed = self.closing.seal(close, hashlib.sha256(manifest).hexdigest(), self.now())
        key = chain_key(export.period)
        self.files.keep(export.period, key, record_of(sealed), "application/json")
        issued = (invoice_issued(each, sealed) for each in self.invoicing.issued(export.period))
        self.bus.publish([*filter(None, issued), period_closed(sealed)])
        ready = self._saved(export, replace(export, status="ready"))
        self.closed(sealed)
        return ready

    def _require_to_add_up(self, found: Reconciliation) -> None:
        self.reconciled(found)
        if not found.adds_up:
            self.bus.publish([period_differs(found)])
            first, count = found.differences[0], len(found.differences)
            raise Conflict(
                f"{found.period} does not add up: {count} differences, the first in {first.name} "
                f"at {first.where}. Reconcile it, and ask for its close again."
            )

    def _saved(self, before: Export, after: Export) -> Export:
        return save(self.exports, replace(after, updated_at=self.now()), before)
