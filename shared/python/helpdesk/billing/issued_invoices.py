"""Invoices as tenants and finance read them: those of closed months, from the archive."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from helpdesk.billing.invoicing import json_key, pdf_key, register_key
from helpdesk.billing.statements import Statement
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.ports import Archive, Periods

LINKS_VALID_FOR = timedelta(minutes=15)
"""How long a link to a document can be followed."""


@dataclass(frozen=True, slots=True)
class Issued:
    """An invoice as it was written, and links to its documents."""

    content: Mapping[str, Any]
    pdf_url: str
    json_url: str


@dataclass(frozen=True, slots=True)
class IssuedInvoices:
    """Finds invoices. While a month is being closed, it has none yet."""

    periods: Periods
    archive: Archive

    def of_tenant(self, tenant: TenantId) -> Sequence[Statement]:
        """A tenant's statements that became invoices, the newest first."""
        last = self.periods.last()
        return [
            each
            for each in self.periods.statements(tenant)
            if each.number
            and last
            and (each.bill.period < last.period or self._closed(last.period))
        ]

    def of_period(self, period: str) -> Sequence[Mapping[str, Any]]:
        """All tenants' invoices of a closed period: number, tenant, total. Raises NotFound."""
        self._require_closed(period)
        found: Sequence[Mapping[str, Any]] = self._read(register_key(period))["invoices"]
        return found

    def get(self, tenant: TenantId, period: str) -> Issued:
        """A tenant's invoice of a closed period. Raises NotFound."""
        self._require_closed(period)
        content = self._read(json_key(tenant, period))
        name = f"{content['number']}"
        return Issued(
            content,
            self._link(pdf_key(tenant, period), f"{name}.pdf"),
            self._link(json_key(tenant, period), f"{name}.json"),
        )

    def _closed(self, period: str) -> bool:
        close = self.periods.get(period)
        return close is not None and close.status == "closed"

    def _require_closed(self, period: str) -> None:
        if not self._closed(period):
            raise NotFound(f"{period} is not closed: it has no invoices yet.")

    def _read(self, key: str) -> Mapping[str, Any]:
        with self.archive.fetched(key) as path:
            content: Mapping[str, Any] = json.loads(path.read_bytes())
        return content

    def _link(self, key: str, filename: str) -> str:
        return self.archive.link(key, filename, LINKS_VALID_FOR)
