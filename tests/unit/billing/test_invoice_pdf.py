"""The PDF of an invoice: what a reader finds in it, over all its pages, and always the same."""

import io
import subprocess
import sys

import pytest
from pypdf import PdfReader

from helpdesk.adapters.invoice_pdf import PDFInvoiceRenderer
from helpdesk.tenants import BillingDetails
from tests.unit.billing.invoice_examples import (
    a_fee,
    a_tax,
    a_usage_line,
    an_invoice,
)

OTHER_PROCESS = """
import sys
from helpdesk.adapters.invoice_pdf import PDFInvoiceRenderer
from tests.unit.billing.invoice_examples import an_invoice
sys.stdout.buffer.write(PDFInvoiceRenderer().pdf(an_invoice()))
"""


def pages_of(*lines, **given):
    file = PDFInvoiceRenderer().pdf(an_invoice(*lines, **given))
    return [page.extract_text() for page in PdfReader(io.BytesIO(file)).pages]


def test_a_reader_finds_all_that_an_invoice_needs():
    (page,) = pages_of(
        a_fee(),
        a_usage_line(1_872, quantity=3_120),
        a_usage_line(-5, quantity=-9, period="2026-09"),
        a_tax(9_310_000),
        details=BillingDetails(
            "Šťastný & Søn <Ltd>", ("Εθνική 1",), "CZ1", tax_note="Reverse charge."
        ),
    )

    for said in (
        "Invoice",
        "HD-000042",
        "2026-11-01",
        "2026-11-15",
        "2026-10-01 to 2026-10-31",
        "Helpdesk AI GmbH",
        "Tax id DE123456789",
        "Šťastný & Søn <Ltd>",
        "Εθνική 1",
        "Tax id CZ1",
        "3,120",
        "0.60 / 1,000,000",
        "0.001872",
        "-0.000005",
        "Adjustment for 2026-09",
        "VAT 19 %",
        "58.311867 USD",
        "Reverse charge.",
        "Please pay by 2026-11-15 and name HD-000042.",
        "Page 1 of 1",
    ):
        assert said in page


def test_a_credit_note_asks_for_nothing():
    (page,) = pages_of(a_usage_line(-1_980_000))

    assert "Credit note HD-000042" in page
    assert "Please pay" not in page


def test_an_invoice_of_nothing_asks_for_nothing():
    (page,) = pages_of(a_usage_line(0))

    assert "Nothing is to be paid." in page
    assert "Please pay" not in page
    assert "favour" not in page


def test_a_long_bill_goes_on_under_the_same_heads_and_loses_no_line():
    lines = [a_usage_line(place, description=f"Line {place:03}.") for place in range(120)]

    pages = pages_of(a_fee(), *lines)

    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Unit price" in page
        assert "Invoice HD-000042" in page
    whole = "".join(pages)
    assert all(f"Line {place:03}." in whole for place in range(120))
    assert "Total" in pages[-1]


def test_letters_that_no_font_has_are_marked_and_explained():
    (page,) = pages_of(details=BillingDetails("Acme 😀"))

    assert "Acme ?" in page
    assert "Letters that stand here as ? are in the JSON" in page


@pytest.mark.parametrize("name", ["株式会社サンプル", "示例有限公司", "주식회사", "שלום עולם"])
def test_names_of_other_scripts_are_shown_without_a_question_mark(name):
    (page,) = pages_of(details=BillingDetails(f"A {name}"))

    assert "?" not in page


def test_it_is_the_same_bytes_in_this_process_and_in_another():
    first = PDFInvoiceRenderer().pdf(an_invoice())

    assert PDFInvoiceRenderer().pdf(an_invoice()) == first
    other = subprocess.run([sys.executable, "-c", OTHER_PROCESS], capture_output=True, check=True)
    assert other.stdout == first
