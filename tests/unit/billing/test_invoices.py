"""The invoice of a statement: nothing is lost or rounded on the way, and its JSON is one text."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.billing.invoices import invoice_json, invoice_of
from helpdesk.money import Money
from helpdesk.tenants import BillingDetails
from tests.unit.billing.invoice_examples import (
    SELLER,
    a_fee,
    a_statement,
    a_tax,
    a_usage_line,
    an_invoice,
)

MICROS = st.integers(-(10**12), 10**12)


def test_it_names_its_dates_and_both_parties():
    invoice = an_invoice()

    assert (invoice.title, invoice.number) == ("Invoice", "HD-000042")
    assert (invoice.first_day, invoice.last_day) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 1), date(2026, 11, 15))
    assert invoice.seller == SELLER
    assert invoice.receiver.name == "Acme Outdoor Ltd"
    assert invoice.receiver.address == ("Main Street 1", "Springfield")


def test_without_a_legal_name_the_tenants_own_stands():
    assert an_invoice(details=BillingDetails(), tenant_name="Acme").receiver.name == "Acme"


def test_tax_stands_apart_and_net_and_tax_make_the_total():
    invoice = an_invoice(a_fee(), a_tax(9_310_000))

    assert [each.description for each in invoice.lines] == ["Plan pro"]
    assert [each.description for each in invoice.taxes] == ["VAT 19 %"]
    assert (invoice.net, invoice.tax, invoice.total) == (
        Money(49_000_000),
        Money(9_310_000),
        Money(58_310_000),
    )


def test_a_negative_total_is_a_credit_note_and_nothing_is_due():
    invoice = an_invoice(a_usage_line(-1_980_000, quantity=-2))

    assert (invoice.title, invoice.due_on) == ("Credit note", None)
    assert json.loads(invoice_json(invoice))["kind"] == "credit_note"


def test_of_nothing_nothing_is_due():
    invoice = an_invoice(a_usage_line(0, quantity=4))

    assert (invoice.title, invoice.due_on) == ("Invoice", None)


def test_a_line_of_an_earlier_month_is_an_adjustment_by_its_name():
    late, present = an_invoice(a_usage_line(12, period="2026-09"), a_usage_line(13)).lines

    assert (late.adjusts, present.adjusts) == ("2026-09", None)


def test_usage_says_how_much_of_what_at_which_price():
    (line,) = an_invoice(a_usage_line(1_872, quantity=3_120)).lines

    assert (line.quantity, line.unit, line.priced_per) == (3_120, "tokens", 1_000_000)
    assert line.unit_price == Money(600_000)


def test_a_statement_without_a_number_is_no_invoice():
    with pytest.raises(ValueError, match="2026-10"):
        invoice_of(a_statement(number=None), SELLER)


@settings(deadline=None)
@given(st.lists(MICROS, min_size=1, max_size=9), st.lists(MICROS, max_size=2))
def test_the_json_holds_every_micro_and_adds_up(usage, taxes):
    lines = [*map(a_usage_line, usage), *map(a_tax, taxes)]

    told = json.loads(invoice_json(an_invoice(*lines)))

    def sum_of(name):
        return sum(Money.of(each["amount"]["amount"]).micros for each in told[name])

    assert [Money.of(each["amount"]["amount"]).micros for each in told["lines"]] == usage
    assert sum_of("lines") == Money.of(told["net"]["amount"]).micros
    assert sum_of("taxes") == Money.of(told["tax"]["amount"]).micros
    assert Money.of(told["total"]["amount"]).micros == sum(usage) + sum(taxes)


def test_the_json_is_one_text():
    text = invoice_json(an_invoice(details=BillingDetails("Jürgen's 株式会社")))

    assert text == invoice_json(an_invoice(details=BillingDetails("Jürgen's 株式会社")))
    assert "Jürgen's 株式会社".encode() in text
    assert text.endswith(b"}\n")
    assert json.dumps(
        json.loads(text), sort_keys=True, ensure_ascii=False
    ) in text.decode().replace(":", ": ").replace(",", ", ")
