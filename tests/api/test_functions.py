"""The functions as Lambda calls them, wired by their environment, over tables in memory."""

import importlib
import json
from itertools import chain

import pytest

from helpdesk import wiring
from helpdesk.clock import period_of, utc_now
from helpdesk.domain_events import Announcer
from helpdesk.errors import Unavailable
from helpdesk.wiring import adapters, billing, billing_adapters, clients
from tests.fakes.event_bus import MemoryEventBus

_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/live/GET/v1/tenant"


def _handler(function):
    return importlib.import_module(f"functions.{function}.handler").handler


@pytest.fixture
def deployed(world, monkeypatch):
    """The environment that CDK gives the functions."""
    environment = {
        "STAGE": "local",
        "SIGN_UP": "open",
        "PLATFORM_KEYS_SECRET": world.platform_keys_secret,
        "SIGNING_SECRET": world.signing_secret,
        **{f"{name.upper()}_TABLE": table for name, table in world.tables.items()},
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _forget_everything()
    yield world
    _forget_everything()


def _forget_everything():
    for made in chain(
        *(vars(each).values() for each in (wiring, adapters, billing, billing_adapters, clients))
    ):
        if hasattr(made, "cache_clear"):
            made.cache_clear()
    importlib.import_module("functions.api.handler")._api.cache_clear()


def _asked(authorization):
    return {
        "type": "REQUEST",
        "methodArn": _ARN,
        "headers": {"authorization": authorization},
        "requestContext": {"identity": {"sourceIp": "203.0.113.9"}},
    }


def test_the_authorizer_lets_a_tenant_through_and_says_who_it_is(deployed, acme):
    allowed = _handler("authorizer")(_asked(f"Bearer {acme.secret}"), None)

    assert allowed["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert allowed["context"]["tenant"] == acme.id
    assert allowed["context"]["role"] == "secret"
    operator = deployed.platform_keys.operator
    assert _handler("authorizer")(_asked(f"Bearer {operator}"), None)["context"] == {
        "role": "operator"
    }


@pytest.mark.parametrize("authorization", ["Bearer hd_sk_unknown", "Basic x", ""])
def test_the_authorizer_denies_whom_it_does_not_know(deployed, authorization):
    denied = _handler("authorizer")(_asked(authorization), None)

    assert denied["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def test_the_authorizer_believes_no_revoked_key(deployed, acme):
    new = deployed.call("POST", "/v1/keys", {}, key=acme.secret).json
    ask = _asked(f"Bearer {new['key']}")
    assert _handler("authorizer")(ask, None)["context"]["key"] == new["id"]

    deployed.call("DELETE", f"/v1/keys/{new['id']}", key=acme.secret)

    assert _handler("authorizer")(ask, None)["context"] == {}


def test_the_api_answers_what_the_authorizer_let_through(deployed, acme):
    verdict = _handler("authorizer")(_asked(f"Bearer {acme.secret}"), None)
    event = {
        "resource": "/v1/{proxy+}",
        "httpMethod": "GET",
        "path": "/v1/tenant",
        "headers": {"Authorization": f"Bearer {acme.secret}"},
        "requestContext": {"authorizer": verdict["context"] | {"principalId": acme.id}},
        "body": None,
        "isBase64Encoded": False,
    }

    answer = _handler("api")(event, None)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["id"] == acme.id


def test_a_visitors_token_passes_both_functions(deployed, acme):
    token = deployed.visitor(acme, "u-1")
    turn = deployed.turn(acme.id, end_user="u-1")
    verdict = _handler("authorizer")(_asked(f"Bearer {token}"), None)
    assert verdict["context"]["role"] == "visitor"
    assert verdict["context"]["end_user"] == "u-1"
    event = {
        "resource": "/v1/{proxy+}",
        "httpMethod": "GET",
        "path": f"/v1/conversations/{turn.conversation}",
        "headers": {"Authorization": f"Bearer {token}"},
        "requestContext": {"authorizer": verdict["context"] | {"principalId": acme.id}},
        "body": None,
        "isBase64Encoded": False,
    }

    answer = _handler("api")(event, None)

    assert json.loads(answer["body"])["id"] == turn.conversation
    for broken in (token[:-1], token.replace(".", ".A"), token.swapcase()):
        denied = _handler("authorizer")(_asked(f"Bearer {broken}"), None)
        assert denied["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def test_the_api_function_opens_a_session_that_the_authorizer_believes(deployed, acme):
    verdict = _handler("authorizer")(_asked(f"Bearer {acme.publishable}"), None)
    assert verdict["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    event = {
        "resource": "/v1/{proxy+}",
        "httpMethod": "POST",
        "path": "/v1/sessions",
        "headers": {"Authorization": f"Bearer {acme.publishable}"},
        "requestContext": {"authorizer": verdict["context"] | {"principalId": acme.id}},
        "body": "{}",
        "isBase64Encoded": False,
    }

    answer = _handler("api")(event, None)

    assert answer["statusCode"] == 201
    token = json.loads(answer["body"])["token"]
    believed = _handler("authorizer")(_asked(f"Bearer {token}"), None)["context"]
    assert (believed["role"], believed["tenant"]) == ("visitor", acme.id)
    assert "end_user" not in believed


class _DeadBus:
    def publish(self, events):
        raise Unavailable("The bus is down.")


def _records(world, table):
    """What the stream of a table would tell of its items."""
    items = world.dynamodb.scan(TableName=world.tables[table])["Items"]
    return [
        {
            "eventID": str(number),
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": {"pk": item["pk"], "sk": item["sk"]},
                "NewImage": item,
                "SequenceNumber": str(number),
            },
        }
        for number, item in enumerate(items, start=100)
    ]


@pytest.fixture
def bus(monkeypatch):
    bus = MemoryEventBus()
    monkeypatch.setattr(wiring, "announcer", lambda: Announcer(bus))
    return bus


def test_what_the_streams_tell_is_published_once_in_one_call(deployed, acme, bus):
    turn = deployed.turn(acme.id)
    records = [
        record
        for table in ("conversations", "ledger", "tenants", "knowledge")
        for record in _records(deployed, table)
        if acme.id in json.dumps(record)
    ]

    response = _handler("metering")({"Records": records}, None)

    assert response == {"batchItemFailures": []}
    told = {event.type: event for event in bus.events}
    assert set(told) == {"turn.settled", "usage.recorded"}
    assert told["turn.settled"].subject == turn.id
    assert "parcel" not in str(bus.events)


def test_a_resolved_conversation_is_told(deployed, acme, bus):
    conversation = deployed.turn(acme.id).conversation
    resolve = f"/v1/conversations/{conversation}/resolve"
    assert deployed.call("POST", resolve, key=acme.secret).status == 200

    _handler("metering")({"Records": _records(deployed, "conversations")}, None)

    told = [event for event in bus.events if event.type == "conversation.resolved"]
    assert [event.data["conversation_id"] for event in told] == [conversation]


def test_told_again_it_has_the_same_ids(deployed, acme, bus):
    deployed.turn(acme.id)
    records = _records(deployed, "ledger")

    _handler("metering")({"Records": records}, None)
    first, bus.events = bus.events, []
    _handler("metering")({"Records": records}, None)

    assert [event.id for event in bus.events] == [event.id for event in first]


def test_usage_that_the_streams_tell_is_posted_once(deployed, acme, bus):
    deployed.turn(acme.id)
    records = _records(deployed, "ledger")

    _handler("metering")({"Records": records}, None)
    _handler("metering")({"Records": records}, None)

    (totals,) = deployed.books.totals(acme.id, period_of(utc_now()))
    turns = [sum_ for account, sum_ in totals.accounts.items() if account.meter == "turns"]
    assert [sum_.quantity for sum_ in turns] == [1]


def test_a_record_that_can_not_be_read_is_handed_back_alone(deployed, acme, bus, capsys):
    deployed.turn(acme.id)
    records = _records(deployed, "ledger")
    del records[0]["dynamodb"]["NewImage"]["event"]

    response = _handler("metering")({"Records": records}, None)

    assert response == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert len(bus.events) == len(records) - 1
    assert "unexpected_error" in capsys.readouterr().err


def test_when_the_bus_is_down_the_batch_comes_again(deployed, acme, monkeypatch):
    deployed.turn(acme.id)
    monkeypatch.setattr(wiring, "announcer", lambda: Announcer(_DeadBus()))

    response = _handler("metering")({"Records": _records(deployed, "ledger")}, None)

    assert response == {"batchItemFailures": [{"itemIdentifier": "100"}]}
