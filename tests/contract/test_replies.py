"""First answers: one per key and scope, repeated as they were, and secret ones not in clear."""

from uuid import uuid4

import pytest

from helpdesk.adapters.idempotent_replies import PowertoolsReplies
from helpdesk.errors import Conflict, IdempotencyConflict, NotFound
from helpdesk.replies import KeyedRequest, Reply
from tests.fakes.replies import MemoryReplies


@pytest.fixture
def table():
    return f"replies-{uuid4()}"


@pytest.fixture
def replies(cloud, table):
    if not cloud:
        return MemoryReplies()
    dynamodb, kms = cloud.client("dynamodb"), cloud.client("kms")
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return PowertoolsReplies(dynamodb, table, kms, kms.create_key()["KeyMetadata"]["KeyId"])


def _request(scope="ten_1", key="key-1", secret=False, **content):
    return KeyedRequest(scope, key, content, secret)


@pytest.mark.parametrize("secret", [False, True])
def test_the_first_answer_is_repeated(replies, secret):
    request = _request(secret=secret, name="Acme")

    assert replies.once(request, lambda: {"key": "hd_sk_ä"}) == Reply({"key": "hd_sk_ä"}, False)
    assert replies.once(request, lambda: {"key": "other"}) == Reply({"key": "hd_sk_ä"}, True)


def test_another_request_under_the_key_is_a_conflict(replies):
    replies.once(_request(name="Acme"), dict)

    with pytest.raises(IdempotencyConflict):
        replies.once(_request(name="Rival"), dict)


def test_each_scope_has_keys_of_its_own(replies):
    replies.once(_request("ten_1"), lambda: {"of": 1})

    assert replies.once(_request("ten_2"), lambda: {"of": 2}) == Reply({"of": 2}, False)


def test_a_refusal_is_not_kept(replies):
    def refuse():
        raise NotFound("There is no such thing.")

    with pytest.raises(NotFound):
        replies.once(_request(), refuse)

    assert replies.once(_request(), lambda: {"ok": 1}) == Reply({"ok": 1}, False)


def test_while_the_first_is_answered_others_are_told_to_wait(replies):
    told = []

    def slow():
        with pytest.raises(Conflict) as refusal:
            replies.once(_request(), dict)
        told.append(refusal.value)
        return {"ok": 1}

    replies.once(_request(), slow)

    (wait,) = told
    assert not isinstance(wait, IdempotencyConflict)
    assert wait.retry_after_seconds
    assert wait.retry_after_seconds >= 1


def test_a_secret_answer_does_not_lie_in_the_table(replies, cloud, table):
    replies.once(_request(secret=True), lambda: {"key": "hd_sk_secret"})
    if cloud:
        written = cloud.client("dynamodb").scan(TableName=table)["Items"]
        assert "hd_sk_secret" not in str(written)
