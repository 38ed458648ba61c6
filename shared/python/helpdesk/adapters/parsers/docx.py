"""DOCX: paragraphs and tables in the order of the body, headings by their styles."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from helpdesk.adapters.parsers.tables import lines_of
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block

MAX_UNZIPPED_BYTES = 200 * 1024 * 1024
MAX_XML_BYTES = 50 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 10_000

_ENCRYPTED_FLAG = 1
_RATIO_MATTERS_BYTES = 1024 * 1024
_HEADING_ID = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_BROKEN = "The file is damaged, or not a Word document. Save it again and upload that."

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_TEXT, _TAB, _BREAK, _RETURN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")
_UNREAD = frozenset((qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:sectPr")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def parse(content: bytes) -> Sequence[Block]:
    """The blocks of a Word document. Raises DocumentUnreadable."""
    _check_zip(content)
    try:
        document = Document(BytesIO(content))
        levels = {style.style_id: _level(style.name or "") for style in document.styles}
        return list(_blocks(document.element.body, levels))
    # What python-docx raises for a package with a part missing or of the wrong shape.
    except (
        PackageNotFoundError,
        SyntaxError,  # lxml's for XML
        zipfile.BadZipFile,
        AttributeError,
        KeyError,
        ValueError,
    ) as error:
        raise DocumentUnreadable("malformed_document", _BROKEN) from error


def _check_zip(content: bytes) -> None:
    """Reads the directory alone. Raises DocumentUnreadable for a bomb or a locked file."""
    try:
        entries = zipfile.ZipFile(BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DocumentUnreadable("malformed_document", _BROKEN) from error
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise DocumentUnreadable(
            "encrypted_document", "The file is protected by a password. Upload it without one."
        )
    if "[Content_Types].xml" not in (names := {entry.filename for entry in entries}):
        raise DocumentUnreadable("unsupported_format", "The file is an archive, not a document.")
    if not any(name.startswith("word/") for name in names):
        raise DocumentUnreadable("unsupported_format", "The file is not a Word document.")
    xml = [e.file_size for e in entries if e.filename.endswith((".xml", ".rels"))]
    if (
        len(entries) > MAX_ENTRIES
        or sum(entry.file_size for entry in entries) > MAX_UNZIPPED_BYTES
        or sum(xml) > MAX_XML_BYTES
        or any(map(_is_bomb, entries))
    ):
        raise DocumentUnreadable("too_large", "The file unpacks to more than is read. Split it.")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    unpacked, packed = entry.file_size, max(1, entry.compress_size)
    return unpacked > _RATIO_MATTERS_BYTES and unpacked / packed > MAX_RATIO


def _level(style: str) -> int:
    if style.lower() == "title":
        return 1
    heading = _HEADING_ID.fullmatch(style)
    return min(int(heading[1]), 6) if heading else 0


def _blocks(parent: Any, levels: dict[str, int]) -> Iterator[Block]:
    """Content controls, tracked insertions and the like only wrap what they hold."""
    for child in parent:
        if child.tag == _PARAGRAPH:
            if text := _text(child):
                yield Block(text, level=levels.get(child.style or "", 0))
        elif child.tag == _TABLE:
            yield from _table(child)
        elif child.tag not in _UNREAD:
            yield from _blocks(child, levels)


def _table(table: Any) -> Iterator[Block]:
    rows = [
        [" ".join(filter(None, map(_text, cell.iter(_PARAGRAPH)))) for cell in row.iter(_CELL)]
        for row in table.iter(_ROW)
    ]
    look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
    labelled = look is not None and _has_header(look)
    yield from map(Block, lines_of(rows, labelled=labelled))


def _has_header(look: Any) -> bool:
    """``firstRow``, or its bit of the mask by which older files say it."""
    stated = look.get(qn("w:firstRow"))
    if stated is not None:
        return bool(stated in ("1", "true", "on"))
    return bool(int(look.get(qn("w:val"), "0"), 16) & 0x20)


def _text(paragraph: Any) -> str:
    parts: list[str] = []
    left = [paragraph]
    while left:
        node = left.pop()
        if node.tag == _TEXT:
            parts.append(node.text or "")
        elif node.tag == _TAB:
            parts.append("\t")
        elif node.tag in (_BREAK, _RETURN):
            parts.append("\n")
        elif node.tag != _FALLBACK and node.tag not in _UNREAD:
            left += reversed(node)
    return "".join(parts).strip()
