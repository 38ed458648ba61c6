"""The embedding cache: vectors by tenant, model and content, close enough to compare."""

import math

import pytest

from helpdesk.adapters.dynamodb.embedding_cache import DynamoDBEmbeddingCache
from helpdesk.passages import content_hash
from tests.contract.examples import a_tenant_id
from tests.fakes.embedding_cache import MemoryEmbeddingCache


@pytest.fixture
def cache(cloud):
    if not cloud:
        return MemoryEmbeddingCache()
    return DynamoDBEmbeddingCache(cloud.client("dynamodb"), "knowledge")


def a_vector(seed, dimensions=384):
    raw = [math.sin(seed + position) for position in range(dimensions)]
    length = math.sqrt(sum(value * value for value in raw))
    return tuple(value / length for value in raw)


def test_vectors_come_back_close_enough(cache):
    tenant = a_tenant_id()
    vectors = {content_hash(str(n)): a_vector(n) for n in range(230)}
    cache.put_many(tenant, "minilm#2", vectors)

    found = cache.get_many(tenant, "minilm#2", [*vectors, content_hash("missing"), *vectors])

    assert found.keys() == vectors.keys()
    for each, vector in vectors.items():
        assert found[each] == pytest.approx(vector, abs=5e-4)


def test_vectors_of_two_models_and_two_tenants_never_meet(cache):
    tenant, text = a_tenant_id(), content_hash("text")
    cache.put_many(tenant, "one", {text: a_vector(1)})
    cache.put_many(tenant, "two", {text: a_vector(2)})

    assert cache.get_many(tenant, "one", [text])[text] == pytest.approx(a_vector(1), abs=5e-4)
    assert cache.get_many(tenant, "three", [text]) == {}
    assert cache.get_many(a_tenant_id(), "one", [text]) == {}


def test_nothing_is_asked_and_nothing_kept(cache):
    tenant = a_tenant_id()
    cache.put_many(tenant, "one", {})

    assert cache.get_many(tenant, "one", []) == {}


def test_keeping_again_replaces(cache):
    tenant, text = a_tenant_id(), content_hash("text")
    cache.put_many(tenant, "one", {text: (1.0, 0.0)})
    cache.put_many(tenant, "one", {text: (0.0, 1.0)})

    assert cache.get_many(tenant, "one", [text]) == {text: (0.0, 1.0)}
