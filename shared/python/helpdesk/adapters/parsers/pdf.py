"""PDF: the text of each page, with headings where the outline or the size of the letters tell."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
from pypdf.generic import Destination

from helpdesk.adapters.parsers.pdf_lines import Line, blocks, levels_by_size
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block

MAX_PAGES = 2000
MAX_CHARACTERS = 10_000_000

_LOCKED = "The file is protected by a password. Upload it without one."
_BROKEN = "The file is damaged. Save it again and upload that."

# pypdf quotes the file in its warnings; a tenant's text is not ours to log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def parse(content: bytes) -> Sequence[Block]:
    """The blocks of a PDF, with their pages. Raises DocumentUnreadable."""
    try:
        return _read(content)
    except (DependencyError, FileNotDecryptedError) as error:
        raise DocumentUnreadable("encrypted_document", _LOCKED) from error
    # What pypdf raises for a file that breaks the rules of the format.
    except (
        PyPdfError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        NotImplementedError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise DocumentUnreadable("malformed_document", _BROKEN) from error


def _read(content: bytes) -> Sequence[Block]:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentUnreadable("encrypted_document", _LOCKED)
    if len(reader.pages) > MAX_PAGES:
        raise DocumentUnreadable("too_large", f"The file has more than {MAX_PAGES} pages.")
    lines: list[Line] = []
    characters = 0
    for number, page in enumerate(reader.pages, 1):
        lines += (own := list(_lines(page, number)))
        characters += sum(len(line.text) for line in own)
        if characters > MAX_CHARACTERS:
            raise DocumentUnreadable("too_large", "The file holds too much text. Split it.")
    return list(blocks(lines, _levels(reader, lines)))


def _levels(reader: PdfReader, lines: Sequence[Line]) -> Sequence[int]:
    titles = dict(_outline(reader, reader.outline, level=1))
    levels = [titles.get((line.page, _folded(line.text)), 0) for line in lines]
    if any(levels):
        return levels
    sizes = levels_by_size(lines)
    return [sizes.get(line.size, 0) for line in lines]


def _outline(
    reader: PdfReader, entries: Sequence[Any], level: int
) -> Iterator[tuple[tuple[int, str], int]]:
    for entry in entries:
        if isinstance(entry, Destination):
            page = reader.get_destination_page_number(entry)
            if page is not None:
                yield (page + 1, _folded(entry.title or "")), min(level, 6)
        else:
            yield from _outline(reader, entry, level + 1)


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()


def _lines(page: PageObject, number: int) -> Iterator[Line]:
    pieces: list[tuple[str, float, float]] = []

    def visit(text: str, page_matrix: Any, text_matrix: Any, _: Any, size: float) -> None:
        height = size * _scale(text_matrix) * _scale(page_matrix)
        pieces.append((text, round(2 * height) / 2, text_matrix[5] + page_matrix[5]))

    page.extract_text(visitor_text=visit)
    written = ""
    size = top = 0.0
    for text, piece_size, piece_top in pieces:
        for at, part in enumerate(text.split("\n")):
            if at and (line := _clean(written)):
                yield Line(line, number, size, top)
            if at:
                written = ""
            if part.strip() and not written.strip():
                size, top = piece_size, piece_top
            written += part
    if line := _clean(written):
        yield Line(line, number, size, top)


def _scale(matrix: Mapping[int, float]) -> float:
    return math.hypot(matrix[2], matrix[3])


def _clean(text: str) -> str:
    """Without the lone surrogates and zero bytes that broken fonts give."""
    sound = text.encode("utf-8", "replace").decode().replace("\x00", "")
    return " ".join(sound.split())
