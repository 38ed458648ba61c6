"""Exports as finance asks for them: one is written, queued, and made by the billing function."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.billing.closing import Closing
from helpdesk.billing.exports import Export, ExportId
from helpdesk.billing.periods import start_of
from helpdesk.clock import Clock
from helpdesk.errors import Conflict, FieldError, ValidationFailed
from helpdesk.events import BillingJob
from helpdesk.ids import TenantId, new_id
from helpdesk.pages import Page
from helpdesk.ports import Archive, BillingQueue, Exports, Periods, Tenants

LINKS_VALID_FOR = timedelta(hours=1)
"""How long a link to a file can be followed."""

OVERDUE_AFTER = timedelta(hours=1)
"""An export that nobody went on with for so long: its message was lost."""

_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class ExportRequests:
    """Asks for exports, and says how far each has come."""

    exports: Exports
    tenants: Tenants
    periods: Periods
    closing: Closing
    queue: BillingQueue
    archive: Archive
    now: Clock

    def request(
        self, period: str, *, close: bool = False, tenant: TenantId | None = None
    ) -> Export:
        """A new export; or the one that was to close the period and failed, to be gone on with.

        Raises ValidationFailed for a period that has not begun and for the close of one tenant's,
        PolicyViolation and Conflict for a period that can't be closed, NotFound and Unavailable.
        """
        now = self.now()
        _require_sense(period, close, tenant, now)
        if tenant:
            self.tenants.get(tenant)
        if close and (standing := self.periods.get(period)):
            return self._again(standing.export, period)
        if close:
            self.closing.require_due(period)
        export = Export(
            id=ExportId(new_id("exp", now)),
            period=period,
            created_at=now,
            updated_at=now,
            tenant=tenant,
            close=close,
            closed=self._is_closed(period),
        )
        self.exports.add(export)
        self._queue(export)
        return export

    def get(self, export: ExportId) -> Export:
        """One export. Raises NotFound."""
        return self.exports.get(export)

    def page(self, limit: int, cursor: str | None) -> Page[Export]:
        """The exports, newest first. Raises ValidationFailed for a foreign cursor."""
        return self.exports.page(limit, cursor)

    def link(self, key: str) -> str:
        """A URL by which a file of an export can be downloaded for a while."""
        return self.archive.link(key, key.rpartition("/")[2], LINKS_VALID_FOR)

    def wake(self) -> int:
        """Asks again for the newest exports that nobody goes on with. Raises Unavailable."""
        before = self.now() - OVERDUE_AFTER
        waiting = [
            each
            for each in self.exports.page(_LOOKED_AT, None).items
            if each.status in ("queued", "running") and each.updated_at < before
        ]
        for export in waiting:
            self._queue(export)
        return len(waiting)

    def _again(self, closer: ExportId, period: str) -> Export:
        export = self.exports.get(closer)
        if export.status != "failed":
            word = "closed" if export.status == "ready" else "being closed"
            raise Conflict(f"{period} is {word} by the export {closer}.")
        again = replace(export, status="queued", failure=None, updated_at=self.now())
        self.exports.save(again, export)
        self._queue(again)
        return again

    def _queue(self, export: Export) -> None:
        self.queue.send(BillingJob(job="export", id=export.id))

    def _is_closed(self, period: str) -> bool:
        close = self.periods.get(period)
        return close is not None and close.status == "closed"


def _require_sense(period: str, close: bool, tenant: TenantId | None, now: datetime) -> None:
    if now < start_of(period):
        at = FieldError("period", "This month has not begun.")
        raise ValidationFailed("Check: period.", errors=[at])
    if close and tenant:
        at = FieldError("tenant", "A period is closed for all tenants: leave this out.")
        raise ValidationFailed("Check: tenant.", errors=[at])
