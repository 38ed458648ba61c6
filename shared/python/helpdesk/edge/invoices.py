"""Invoices: a tenant reads its own, finance everybody's."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from helpdesk.billing.periods import PERIOD, is_period
from helpdesk.billing.statements import Statement
from helpdesk.edge.answers import Answer, ListOut, ListQuery, MoneyOut
from helpdesk.edge.operations import Call, Json, Operation, Services
from helpdesk.edge.requests import Query
from helpdesk.edge.whose import TenantNamed, whose
from helpdesk.errors import NotFound
from helpdesk.identity import Scope
from helpdesk.pages import from_cursor, to_cursor

_NUMBER = re.compile(r"HD-\d{6,}")


class InvoiceQuery(Query):
    """For finance: whose invoice."""

    tenant: TenantNamed = None


class InvoicesQuery(ListQuery):
    """For finance: whose invoices, or all of a closed month's."""

    tenant: TenantNamed = None
    period: Annotated[str | None, Field(pattern=PERIOD, description="A closed UTC month.")] = None


class InvoiceListedOut(Answer):
    """An invoice in a list. A credit note's total is negative."""

    number: Annotated[str, Field(examples=["HD-000042"])]
    tenant: str
    period: str
    total: MoneyOut

    @classmethod
    def of(cls, statement: Statement) -> "InvoiceListedOut":
        """A statement's invoice at the border."""
        return cls(
            number=statement.number or "",
            tenant=statement.tenant,
            period=statement.bill.period,
            total=MoneyOut.of(statement.bill.total),
        )


class InvoicesOut(ListOut[InvoiceListedOut]):
    """A page of invoices."""


class PartyOut(Answer):
    """Who sends an invoice, or receives it."""

    name: str
    address: Sequence[str]
    tax_id: str


class InvoiceLineOut(Answer):
    """A line. ``unit_price`` is for ``priced_per`` units; ``adjusts`` is an earlier month."""

    description: str
    quantity: int | None
    unit: str | None
    unit_price: MoneyOut | None
    priced_per: int | None
    adjusts: str | None
    amount: MoneyOut


class InvoiceOut(Answer):
    """An invoice, or a credit note, as it was written, and links to its documents."""

    version: int
    number: str
    kind: str
    tenant: str
    period: str
    first_day: str
    last_day: str
    issued_on: str
    due_on: str | None
    seller: PartyOut
    receiver: PartyOut
    lines: Sequence[InvoiceLineOut]
    taxes: Sequence[InvoiceLineOut]
    tax_note: str
    net: MoneyOut
    tax: MoneyOut
    total: MoneyOut
    pdf_url: str
    json_url: str


def list_invoices(services: Services, call: Call) -> InvoicesOut:
    """A tenant's invoices, or a month's."""
    query: InvoicesQuery = call.query
    invoices = services.invoices()
    if call.caller.tenant is None and query.tenant is None and query.period:
        month = query.period
        return _page([_listed(each, month) for each in invoices.of_period(month)], query)
    found = invoices.of_tenant(whose(call.caller, query.tenant))
    wanted = [each for each in found if query.period in (None, each.bill.period)]
    return _page([InvoiceListedOut.of(each) for each in wanted], query)


def read(services: Services, call: Call) -> Json:
    """One invoice."""
    query: InvoiceQuery = call.query
    period = call.path["period"]
    if not is_period(period):
        raise NotFound("There is no such period.")
    issued = services.invoices().get(whose(call.caller, query.tenant), period)
    return {**issued.content, "pdf_url": issued.pdf_url, "json_url": issued.json_url}


def _page(items: Sequence[InvoiceListedOut], query: InvoicesQuery) -> InvoicesOut:
    """The items behind the cursor, which is the number of the last one."""
    first = 0
    if query.cursor:
        numbers = [each.number for each in items]
        if (last := from_cursor(query.cursor, _NUMBER)) in numbers:
            first = numbers.index(last) + 1
    page = items[first : first + query.limit]
    more = first + query.limit < len(items)
    return InvoicesOut(items=page, next_cursor=to_cursor(page[-1].number) if more else None)


def _listed(entry: Mapping[str, Any], period: str) -> InvoiceListedOut:
    return InvoiceListedOut.model_validate({**entry, "period": period})


OPERATIONS = (
    Operation(
        "GET",
        "/v1/invoices",
        "listInvoices",
        "The invoices, newest first: a tenant's own; finance names a tenant or a month.",
        "Finance",
        list_invoices,
        scope=Scope.USAGE,
        query=InvoicesQuery,
        answer=InvoicesOut,
        refusals=(NotFound,),
    ),
    Operation(
        "GET",
        "/v1/invoices/{period}",
        "getInvoice",
        "The invoice of a closed month; finance names the tenant.",
        "Finance",
        read,
        scope=Scope.USAGE,
        query=InvoiceQuery,
        answer=InvoiceOut,
        refusals=(NotFound,),
    ),
)
