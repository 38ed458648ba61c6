"""Plain text: paragraphs between empty lines."""

import re
from collections.abc import Sequence

from helpdesk.adapters.parsers.decoding import decode
from helpdesk.parsing import Block

_EMPTY_LINES = re.compile(r"\n[ \t\f]*\n\s*")


def parse(content: bytes) -> Sequence[Block]:
    """The paragraphs of a text; it has no headings."""
    paragraphs = (part.strip() for part in _EMPTY_LINES.split(decode(content)))
    return [Block(paragraph) for paragraph in paragraphs if paragraph]
