"""The database's calls when DynamoDB does not do at once what it is asked."""

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import ItemKey
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.errors import HelpdeskError, PayloadTooLarge, Unavailable

KEYS = [ItemKey("TENANT#t", f"DOCUMENT#{number}") for number in range(3)]
ITEMS = [{"pk": {"S": key.pk}, "sk": {"S": key.sk}} for key in KEYS]
WRITE = Write("Put", "things", KEYS[0], ABSENT, fields={"n": 1})


@pytest.fixture
def dynamodb():
    # One attempt: what is tried again here is tried by us, not by the SDK.
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )


@pytest.fixture
def stub(dynamodb):
    with Stubber(dynamodb) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def database(dynamodb, pauses):
    return Database(dynamodb, pause=pauses.append, chance=lambda: 1.0)


def cancelled(*codes, message="", item=None):
    reasons = [
        {"Code": code, "Message": message, **({"Item": item} if item else {})} for code in codes
    ]
    return {
        "service_error_code": "TransactionCanceledException",
        "http_status_code": 400,
        "modeled_fields": {"CancellationReasons": reasons},
    }


def test_keys_that_were_not_processed_are_asked_for_again(database, stub, pauses):
    unprocessed = {"things": {"Keys": ITEMS[1:], "ConsistentRead": True}}
    stub.add_response(
        "batch_get_item", {"Responses": {"things": ITEMS[:1]}, "UnprocessedKeys": unprocessed}
    )
    stub.add_response(
        "batch_get_item",
        {"Responses": {"things": ITEMS[1:]}, "UnprocessedKeys": {}},
        {"RequestItems": unprocessed},
    )

    found = database.get_many("things", KEYS)

    assert [fields["sk"] for fields in found] == [key.sk for key in KEYS]
    assert len(pauses) == 1


def test_keys_that_are_never_processed_end_as_unavailable(database, stub, pauses):
    unprocessed = {"things": {"Keys": ITEMS, "ConsistentRead": True}}
    for _ in range(8):
        stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": unprocessed})

    with pytest.raises(Unavailable):
        database.get_many("things", KEYS)

    assert pauses == sorted(pauses)
    assert sum(pauses) < 5


def test_reading_together_waits_for_a_transaction_that_is_at_an_item(database, stub, pauses):
    stub.add_client_error("transact_get_items", **cancelled("None", "TransactionConflict", "None"))
    stub.add_response(
        "transact_get_items", {"Responses": [{"Item": ITEMS[0]}, {}, {"Item": ITEMS[2]}]}
    )

    found = database.get_together("things", KEYS)

    assert [fields["sk"] for fields in found] == [KEYS[0].sk, KEYS[2].sk]
    assert len(pauses) == 1


def test_reading_many_together_takes_several_calls(database, stub):
    for _ in range(2):
        stub.add_response("transact_get_items", {"Responses": [{"Item": ITEMS[0]}]})

    assert len(database.get_together("things", KEYS * 10)) == 2
    assert database.get_together("things", []) == []


def test_items_that_were_not_written_are_written_again(database, stub):
    unwritten = {"things": [{"PutRequest": {"Item": ITEMS[2]}}]}
    stub.add_response("batch_write_item", {"UnprocessedItems": unwritten})
    stub.add_response("batch_write_item", {"UnprocessedItems": {}}, {"RequestItems": unwritten})

    database.put_many("things", {key: {} for key in KEYS})


def test_a_transaction_that_lost_a_race_is_tried_again(database, stub, pauses):
    stub.add_client_error("transact_write_items", **cancelled("None", "TransactionConflict"))
    stub.add_client_error("transact_write_items", **cancelled("TransactionConflict", "None"))
    stub.add_response("transact_write_items", {})

    database.write_all(WRITE, WRITE)

    assert len(pauses) == 2


def test_a_write_that_lost_a_race_against_a_transaction_is_tried_again(database, stub):
    stub.add_client_error("put_item", "TransactionConflictException")
    stub.add_response("put_item", {})

    database.write(WRITE)


def test_a_race_that_is_lost_for_ever_ends_as_unavailable(database, stub):
    for _ in range(8):
        stub.add_client_error("transact_write_items", **cancelled("TransactionConflict"))

    with pytest.raises(Unavailable):
        database.write_all(WRITE)


def test_a_refused_condition_tells_which_item_stood_against_it(database, stub):
    failure = cancelled("None", "ConditionalCheckFailed", item={"n": {"N": "7"}})
    failure["modeled_fields"]["CancellationReasons"][0].pop("Item")
    stub.add_client_error("transact_write_items", **failure)

    with pytest.raises(Refused) as refusal:
        database.write_all(WRITE, WRITE)

    assert refusal.value.obstacles == [None, {"n": 7}]


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 400, Unavailable),
        ("ProvisionedThroughputExceededException", 400, Unavailable),
        ("RequestLimitExceeded", 400, Unavailable),
        ("InternalServerError", 500, Unavailable),
        ("ServiceUnavailable", 503, Unavailable),
        ("AccessDeniedException", 400, HelpdeskError),
        ("ResourceNotFoundException", 400, HelpdeskError),
        ("ValidationException", 400, HelpdeskError),
    ],
)
def test_no_error_of_the_sdk_leaves(database, stub, code, status, error):
    for operation in ("get_item", "put_item", "query", "batch_get_item", "transact_write_items"):
        stub.add_client_error(operation, code, http_status_code=status)

    for call in (
        lambda: database.get("things", KEYS[0]),
        lambda: database.write(WRITE),
        lambda: list(database.query("things", "TENANT#t")),
        lambda: database.get_many("things", KEYS),
        lambda: database.write_all(WRITE),
    ):
        with pytest.raises(HelpdeskError) as raised:
            call()
        assert type(raised.value) is error
        assert code not in raised.value.detail


@pytest.mark.parametrize(
    ("reasons", "error"),
    [
        (cancelled("ThrottlingError", "None"), Unavailable),
        (cancelled("ProvisionedThroughputExceeded"), Unavailable),
        (
            cancelled(
                "ValidationError",
                message="Item size to update has exceeded the maximum allowed size",
            ),
            PayloadTooLarge,
        ),
        (cancelled("ValidationError", message="One or more values were invalid"), HelpdeskError),
    ],
)
def test_a_cancelled_transaction_says_why(database, stub, reasons, error):
    stub.add_client_error("transact_write_items", **reasons)

    with pytest.raises(HelpdeskError) as raised:
        database.write_all(WRITE)

    assert type(raised.value) is error


def test_nobody_listening_is_unavailable():
    client = boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(Unavailable):
        Database(client).get("things", KEYS[0])


def test_a_query_goes_through_all_pages_and_stops_at_its_limit(database, stub):
    stub.add_response(
        "query",
        {"Items": ITEMS[:2], "LastEvaluatedKey": ITEMS[1]},
        dict.fromkeys(
            (
                "TableName",
                "KeyConditionExpression",
                "ConsistentRead",
                "ScanIndexForward",
                "ExpressionAttributeNames",
                "ExpressionAttributeValues",
            ),
            ANY,
        )
        | {"Limit": 3},
    )
    stub.add_response("query", {"Items": ITEMS[2:], "LastEvaluatedKey": ITEMS[2]})

    found = list(database.query("things", "TENANT#t", limit=3))

    assert len(found) == 3
