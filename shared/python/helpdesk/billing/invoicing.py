"""The documents of a closed month's invoices: written into the archive once, and read from there.

closed/invoices/<period>/<tenant>.pdf       what people read
closed/invoices/<period>/<tenant>.json      the same for programs
closed/invoices/<period>/register.json      which there are, by their numbers
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from helpdesk.billing.billed import billed_for
from helpdesk.billing.exporting import KEPT_FOR
from helpdesk.billing.invoices import Party, invoice_json, invoice_of
from helpdesk.billing.periods import end_of
from helpdesk.billing.statements import Statement
from helpdesk.ids import TenantId
from helpdesk.ports import Archive, InvoiceRenderer, Periods, Tenants

PDF, JSON = "application/pdf", "application/json"


def pdf_key(tenant: TenantId, period: str) -> str:
    """Where the PDF of an invoice lies in the archive."""
    return f"closed/invoices/{period}/{tenant}.pdf"


def json_key(tenant: TenantId, period: str) -> str:
    """Where the JSON of an invoice lies in the archive."""
    return f"closed/invoices/{period}/{tenant}.json"


def register_key(period: str) -> str:
    """Where it lies in the archive which invoices a period has."""
    return f"closed/invoices/{period}/register.json"


@dataclass(frozen=True, slots=True)
class Invoicing:
    """Writes the documents of invoices. Each is the same whenever it is written again."""

    tenants: Tenants
    periods: Periods
    renderer: InvoiceRenderer
    archive: Archive
    seller: Party

    def write(self, period: str, after: TenantId | None = None) -> Iterator[TenantId]:
        """Writes the invoices of tenants behind ``after``, and says of each tenant that it is done.

        Raises NotFound when a statement is missing, Conflict when another document is kept in a
        place, and Unavailable.
        """
        for tenant in billed_for(self.tenants, period):
            if after is None or tenant.id > after:
                self._write(self.periods.statement(tenant.id, period))
                yield tenant.id

    def register(self, period: str) -> None:
        """Writes which invoices there are. Raises as :meth:`write` does."""
        invoices = [
            {
                "number": each.number,
                "tenant": each.tenant,
                "total": {"amount": each.bill.total.amount(), "currency": each.bill.currency},
            }
            for each in self.issued(period)
        ]
        text = json.dumps({"invoices": invoices, "period": period}, separators=(",", ":"))
        self._put(period, register_key(period), f"{text}\n".encode(), JSON)

    def issued(self, period: str) -> Iterator[Statement]:
        """The statements that became invoices, in the order of their tenants. Raises NotFound."""
        for tenant in billed_for(self.tenants, period):
            statement = self.periods.statement(tenant.id, period)
            if statement.number:
                yield statement

    def _write(self, statement: Statement) -> None:
        if not statement.number:
            return
        invoice = invoice_of(statement, self.seller)
        tenant, period = statement.tenant, invoice.period
        self._put(period, pdf_key(tenant, period), self.renderer.pdf(invoice), PDF)
        self._put(period, json_key(tenant, period), invoice_json(invoice), JSON)

    def _put(self, period: str, key: str, content: bytes, content_type: str) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "document"
            path.write_bytes(content)
            self.archive.put(key, path, content_type, end_of(period) + KEPT_FOR)
