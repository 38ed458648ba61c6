"""Fusion: two rankings become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.fusion import fuse
from helpdesk.ids import DocumentId
from helpdesk.passages import Candidate, Candidates, Passage


def ranked(*scores: tuple[int, float]) -> list[Candidate]:
    """Candidates by the position of their passage, with their scores."""
    return [
        Candidate(Passage(DocumentId("doc_1"), 1, position, "text"), score)
        for position, score in scores
    ]


def outcome(candidates: Candidates, dense_weight: float) -> dict[int, float]:
    return {c.passage.position: c.score for c in fuse(candidates, dense_weight)}


def test_scores_are_weighted_sums_of_what_each_search_found():
    found = Candidates(
        lexical=ranked((1, 12.0), (2, 7.0), (3, 2.0)),
        dense=ranked((3, 0.9), (2, 0.5), (4, 0.1)),
    )

    assert outcome(found, 0.8) == pytest.approx({1: 0.2, 2: 0.5, 3: 0.8, 4: 0.0})


def test_words_alone_keep_their_order_and_the_whole_range():
    found = Candidates(lexical=ranked((1, 9.0), (2, 6.0), (3, 3.0)), dense=())

    assert outcome(found, 0.7) == pytest.approx({1: 1.0, 2: 0.5, 3: 0.0})


def test_a_single_candidate_is_the_best_of_its_list():
    assert outcome(Candidates(ranked((1, 0.3)), ranked((1, 0.2))), 0.7) == {1: pytest.approx(1.0)}


def test_nothing_found_is_nothing():
    assert fuse(Candidates((), ())) == []


scores = st.dictionaries(st.integers(0, 20), st.floats(-1e6, 1e6), max_size=20)


@given(lexical=scores, dense=scores, weight=st.floats(0, 1))
def test_each_passage_comes_once_best_first_and_within_the_unit_range(lexical, dense, weight):
    found = Candidates(ranked(*lexical.items()), ranked(*dense.items()))

    fused = fuse(found, weight)

    positions = [c.passage.position for c in fused]
    assert sorted(positions) == sorted(lexical.keys() | dense.keys())
    assert all(-1e-9 <= c.score <= 1 + 1e-9 for c in fused)
    assert [c.score for c in fused] == sorted((c.score for c in fused), reverse=True)
