"""Cuts a document into passages along its headings. Nothing of its text is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from helpdesk.events import JobPassage
from helpdesk.parsing import Block

PASSAGE_CHARACTERS = 900
"""The most that a passage and its heading hold together.

MiniLM reads 256 tokens and ignores the rest. Of the Python documentation, which is dense, passages
have 180 tokens on average, and 2 % of all tokens lie beyond; an article of prose has none there.
"""
HEADING_CHARACTERS = 200

BETWEEN_HEADINGS = " › "
_UNEVEN = 1.15
_SENTENCE_ENDS = (". ", "! ", "? ", ".\n", "。")


def passages(blocks: Sequence[Block]) -> list[JobPassage]:
    """The passages of a document in reading order; none for a document without text.

    A section begins a new passage, and a long one is cut at the ends of its blocks, lines,
    sentences or words, whichever is there, into passages of about the same length.
    """
    cutting = _Cutting()
    for block in blocks:
        cutting.take(block)
    cutting.end()
    return cutting.passages


@dataclass(slots=True)
class _Heading:
    level: int
    text: str
    page: int | None
    shown: bool = False


@dataclass(slots=True)
class _Cutting:
    """The passages so far, the headings above the present place, and its section's text."""

    passages: list[JobPassage] = field(default_factory=list)
    above: list[_Heading] = field(default_factory=list)
    section: list[Block] = field(default_factory=list)

    def take(self, block: Block) -> None:
        text = block.text.strip()
        if not text:
            return
        # What is longer than a heading can be is a paragraph in large letters.
        if not block.level or len(text) > HEADING_CHARACTERS:
            self.section.append(Block(text, page=block.page))
            return
        self._end_section()
        self._leave(block.level)
        self.above.append(_Heading(block.level, text, block.page))

    def end(self) -> None:
        self._end_section()
        self._leave(0)

    def _leave(self, level: int) -> None:
        """Goes up to the headings above this level; one that no passage shows becomes one."""
        while self.above and self.above[-1].level >= level:
            left = self.above.pop()
            if not left.shown:
                self._add(left.text, left.page)

    def _end_section(self) -> None:
        if not self.section:
            return
        path = self._path()
        limit = PASSAGE_CHARACTERS - len(BETWEEN_HEADINGS.join(path))
        for text, page in _packed(self.section, limit):
            self._add(text, page)
        self.section.clear()

    def _add(self, text: str, page: int | None) -> None:
        path = self._path()
        for above in self.above[len(self.above) - len(path) :]:
            above.shown = True
        heading = BETWEEN_HEADINGS.join(path) or None
        self.passages.append(
            JobPassage(position=len(self.passages), text=text, heading=heading, page=page)
        )

    def _path(self) -> list[str]:
        """The nearest headings, as many as fit."""
        path: list[str] = []
        left = HEADING_CHARACTERS
        for heading in reversed(self.above):
            left -= len(heading.text)
            if left < 0:
                break
            path.insert(0, heading.text)
            left -= len(BETWEEN_HEADINGS)
        return path


def _packed(blocks: Sequence[Block], limit: int) -> Iterator[tuple[str, int | None]]:
    """The text of blocks in pieces of up to ``limit``, each with the page on which it begins."""
    total = sum(len(block.text) + 1 for block in blocks)
    enough = total / -(-total // limit)
    stretch = min(limit, int(enough * _UNEVEN))
    gathered: list[str] = []
    length, page = 0, None
    for block in blocks:
        whole = len(block.text) <= limit
        for piece in (block.text,) if whole else _pieces(block.text, stretch):
            if gathered and (length + len(piece) > limit or length >= enough):
                yield "\n".join(gathered), page
                gathered, length = [], 0
            page = page if gathered else block.page
            gathered.append(piece)
            length += len(piece) + 1
    yield "\n".join(gathered), page


def _pieces(text: str, limit: int) -> Iterator[str]:
    start = 0
    while len(text) - start > limit:
        end = _cut(text, start, start + limit)
        if piece := text[start:end].strip():
            yield piece
        start = end
    if piece := text[start:].strip():
        yield piece


def _cut(text: str, start: int, end: int) -> int:
    """The best place to cut in the second half of a stretch: a line, a sentence, or a word."""
    middle = (start + end) // 2
    for marks in (("\n",), _SENTENCE_ENDS, (" ", "\t")):
        places = [
            place + len(mark) for mark in marks if (place := text.rfind(mark, middle, end)) > 0
        ]
        if places:
            return max(places)
    return end
