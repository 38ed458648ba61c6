"""Cuts a passage into what may be quoted: sentences, table rows, list items and whole lists."""

import re

MAX_LIST_CHARACTERS = 400
MIN_WORDS = 4

_BULLET = re.compile(r"^(?:[-*•‣▪◦·–]|\d{1,2}[.)])\s+")
_ROW = re.compile(r"\||\d")  # a table's row may be short: "Tents 5 years"
_HEADING = re.compile(r"^#{1,6}\s")
_BOUNDARY = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9€$£])")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|approx|no|incl|excl|max|min|St|Mr|Mrs|Ms|Dr)\.$")


def quotable(text: str) -> list[str]:
    """The pieces of a passage in reading order; a list comes whole and item by item.

    Questions and stray headings are left out: they answer nothing.
    """
    quotes: list[str] = []
    lines = _lines(text)
    for place, line in enumerate(lines):
        if line.endswith(":"):
            quotes.append(_whole_list(line, lines[place + 1 :]))
        else:
            quotes.extend(_sentences(_BULLET.sub("", line)))
    return [quote for quote in quotes if _says_something(quote)]


def _says_something(quote: str) -> bool:
    return not quote.endswith("?") and (len(quote.split()) >= MIN_WORDS or bool(_ROW.search(quote)))


def _lines(text: str) -> list[str]:
    """The lines without headings; what only the width of a page broke is joined again."""
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if _HEADING.match(line):
            continue
        if lines and line[0].islower() and lines[-1][-1] not in ".!?:|":
            lines[-1] += " " + line
        else:
            lines.append(line)
    return lines


def _whole_list(introduction: str, following: list[str]) -> str:
    items: list[str] = []
    room = MAX_LIST_CHARACTERS - len(introduction)
    for line in following:
        room -= len(line)
        if room < 0 or not (_BULLET.match(line) or line[-1] not in ".!?:"):
            break
        items.append(_BULLET.sub("", line).rstrip(".;,"))
    return f"{introduction} {'; '.join(items)}." if items else introduction


def _sentences(line: str) -> list[str]:
    sentences: list[str] = []
    for piece in _BOUNDARY.split(line):
        if sentences and _ABBREVIATED.search(sentences[-1]):
            sentences[-1] += " " + piece
        else:
            sentences.append(piece)
    return sentences
