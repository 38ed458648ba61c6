"""Invoices as tenants and finance read them: those of closed months, from the archive."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from helpdesk.billing.archive_keys import invoice_json_key, invoice_pdf_key, register_key
from helpdesk.billing.kept_files import KeptFiles
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
        closing = last.period if last and last.status == "closing" else None
        return [
            each
            for each in self.periods.statements(tenant)
            if each.number and each.bill.period != closing
        ]

    def of_period(self, period: str) -> Sequence[Mapping[str, Any]]:
        """All tenants' invoices of a closed period: number, tenant, total. Raises NotFound."""
        self._require_closed(period)
        found: Sequence[Mapping[str, Any]] = self._read(register_key(period))["invoices"]
        return found

    def get(self, tenant: TenantId, period: str) -> Issued:
        """A tenant's invoice of a closed period. Raises NotFound."""
        self._require_closed(period)
        content = self._read(invoice_json_key(tenant, period))
        name = content["number"]
        return Issued(
            content,
            self._link(invoice_pdf_key(tenant, period), f"{name}.pdf"),
            self._link(invoice_json_key(tenant, period), f"{name}.json"),
        )

    def _require_closed(self, period: str) -> None:
        close = self.periods.get(period)
        if close is None or close.status != "closed":
            raise NotFound(f"{period} is not closed: it has no invoices yet.")

    def _read(self, key: str) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads(KeptFiles(self.archive).read(key))
        return content

    def _link(self, key: str, filename: str) -> str:
        return self.archive.link(key, filename, LINKS_VALID_FOR)
