"""Storage: once a day, what each tenant's documents take up, as one usage event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from helpdesk.billing.billed import all_tenants
from helpdesk.clock import Clock
from helpdesk.documents import Document, DocumentStatus
from helpdesk.ids import TenantId
from helpdesk.ports import Documents, Ledger, Tenants
from helpdesk.tariffs import Tariffs
from helpdesk.usage import UsageEvent, event_id

MEGABYTE = 1_000_000
"""Bytes. A tenant's documents are added up first, and rounded up once."""

_DOCUMENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class StorageMetering:
    """Records what is stored. A day that was recorded stays as it is, however often it is done."""

    tenants: Tenants
    documents: Documents
    ledger: Ledger
    tariffs: Tariffs
    now: Clock

    def record(self, day: date, until: datetime, after: TenantId | None = None) -> TenantId | None:
        """Records a day for all tenants behind ``after``, for at least one, and ``until`` then.

        Returns the tenant to go on after, and None when all are done. Raises Unavailable.
        """
        for tenant in all_tenants(self.tenants, after):
            self._record(tenant.id, day)
            if self.now() >= until:
                return tenant.id
        return None

    def _record(self, tenant: TenantId, day: date) -> None:
        now = self.now()
        documents = (each.at(now) for each in self._documents(tenant))
        stored = sum(each.size_bytes for each in documents if _is_stored(each))
        if stored:
            self.ledger.record(self._event(tenant, day, -(-stored // MEGABYTE)))

    def _documents(self, tenant: TenantId) -> Iterator[Document]:
        cursor: str | None = None
        while True:
            page = self.documents.page(tenant, _DOCUMENTS_AT_ONCE, cursor)
            yield from page.items
            if (cursor := page.next_cursor) is None:
                return

    def _event(self, tenant: TenantId, day: date, megabytes: int) -> UsageEvent:
        midnight = datetime.combine(day, time(), UTC)
        tariff = self.tariffs.at(tenant, midnight)
        return UsageEvent(
            id=event_id(f"{tenant.removeprefix('ten_')}_storage_{day}"),
            tenant=tenant,
            type="storage",
            subject=str(day),
            occurred_at=midnight,
            plan=tariff.plan.ref,
            price_version=tariff.prices.version,
            lines=(tariff.line("storage_mb_days", megabytes),),
        )


def _is_stored(document: Document) -> bool:
    """Whether there is a version that answers, or one that is being read."""
    being_read = document.status is DocumentStatus.PROCESSING
    return being_read or document.published_version is not None
