"""Invoices as PDF: A4, with embedded fonts, and the same bytes whenever one is made again."""

import io
from collections.abc import Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from helpdesk.adapters.invoice_pdf.fonts import REGULAR, plain, register
from helpdesk.adapters.invoice_pdf.layout import WIDTH, story_of
from helpdesk.billing.invoices import Invoice

_MARGIN = (A4[0] - WIDTH) / 2
_FOOT = 12 * mm
_PADDING = 6
"""Points that the library leaves free around what it sets."""


class PDFInvoiceRenderer:
    """Sets invoices in type. Nothing of the clock and of chance is in a file."""

    def pdf(self, invoice: Invoice) -> bytes:
        """An invoice as a PDF file."""
        register()
        file = io.BytesIO()
        document = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=_MARGIN - _PADDING,
            rightMargin=_MARGIN - _PADDING,
            topMargin=18 * mm,
            bottomMargin=22 * mm,
            title=f"{invoice.title} {invoice.number}",
            author=invoice.seller.name,
            lang="en",
            invariant=1,
        )
        seller = invoice.seller
        foot = [plain(seller.name), f"{invoice.title} {invoice.number}"]
        document.build(story_of(invoice), canvasmaker=_canvas_with(foot))
        return file.getvalue()


def _canvas_with(foot: Sequence[str]) -> type[Canvas]:
    """A canvas that knows how many pages there are before it writes any of them."""

    class NumberedCanvas(Canvas):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - the library's name
            self._pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self._foot(f"Page {number} of {len(self._pages)}")
                super().showPage()
            super().save()

        def _foot(self, page: str) -> None:
            self.setFont(REGULAR, 7.5)
            self.drawString(_MARGIN, _FOOT, " · ".join(foot))
            self.drawRightString(A4[0] - _MARGIN, _FOOT, page)

    return NumberedCanvas
