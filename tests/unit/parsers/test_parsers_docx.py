"""Word documents: headings by style, tables, and files that are out to harm."""

import re
import zipfile
from io import BytesIO

import docx
import pytest

from helpdesk.adapters.parsers import parser_of
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block


def document() -> bytes:
    made = docx.Document()
    made.add_heading("Returns", level=0)
    made.add_paragraph("You have\t30 days.")
    made.add_heading("Refunds", level=2)
    table = made.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Weight", "Price", "2 kg", "4.90"], strict=True):
        cell.text = text
    made.add_paragraph("To your card.")
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def repacked(content: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The archive with some entries replaced, added or left out."""
    written = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        entries = {name: old.read(name) for name in old.namelist()} | changes
        for name, data in entries.items():
            if data is not None:
                new.writestr(name, data)
    return written.getvalue()


def body(inner: str) -> bytes:
    """A document whose body holds this XML."""
    with zipfile.ZipFile(BytesIO(document())) as archive:
        xml = archive.read("word/document.xml").decode()
    changed = re.sub(r"<w:body>.*</w:body>", f"<w:body>{inner}</w:body>", xml, flags=re.DOTALL)
    return repacked(document(), {"word/document.xml": changed.encode()})


def parse(content: bytes) -> list[Block]:
    return list(parser_of("docx").parse(content))


def refusal(content: bytes) -> str:
    with pytest.raises(DocumentUnreadable) as refused:
        parse(content)
    return refused.value.code


def test_headings_paragraphs_and_tables_come_in_order():
    assert parse(document()) == [
        Block("Returns", level=1),
        Block("You have\t30 days."),
        Block("Refunds", level=2),
        Block("Weight: 2 kg | Price: 4.90"),
        Block("To your card."),
    ]


def test_text_in_content_controls_and_tracked_changes_is_read():
    inner = (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
    )

    assert [block.text for block in parse(body(inner))] == ["Boxed", "new"]


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(BytesIO(body("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"))) as archive:
        xml = archive.read("word/document.xml").decode()
    marked = re.sub(r"(<\?xml[^>]*\?>)", rf"\1{bomb}", xml)
    content = repacked(document(), {"word/document.xml": marked.encode()})

    assert not any("aaa" in block.text for block in parse(content))


def test_a_zip_bomb_is_not_unpacked():
    bomb = repacked(document(), {"word/media/image1.png": bytes(30 * 1024 * 1024)})

    assert refusal(bomb) == "too_large"


def test_other_archives_are_not_word_documents():
    assert refusal(repacked(document(), {"[Content_Types].xml": None})) == "unsupported_format"
    xlsx = BytesIO()
    with zipfile.ZipFile(xlsx, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal(xlsx.getvalue()) == "unsupported_format"


@pytest.mark.parametrize(
    "content",
    [
        document()[:-200],
        repacked(document(), {"word/document.xml": None}),
        repacked(document(), {"word/document.xml": b"<w:document"}),
        repacked(document(), {"_rels/.rels": b""}),
        repacked(document(), {"[Content_Types].xml": b"<Types/>"}),
        body("<w:p>" * 50_000),
    ],
)
def test_a_broken_document_is_malformed(content: bytes):
    assert refusal(content) == "malformed_document"


def test_a_locked_archive_is_encrypted():
    content = bytearray(document())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1

    assert refusal(bytes(content)) == "encrypted_document"
