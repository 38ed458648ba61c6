"""What a search finds, and whose."""

import pytest

from helpdesk.clock import utc_now
from helpdesk.ids import TenantId, new_id
from tests.contract.passage_index import lanes
from tests.contract.passage_index.filling import (
    DOC,
    EMBEDDER,
    OTHER,
    add,
    passage,
    passages,
    search,
)

HOSTILE = [
    "",
    " \t\n",
    '"',
    "'; DROP TABLE passages; --",
    "a AND OR NOT (NEAR",
    "text : * ^ + - { } [ ] ~ \\ / && || !",
    "heading:secret",
    "nul\x00byte",
    "lone \ud800 surrogate",
    "🦆🦆🦆",
    "ключ возврат 返品 كلمة",
    "_ __ ___",
    "word " * 2000,
    "x" * 10_000,
    " ".join(f"term{n}" for n in range(2000)),
]


def test_it_finds_by_words_and_by_meaning_and_returns_the_whole_passage(index, tenant):
    refund = passage("refunds take five days", heading="Returns › Refunds", page=3)
    parcel = passage("parcels travel by train", document=OTHER)
    add(index, tenant, refund, parcel)

    found = search(index, tenant, "refunds five days")

    assert passages(found.lexical) == [refund]
    assert passages(found.dense)[0] == refund


def test_headings_are_searched_too(index, tenant):
    filed = passage("It takes five days.", heading="Refunds")
    add(index, tenant, filed, passage("It takes a train.", position=1, heading="Delivery"))

    assert passages(search(index, tenant, "refunds").lexical) == [filed]


def test_a_dense_score_is_the_cosine_and_both_lists_run_from_best_to_worst(index, tenant):
    add(
        index,
        tenant,
        passage("red green blue", 0),
        passage("red green", 1),
        passage("red", 2),
        passage("violet", 3),
    )

    found = search(index, tenant, "red green blue")

    assert found.dense[0].score == pytest.approx(1.0, abs=0.01)
    assert found.dense[1].score == pytest.approx((2 / 3) ** 0.5, abs=0.01)
    for scores in ([c.score for c in found.dense], [c.score for c in found.lexical]):
        assert scores == sorted(scores, reverse=True)
    assert passages(found.lexical)[0].position == 0


def test_a_passage_that_means_the_opposite_has_a_negative_score(index, tenant):
    vector = EMBEDDER.embed(["refunds"])[0]
    index.add(tenant, "m1", [(passage("refunds"), vector)])

    [found] = index.search(tenant, "m1", "parcels", [-x for x in vector], 5).dense

    assert found.score == pytest.approx(-1.0, abs=0.01)


def test_it_returns_no_more_of_each_than_asked(index, tenant):
    add(index, tenant, *(passage(f"refund number {n}", n) for n in range(8)))

    found = search(index, tenant, "refund", limit=3)

    assert len(found.lexical) == 3
    assert len(found.dense) == 3


def test_a_tenant_never_sees_anothers_passages_however_few_its_own_are(index, tenant):
    stranger = TenantId(new_id("ten", utc_now()))
    own = passage("refunds by post")
    add(index, stranger, *(passage(f"refunds in {n} days", n) for n in range(30)))
    add(index, tenant, own)

    found = search(index, tenant, "refunds in 7 days", limit=5)

    assert passages(found.lexical) == [own]
    assert passages(found.dense) == [own]


def test_a_tenant_without_passages_finds_nothing(index, tenant):
    found = search(index, tenant, "refunds")
    index.keep_only(tenant, DOC, None)

    assert (list(found.lexical), list(found.dense)) == ([], [])


def test_vectors_of_two_models_are_never_compared(index, tenant):
    old, new = passage("refunds", 0), passage("refunds", 1)
    add(index, tenant, old, model="m1")
    add(index, tenant, new, model="m2")

    found = search(index, tenant, "refunds", model="m2")

    assert passages(found.dense) == [new]
    assert len(found.lexical) == 2


def test_without_a_vector_it_searches_by_words_alone(index, tenant):
    add(index, tenant, passage("refunds"))

    found = index.search(tenant, "m1", "refunds", (), 5)

    assert len(found.lexical) == 1
    assert not found.dense


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words[:20]))
def test_no_query_can_break_it(index, tenant, words):
    add(index, tenant, passage("refunds"))

    found = search(index, tenant, words)

    assert len(found.dense) == 1


# The fake compares whole words.
@pytest.mark.parametrize("index", lanes.REAL, indirect=True)
def test_word_forms_and_stop_words_do_not_matter(index, tenant):
    refunded = passage("Orders are refunded within a week", 0)
    add(index, tenant, refunded, passage("How do I do this with the shop", 1))

    assert passages(search(index, tenant, "How do I get the refunds").lexical) == [refunded]
