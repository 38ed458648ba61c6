"""Markdown: rendered to HTML, and read as such."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt

from helpdesk.adapters.parsers.decoding import decode
from helpdesk.adapters.parsers.html import blocks_of
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block

MAX_CHARACTERS = 5_000_000

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>.*?\n)(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(?P<quote>['\"]?)(?P<title>.+?)(?P=quote)[ \t]*$", re.MULTILINE)
_HEADING_1 = re.compile(r"^# |^=+[ \t]*$", re.MULTILINE)


def parse(content: bytes) -> Sequence[Block]:
    """The blocks of a Markdown file; a title in its front matter is the first heading.

    Raises DocumentUnreadable.
    """
    text = decode(content)
    if len(text) > MAX_CHARACTERS:
        raise DocumentUnreadable("too_large", "The file holds too much text. Split it.")
    markdown, title = _without_front_matter(text)
    blocks = blocks_of(MarkdownIt("commonmark").enable("table").render(markdown))
    return [Block(title, level=1), *blocks] if title else blocks


def _without_front_matter(text: str) -> tuple[str, str | None]:
    matter = _FRONT_MATTER.match(text)
    if matter is None:
        return text, None
    markdown = text[matter.end() :]
    title = _TITLE.search(matter["fields"])
    if title is None or _HEADING_1.search(markdown):
        return markdown, None
    return markdown, title["title"]
