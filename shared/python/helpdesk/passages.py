"""Passages: the pieces of a document that are indexed, found and cited."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.ids import DocumentId

Vector = Sequence[float]
"""An embedding of unit length. It is compared only with vectors of the same model."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One chunk of a document's version, in reading order (``position`` from 0).

    ``heading`` is the path of headings above it (``Returns › Refunds``); ``page`` counts from 1
    and is None where the format has no pages.
    """

    document: DocumentId
    version: int
    position: int
    text: str
    heading: str | None = None
    page: int | None = None

    @property
    def id(self) -> str:
        """The same passage always has the same id, so indexing it twice changes nothing."""
        return f"{self.document}:{self.version}:{self.position}"

    def to_embed(self) -> str:
        """The text that is embedded: the heading tells what a short passage is about."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that one search found, with that search's own score (higher is better)."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the two searches of one query found, each ranked best first."""

    lexical: Sequence[Candidate]
    dense: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Found:
    """A retrieved passage of a published document, as the agent sees it."""

    passage: Passage
    title: str
    url: str | None
    score: float


def content_hash(text: str) -> str:
    """The name under which a text's embedding is kept."""
    return hashlib.sha256(text.encode()).hexdigest()
