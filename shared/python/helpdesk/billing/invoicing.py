"""The documents of a closed month's invoices, written into the archive once."""

from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.billing.archive_keys import invoice_json_key, invoice_pdf_key, register_key
from helpdesk.billing.billed import stated_for
from helpdesk.billing.canonical import canonical_json
from helpdesk.billing.invoices import Party, invoice_json, invoice_of
from helpdesk.billing.kept_files import KeptFiles
from helpdesk.billing.statements import Statement
from helpdesk.errors import Conflict
from helpdesk.ids import TenantId
from helpdesk.ports import InvoiceRenderer, Periods, Tenants

_PDF, _JSON = "application/pdf", "application/json"


@dataclass(frozen=True, slots=True)
class Invoicing:
    """Writes the documents of invoices. Each is the same whenever it is written again."""

    tenants: Tenants
    periods: Periods
    renderer: InvoiceRenderer
    files: KeptFiles
    seller: Party

    def write(self, period: str, after: TenantId | None = None) -> Iterator[TenantId]:
        """Writes the invoices of tenants behind ``after``, one at a time, and says whose is done.

        Raises Conflict when somebody's books are not closed or other documents are kept in a
        place, and Unavailable.
        """
        for statement in self.issued(period):
            if after is None or statement.tenant > after:
                self._write(statement)
                yield statement.tenant

    def register(self, period: str) -> None:
        """Writes which invoices there are. Raises as :meth:`write` does."""
        invoices = [
            {
                "number": each.number,
                "tenant": each.tenant,
                "total": each.bill.total.as_json(),
            }
            for each in self.issued(period)
        ]
        content = canonical_json({"invoices": invoices, "period": period})
        self.files.keep(period, register_key(period), content, _JSON)

    def issued(self, period: str) -> Iterator[Statement]:
        """The statements that become invoices, in the order of their tenants. Raises Conflict."""
        for tenant, statement in stated_for(self.tenants, self.periods, period):
            if statement is None:
                raise Conflict(f"The books of {period} are not closed for {tenant.id}.")
            if statement.number:
                yield statement

    def _write(self, statement: Statement) -> None:
        invoice = invoice_of(statement, self.seller)
        tenant, period = statement.tenant, invoice.period
        pdf = self.renderer.pdf(invoice)
        self.files.keep(period, invoice_pdf_key(tenant, period), pdf, _PDF)
        self.files.keep(period, invoice_json_key(tenant, period), invoice_json(invoice), _JSON)
