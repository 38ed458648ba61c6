"""The lines of a PDF's pages become headings and paragraphs again."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from helpdesk.parsing import Block

_LARGER = 1.15
_FURTHER = 1.15
_SHORT = 0.75
_LONGEST_HEADING = 200
_ITEM = re.compile(r"[-–•▪◦‣*·]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: ``size`` of its letters and ``top`` (upwards from the foot) in points."""

    text: str
    page: int
    size: float
    top: float


def levels_by_size(lines: Sequence[Line]) -> Mapping[float, int]:
    """The heading level that each size of letters means: those larger than the text's own."""
    written: Counter[float] = Counter()
    for line in lines:
        written[line.size] += len(line.text)
    if not written:
        return {}
    body = written.most_common(1)[0][0]
    larger = sorted((size for size in written if size >= body * _LARGER), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, 1)}


def blocks(lines: Sequence[Line], levels: Sequence[int]) -> Iterator[Block]:
    """Headings and paragraphs; ``levels`` holds the heading level of each line, 0 for none."""
    full = max((len(line.text) for line in lines), default=0) * _SHORT
    for (page, level), group in groupby(
        zip(lines, levels, strict=True), key=lambda each: (each[0].page, each[1])
    ):
        own = [line for line, _ in group]
        heading = " ".join(line.text for line in own)
        if level and len(heading) <= _LONGEST_HEADING:
            yield Block(heading, level=level, page=page)
        else:
            yield from (Block(text, page=page) for text in _paragraphs(own, full))


def _paragraphs(lines: Sequence[Line], full: float) -> Iterator[str]:
    """Joins lines; one shorter than ``full``, an item or a gap ends a paragraph."""
    steps = [upper.top - lower.top for upper, lower in pairwise(lines)]
    usual = median(steps) if steps else 0.0
    paragraph = lines[0].text
    for (upper, lower), step in zip(pairwise(lines), steps, strict=True):
        apart = step > abs(usual) * _FURTHER or step < 0 or upper.size != lower.size
        if apart or len(upper.text) < full or _ITEM.match(lower.text):
            yield paragraph
            paragraph = lower.text
        else:
            paragraph = _joined(paragraph, lower.text)
    yield paragraph


def _joined(text: str, more: str) -> str:
    broken_word = text.endswith("-") and text[-2:-1].isalpha() and more[:1].islower()
    return text[:-1] + more if broken_word else f"{text} {more}"
