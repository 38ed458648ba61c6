"""How an invoice is laid out: what its pages say, from top to bottom."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, LongTable, Paragraph, Spacer, Table

from helpdesk.adapters.invoice_pdf.fonts import (
    BOLD,
    BOLD_FIGURES,
    FIGURE_SPACE,
    FIGURES,
    REGULAR,
    lacks,
    marked_up,
)
from helpdesk.billing.invoices import Invoice, InvoiceLine, Party
from helpdesk.money import Money

WIDTH = 174 * mm

_GREY, _RULE, _SHADE = HexColor("#5f6670"), HexColor("#c9ced6"), HexColor("#f3f5f8")
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=9, leading=12.5, shaping=1)
_STRONG = ParagraphStyle("strong", _TEXT, fontName=BOLD)
_SMALL = ParagraphStyle("small", _TEXT, fontSize=7.5, leading=10, textColor=_GREY)
_TITLE = ParagraphStyle("title", _STRONG, fontSize=20, leading=24, alignment=TA_RIGHT)
_Style = list[Any]

_ALL = ((0, 0), (-1, -1))
_FLUSH = [("VALIGN", *_ALL, "TOP"), ("LEFTPADDING", *_ALL, 0), ("RIGHTPADDING", *_ALL, 0)]
_HEADS = ("Description", "Quantity", "Unit price")
_COLUMNS = (82 * mm, 28 * mm, 36 * mm, 28 * mm)
_FACTS = (26 * mm, 58 * mm)
_TOTALS = (38 * mm, 40 * mm)


def story_of(invoice: Invoice) -> list[Flowable]:
    """The parts of an invoice, one below the other."""
    return [
        _head(invoice),
        Spacer(0, 9 * mm),
        _parties(invoice),
        Spacer(0, 9 * mm),
        _lines(invoice),
        Spacer(0, 3 * mm),
        KeepTogether([_totals(invoice), Spacer(0, 7 * mm), *_remarks(invoice)]),
    ]


def amount_text(money: Money) -> str:
    """``-1,234.000468``: all of its places, and thousands apart."""
    return f"{Decimal(money.amount()):,f}"


def _head(invoice: Invoice) -> Flowable:
    seller = invoice.seller
    left = [Paragraph(marked_up(seller.name), _STRONG), *_address(seller, _SMALL)]
    return _side_by_side(left, [Paragraph(invoice.title, _TITLE)])


def _parties(invoice: Invoice) -> Flowable:
    receiver = invoice.receiver
    left = [
        Paragraph("To", _SMALL),
        Paragraph(marked_up(receiver.name), _STRONG),
        *_address(receiver, _TEXT),
    ]
    facts = [
        ("Number", invoice.number),
        ("Issued on", invoice.issued_on.isoformat()),
        ("Billing period", f"{invoice.first_day} to {invoice.last_day}"),
        ("Customer", invoice.tenant),
    ]
    if invoice.due_on:
        facts.insert(2, ("Due on", invoice.due_on.isoformat()))
    rows = [[Paragraph(name, _SMALL), Paragraph(value, _TEXT)] for name, value in facts]
    style = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    return _side_by_side(left, [Table(rows, _FACTS, style=[*style, ("VALIGN", *_ALL, "MIDDLE")])])


def _address(party: Party, style: ParagraphStyle) -> list[Flowable]:
    tax_id = (f"Tax id {party.tax_id}",) if party.tax_id else ()
    return [Paragraph(marked_up(each), style) for each in (*party.address, *tax_id)]


def _side_by_side(left: Sequence[Flowable], right: Sequence[Flowable]) -> Flowable:
    return Table([[list(left), list(right)]], (WIDTH - sum(_FACTS), sum(_FACTS)), style=_FLUSH)


def _lines(invoice: Invoice) -> Flowable:
    heads: list[object] = [*_HEADS, f"Amount, {invoice.total.currency}"]
    places = max(map(_places, invoice.lines), default=0)
    rows = [heads, *(_cells(each, places) for each in invoice.lines)]
    style: _Style = [
        ("FONT", (0, 0), (-1, -1), REGULAR, 9, 12.5),
        ("FONT", (1, 1), (-1, -1), FIGURES, 8.5, 12.5),
        ("FONT", (0, 0), (-1, 0), BOLD, 8, 11),
        ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
        ("LINEBELOW", *_ALL, 0.4, _RULE),
        ("VALIGN", *_ALL, "TOP"),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
    ]
    return LongTable(rows, _COLUMNS, repeatRows=1, style=style)


def _cells(line: InvoiceLine, places: int) -> list[object]:
    described = [Paragraph(marked_up(line.description), _TEXT)]
    if line.adjusts:
        told = f"Adjustment for {line.adjusts}, which was invoiced before"
        described.append(Paragraph(told, _SMALL))
    # The points of all amounts stand below each other.
    amount = amount_text(line.amount) + FIGURE_SPACE * (places - _places(line))
    return [described, _quantity(line), _unit_price(line), amount]


def _quantity(line: InvoiceLine) -> str:
    return "" if line.quantity is None else f"{line.quantity:,}"


def _unit_price(line: InvoiceLine) -> str:
    if line.unit_price is None or line.priced_per is None:
        return ""
    per = f" / {line.priced_per:,}" if line.priced_per > 1 else ""
    return f"{amount_text(line.unit_price)}{per}"


def _places(line: InvoiceLine) -> int:
    return len(line.amount.amount().partition(".")[2])


def _totals(invoice: Invoice) -> Flowable:
    currency = invoice.total.currency
    rows = [
        ["Net", f"{amount_text(invoice.net)} {currency}"],
        *([each.description, f"{amount_text(each.amount)} {currency}"] for each in invoice.taxes),
        ["Total", f"{amount_text(invoice.total)} {currency}"],
    ]
    style: _Style = [
        ("FONT", *_ALL, REGULAR, 9, 12.5),
        ("FONT", (1, 0), (1, -1), FIGURES, 8.5, 12.5),
        ("FONT", (0, -1), (-1, -1), BOLD, 11, 14),
        ("FONT", (1, -1), (1, -1), BOLD_FIGURES, 10.5, 14),
        ("LINEABOVE", (0, -1), (-1, -1), 0.8, HexColor("#000000")),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"),
    ]
    return Table(
        [["", Table(rows, _TOTALS, style=style)]],
        (WIDTH - sum(_TOTALS), sum(_TOTALS)),
        style=_FLUSH,
    )


def _remarks(invoice: Invoice) -> list[Flowable]:
    said = [invoice.tax_note] if invoice.tax_note else []
    if invoice.due_on:
        said.append(f"Please pay by {invoice.due_on} and name {invoice.number}.")
    elif invoice.kind == "credit_note":
        said.append("Nothing is to be paid: this amount is in your favour.")
    else:
        said.append("Nothing is to be paid.")
    remarks: list[Flowable] = [Paragraph(marked_up(each), _TEXT) for each in said]
    if any(map(lacks, _names(invoice))):
        told = "Letters that stand here as ? are in the JSON of this document in full."
        remarks.append(Paragraph(told, _SMALL))
    return remarks


def _names(invoice: Invoice) -> Sequence[str]:
    parties = (invoice.seller, invoice.receiver)
    return [text for party in parties for text in (party.name, *party.address)]
