"""PDF: pages, headings, and files that are locked, broken or out to harm."""

import zlib
from collections.abc import Sequence
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from helpdesk.adapters.parsers import parser_of
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block

Lines = Sequence[tuple[float, str]]
"""The size of the letters, and what they say."""


def pdf(*pages: Lines | bytes) -> bytes:
    """A PDF of pages, each given as lines or as a raw content stream that is deflated already."""
    count = len(pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (count, b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(count))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        stream = page if isinstance(page, bytes) else zlib.compress(content_of(page))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream)
        )
    written = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF" % (len(objects) + 1, table, len(objects) + 1, len(written))
    )


def content_of(lines: Lines) -> bytes:
    top, drawn = 800.0, []
    for size, text in lines:
        drawn.append(f"BT /F {size} Tf 1 0 0 1 60 {top} Tm ({text}) Tj ET")
        top -= size * 1.4
    return "\n".join(drawn).encode("cp1252")


LONG = "You have thirty days from the day on which the parcel arrived at your"
PAGES = (
    [(20, "Returns"), (10, LONG), (10, "door to send it back."), (14, "Re-"), (10, "- Unworn")],
    [(14, "Refunds"), (10, "To your card.")],
)


def parse(content: bytes) -> list[Block]:
    return list(parser_of("pdf").parse(content))


def refusal(content: bytes) -> str:
    with pytest.raises(DocumentUnreadable) as refused:
        parse(content)
    return refused.value.code


def rewritten(content: bytes, change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    change(writer)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_large_letters_are_headings_and_broken_lines_are_joined():
    assert parse(pdf(*PAGES)) == [
        Block("Returns", level=1, page=1),
        Block(f"{LONG} door to send it back.", page=1),
        Block("Re-", level=2, page=1),
        Block("- Unworn", page=1),
        Block("Refunds", level=2, page=2),
        Block("To your card.", page=2),
    ]


def test_the_outline_knows_better_what_is_a_heading():
    def outline(writer: PdfWriter) -> None:
        parent = writer.add_outline_item(title="RETURNS", page_number=0)
        writer.add_outline_item(title="To your card.", page_number=1, parent=parent)

    blocks = parse(rewritten(pdf(*PAGES), outline))

    assert [(b.text, b.level) for b in blocks if b.level] == [("Returns", 1), ("To your card.", 2)]


def test_a_locked_file_is_encrypted():
    locked = rewritten(pdf(*PAGES), lambda w: w.encrypt("secret", algorithm="RC4-128"))

    assert refusal(locked) == "encrypted_document"


def test_a_file_that_only_forbids_printing_is_read():
    owned = rewritten(pdf(*PAGES), lambda w: w.encrypt("", owner_password="o", algorithm="RC4-128"))

    assert parse(owned)[0].text == "Returns"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        pdf(*PAGES)[:300],
        b"%PDF-1.7\n" + b"<<" * 50_000,
        pdf(*PAGES).replace(b"/Kids [", b"/Kids [2 0 R "),
        pdf(zlib.compress(content_of([(10, "x")]))[:-9] + b"123456789"),
    ],
    ids=["nothing", "cut", "deep", "circular", "not deflated"],
)
def test_a_broken_file_is_malformed_or_gives_what_can_be_read(content: bytes):
    codes: list[str] = []
    try:
        parse(content)
    except DocumentUnreadable as refused:
        codes.append(refused.code)

    assert codes in ([], ["malformed_document"])


def test_a_decompression_bomb_is_refused():
    bomb = pdf(zlib.compress(b" " * 200_000_000, 9))

    assert refusal(bomb) in ("malformed_document", "too_large")


def test_a_page_without_text_has_no_blocks():
    assert parse(pdf([])) == []
