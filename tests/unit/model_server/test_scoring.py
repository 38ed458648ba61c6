"""Each sign that a piece answers a question raises its score; none needs the model to be shown."""

import numpy as np

from local.model_server.embedder import Vectors
from local.model_server.scoring import WORDS_WEIGHT, Piece, content_words, scores
from local.model_server.sources import Source

ASKED = np.array([1.0, 0.0], np.float32)
ALIKE = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)


def source(id_: str, text: str) -> Source:
    return Source(id_, "", "", text)


def scored(question: str, texts: tuple[str, str], vectors: Vectors = ALIKE) -> list[float]:
    pieces = [Piece(source(str(n), text), text) for n, text in enumerate(texts)]
    found: list[float] = scores(question, ASKED, pieces, vectors).tolist()
    return found


def test_the_nearer_sentence_scores_higher():
    near_and_far = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    near, far = scored("Tents?", ("Tents here.", "Tents there."), near_and_far)
    assert near > far


def test_a_source_with_the_questions_words_scores_higher():
    without, with_ = scored("Is there parking in Dublin?", ("A shop in Dublin.", "Dublin parking."))
    assert with_ > without


def test_a_word_that_every_source_has_says_less_than_one_that_few_have():
    common, rare = scored("Larkfell parking", ("Larkfell shops.", "Larkfell parking."))
    assert rare - common > 0.75 * WORDS_WEIGHT


def test_who_asks_for_a_figure_prefers_one():
    words, figure = scored("How long is it valid?", ("It is valid.", "It is valid 30 days."))
    assert figure > words
    words, figure = scored("Is it valid?", ("It is valid.", "It is valid 30 days."))
    assert figure == words


def test_words_are_compared_by_their_beginnings():
    assert content_words("How do I return the RETURNED returns?") == {"retur"}


def test_a_piece_is_read_under_its_headings():
    row = Source("k", "guide.pdf", "Repairs › Prices", "")
    assert Piece(row, "Zip: €28").in_context == "Repairs, Prices: Zip: €28"
    assert Piece(Source("k", "Prices", "", ""), "Zip: €28").in_context == "Prices: Zip: €28"
    assert Piece(source("k", ""), "Zip: €28").in_context == "Zip: €28"
