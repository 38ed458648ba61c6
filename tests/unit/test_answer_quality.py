"""The evaluation's figures mean what they say, and its questions fit the sample help centre."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.answer_quality import Outcome, Question, figures, read_questions

HELP_CENTRE = Path(__file__).parents[2] / "local" / "help_centre"
ANSWERABLE = Question("Do gift cards expire?", frozenset({"gift-cards.html"}), "never expire")
UNANSWERABLE = Question("Do you sell skis?", frozenset(), None)


def outcome(question: Question = ANSWERABLE, **changed: Any) -> Outcome:
    good: dict[str, Any] = {
        "found": ["payment.html", "gift-cards.html"],
        "answer": "Gift cards never\u00a0Expire. [1]",
        "cited": ["gift-cards.html"],
        "answered": True,
    }
    return Outcome(question=question, **(good | changed))


def refusal(question: Question) -> Outcome:
    return outcome(question, answer="I'm sorry.", cited=[], answered=False)


def test_a_good_answer_has_no_failure():
    assert outcome().failures == []


def test_the_rank_is_that_of_the_first_right_passage():
    assert outcome().rank == 2
    assert outcome(found=["payment.html"]).rank is None


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        ({"found": ["a", "b", "c", "d", "e", "gift-cards.html"]}, "not among the first 5 passages"),
        ({"answered": False}, "refused"),
        ({"cited": ["payment.html"]}, "cites the wrong article"),
        ({"answer": "They never expire. [1] [2]"}, "a citation does not resolve"),
        ({"answer": "They never expire."}, "a citation does not resolve"),
        ({"answer": "They last ten years. [1]"}, "does not say “never expire”"),
    ],
)
def test_each_failure_is_told(changed, failure):
    assert outcome(**changed).failures == [failure]


def test_an_answer_that_the_articles_do_not_give_is_a_failure():
    assert outcome(UNANSWERABLE).failures == ["answered, though the articles do not say"]
    assert refusal(UNANSWERABLE).failures == []


def test_the_figures_count_what_they_name():
    outcomes = [
        outcome(),
        outcome(found=["gift-cards.html"], cited=["payment.html"], answer="No idea. [1]"),
        refusal(ANSWERABLE),
        outcome(found=[], answer="They never expire. [7]"),
        refusal(UNANSWERABLE),
        outcome(UNANSWERABLE),
    ]
    assert figures(outcomes) == pytest.approx(
        {
            "recall@5": 3 / 4,
            "MRR": (1 / 2 + 1 + 1 / 2 + 0) / 4,
            "answered, of the answerable": 3 / 4,
            "refused, of the unanswerable": 1 / 2,
            "cites a right article, of the answered": 2 / 3,
            "every [n] resolves, of all answers": 3 / 4,
            "says what it must, of the answered": 2 / 3,
        }
    )


def test_nothing_to_count_is_zero():
    assert set(figures([]).values()) == {0.0}


def test_the_questions_name_articles_that_are_there():
    questions = read_questions(HELP_CENTRE / "questions.json")
    files = {path.name for path in HELP_CENTRE.iterdir()}
    assert {article for question in questions for article in question.articles} <= files
    assert all(bool(question.articles) == bool(question.phrase) for question in questions)
    assert sum(not question.answerable for question in questions) >= 15
