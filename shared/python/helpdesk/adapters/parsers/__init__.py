"""Parsers: a module for each format, loaded when the first file of its kind comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from helpdesk.adapters.parsers.time_limit import time_limit
from helpdesk.parsing import Block
from helpdesk.ports import Parser

MAX_SECONDS: Final = 20.0
"""For one file. A batch of five must end within the function's time."""

_FORMATS = ("html", "markdown", "text", "pdf", "docx")


def parser_of(name: str) -> Parser:
    """The parser of a format: ``html``, ``markdown``, ``text``, ``pdf`` or ``docx``.

    Raises ValueError for another name.
    """
    if name not in _FORMATS:
        raise ValueError(f"there is no parser for {name!r}")
    return _Parser(name)


@dataclass(frozen=True, slots=True)
class _Parser:
    name: str

    def parse(self, content: bytes) -> Sequence[Block]:
        """The text of a file, in reading order. Raises DocumentUnreadable."""
        module: Parser = import_module(f"{__name__}.{self.name}")
        with time_limit(MAX_SECONDS):
            return module.parse(content)
