"""What a parser gives: the text of a document as blocks under their headings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (``level`` 1–6) or a paragraph, list item or table row (``level`` 0).

    ``page`` counts from 1 and is None where the format has no pages.
    """

    text: str
    level: int = 0
    page: int | None = None
