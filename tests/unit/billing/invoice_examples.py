"""Statements and invoices that tests are made of."""

from datetime import date

from helpdesk.billing.invoices import Party, invoice_of
from helpdesk.billing.rating import Bill, BillLine
from helpdesk.billing.statements import Statement
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.tenants import BillingDetails

SELLER = Party("Helpdesk AI GmbH", ("Musterstraße 1", "10115 Berlin"), "DE123456789")
TENANT = TenantId("ten_01kaxg3n2m8q4r6t8v0w2x4y6z")
PERIOD = "2026-10"


def a_usage_line(micros, quantity=1, period=PERIOD, description="Output tokens of gpt-4o-mini"):
    return BillLine(
        "usage",
        description,
        Money(micros),
        period,
        plan="pro@1",
        meter="output_tokens",
        model="gpt-4o-mini",
        quantity=quantity,
        unit_price=Money(600_000),
    )


def a_fee(micros=49_000_000):
    return BillLine("subscription", "Plan pro", Money(micros), PERIOD, plan="pro@1")


def a_tax(micros, description="VAT 19 %"):
    return BillLine("tax", description, Money(micros), PERIOD)


def a_statement(*lines, details=None, tenant_name="Acme", number="HD-000042"):
    return Statement(
        TENANT,
        tenant_name,
        details or BillingDetails("Acme Outdoor Ltd", ("Main Street 1", "Springfield"), "US-99"),
        Bill(PERIOD, "USD", lines or (a_fee(), a_tax(9_310_000))),
        date(2026, 11, 1),
        number,
    )


def an_invoice(*lines, **given):
    return invoice_of(a_statement(*lines, **given), SELLER)
