"""How good search and answers are: what each question got, and the figures over all of them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECALL_DEPTH = 5

_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's question, the articles that answer it, and what the answer must say.

    A question that the articles don't answer has no articles and no phrase.
    """

    text: str
    articles: frozenset[str]
    phrase: str | None

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return bool(self.articles)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a question got. ``found`` are the articles of the passages that search gave, best
    first; ``cited`` those of the answer's citations, in their order."""

    question: Question
    found: Sequence[str]
    answer: str
    cited: Sequence[str]
    answered: bool

    @property
    def rank(self) -> int | None:
        """The place, from 1, of the first passage of a right article."""
        places = (n for n, article in enumerate(self.found, 1) if article in self.question.articles)
        return next(places, None)

    @property
    def markers_resolve(self) -> bool:
        """Whether each ``[n]`` names a citation and each citation is named."""
        markers = {int(number) for number in _MARKER.findall(self.answer)}
        return markers == set(range(1, len(self.cited) + 1))

    @property
    def cites_right(self) -> bool:
        """Whether a right article is among the citations."""
        return not self.question.articles.isdisjoint(self.cited)

    @property
    def says_it(self) -> bool:
        """Whether the answer has the phrase that it must have."""
        return self.question.phrase is not None and _plain(self.question.phrase) in _plain(
            self.answer
        )

    @property
    def failures(self) -> list[str]:
        """What is wrong with it, in words."""
        if not self.question.answerable:
            return ["answered, though the articles do not say"] if self.answered else []
        checks = {
            f"not among the first {RECALL_DEPTH} passages": _within(self.rank, RECALL_DEPTH),
            "refused": self.answered,
            "cites the wrong article": not self.answered or self.cites_right,
            "a citation does not resolve": not self.answered or self.markers_resolve,
            f"does not say “{self.question.phrase}”": not self.answered or self.says_it,
        }
        return [failure for failure, passed in checks.items() if not passed]


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON file: ``[{"question", "articles", "phrase"}]``."""
    entries: list[Mapping[str, Any]] = json.loads(path.read_text("utf-8"))
    return [
        Question(entry["question"], frozenset(entry["articles"]), entry["phrase"])
        for entry in entries
    ]


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures over all outcomes, each a share from 0 to 1; 0 where there is none to count."""
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answerable]
    answered = [outcome for outcome in answerable if outcome.answered]
    return {
        f"recall@{RECALL_DEPTH}": _mean(_within(one.rank, RECALL_DEPTH) for one in answerable),
        "MRR": _mean(1 / one.rank if one.rank else 0.0 for one in answerable),
        "answered, of the answerable": _mean(one.answered for one in answerable),
        "refused, of the unanswerable": _mean(not one.answered for one in unanswerable),
        "cites a right article, of the answered": _mean(one.cites_right for one in answered),
        "every [n] resolves, of all answers": _mean(
            one.markers_resolve for one in outcomes if one.answered
        ),
        "says what it must, of the answered": _mean(one.says_it for one in answered),
    }


def _within(rank: int | None, depth: int) -> bool:
    return rank is not None and rank <= depth


def _mean(values: Iterable[float]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else 0.0


def _plain(text: str) -> str:
    """Without differences that a reader doesn't see: case, markers, kinds of spaces."""
    return " ".join(_MARKER.sub("", text).casefold().split())
