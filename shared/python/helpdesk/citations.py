"""Citations: passages get opaque ids for the model, and the model's ``[id]`` become ``[n]``.

The ids are drawn afresh for each turn, so a text that was indexed earlier can't forge one; only
ids that were handed out in this very prompt ever become a citation.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.conversations import Citation
from helpdesk.ids import Chance
from helpdesk.passages import Found

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_ID_LETTERS = 3
_SNIPPET_CHARACTERS = 240
_LONGEST_MARKER = 64

# What a bracket may hold while it can still become a marker; several ids may share one bracket.
_MARKER_CHARACTER = re.compile(r"[0-9a-z ,;]", re.IGNORECASE)
_IDS = re.compile(rf"k[{_ALPHABET}]{{{_ID_LETTERS}}}(?:[ ,;]+k[{_ALPHABET}]{{{_ID_LETTERS}}})*")
_OPEN_NUMBER = re.compile(r"\[\d*\Z")


@dataclass(frozen=True, slots=True)
class Source:
    """A retrieved passage under the id that the model knows it by."""

    citation: Citation
    text: str


def bind(found: Sequence[Found], chance: Chance = secrets.token_bytes) -> tuple[Source, ...]:
    """Gives each passage an id of its own, in their order."""
    ids: dict[str, Found] = {}
    for passage in found:
        while (drawn := _draw(chance)) in ids:
            continue
        ids[drawn] = passage
    return tuple(Source(_citation(id_, each), each.passage.text) for id_, each in ids.items())


class CitationRewriter:
    """Turns a stream's ``[id]`` into ``[n]`` by order of first use.

    Ids that were not handed out are dropped, and a number that the model put into brackets itself
    becomes ``(n)``: no ``[n]`` of the output is anybody's but ours. Only a bracket that may still
    become a marker is held back; how the text is split into pieces changes nothing.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_id = {source.citation.id: source.citation for source in sources}
        self._used: dict[str, int] = {}
        self._held = ""
        self._tail = ""

    @property
    def used(self) -> tuple[Citation, ...]:
        """The citations that the text uses so far; ``[n]`` is the n-th of them."""
        return tuple(self._by_id[id_] for id_ in self._used)

    def feed(self, text: str) -> str:
        """As much of the text as is decided, rewritten."""
        return "".join(map(self._next, text))

    def end(self) -> str:
        """What was still held back when the text ended."""
        return self._release()

    def _next(self, character: str) -> str:
        if character == "[":
            released, self._held = self._release(), "["
            return released
        if not self._held:
            return self._plain(character)
        if character == "]":
            marker, self._held = self._held[1:], ""
            return self._marker(marker)
        self._held += character
        undecided = _MARKER_CHARACTER.fullmatch(character) and len(self._held) <= _LONGEST_MARKER
        return "" if undecided else self._release()

    def _marker(self, content: str) -> str:
        if _IDS.fullmatch(content):
            ids = [id_ for id_ in re.split(r"[ ,;]+", content) if id_ in self._by_id]
            if ids:
                self._tail = ""
            return "".join(f"[{self._number(id_)}]" for id_ in ids)
        if content.isdecimal():
            return self._plain(f"({content})")
        return self._plain(f"[{content}]")

    def _number(self, id_: str) -> int:
        return self._used.setdefault(id_, len(self._used) + 1)

    def _release(self) -> str:
        held, self._held = self._held, ""
        return self._plain(held)

    def _plain(self, text: str) -> str:
        """Text that is no marker. A dropped id between ``[1`` and ``]`` must not make one of it."""
        if text == "]" and len(self._tail) > 1:
            text = ")"
        open_number = _OPEN_NUMBER.search(self._tail + text)
        self._tail = open_number.group() if open_number else ""
        return text


def _draw(chance: Chance) -> str:
    return "k" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in chance(_ID_LETTERS))


def _citation(id_: str, found: Found) -> Citation:
    text = " ".join(found.passage.text.split())
    cut = len(text) > _SNIPPET_CHARACTERS
    return Citation(
        id=id_,
        document_id=found.passage.document,
        title=found.title,
        url=found.url,
        heading=found.passage.heading,
        page=found.passage.page,
        snippet=text[:_SNIPPET_CHARACTERS].rstrip() + "…" if cut else text,
    )
