"""Actions through the API: proposed once, decided, shown with their history."""

import pytest

from helpdesk.adapters.json_schema import JSONArgumentSchema
from helpdesk.clock import utc_now
from helpdesk.execution import Execution
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from helpdesk.tool_calls import Answered, NoAnswer
from tests.fakes.shop import ScriptedShop
from tests.fakes.tariffs import flat_tariffs

REFUND = {
    "description": "Refund an order.",
    "parameters": {
        "type": "object",
        "properties": {
            "order_id": {"type": "string"},
            "amount": {"type": "string"},
            "customer_id": {"type": "string"},
        },
        "required": ["order_id", "amount", "customer_id"],
        "additionalProperties": False,
    },
    "effect": "write",
    "endpoint": {"method": "POST", "url": "https://acme.example/refunds"},
    "confirmation": "none",
    "idempotency": "key",
    "limits": [{"field": "amount", "max": {"amount": "50.00", "currency": "EUR"}, "per": "order"}],
    "order_field": "order_id",
    "end_user_field": "customer_id",
}
ARGUMENTS = {"order_id": "LF-1042", "amount": "10.00", "customer_id": "cus_ada"}
WISH = {"tool": "refund_order", "arguments": ARGUMENTS}


@pytest.fixture(autouse=True)
def nothing_queued(world):
    """What other tests have left to do is not worked on here."""
    world.action_queue.sent.clear()


def put(world, company, **changes):
    answer = world.call("PUT", "/v1/tools/refund_order", REFUND | changes, key=company.secret)
    assert answer.status == 200, answer.text


def propose(world, company, key="k1", body=WISH):
    headers = {"Idempotency-Key": key} if key else {}
    return world.call("POST", "/v1/actions", body, key=company.secret, headers=headers)


def work(world, *replies):
    """What the queue and its worker do."""
    shop = ScriptedShop(*replies)
    ports = (world.actions, world.action_queue, world.tools, JSONArgumentSchema(), flat_tariffs())
    execution = Execution(
        world.actions,
        world.action_queue,
        shop,
        Sagas(SagaSteps(*ports, utc_now)),
        flat_tariffs(),
        utc_now,
    )
    while world.action_queue.sent:
        execution.run(*world.action_queue.sent.pop())
    return shop


def test_an_action_runs_once_and_is_shown_with_its_history(world, acme):
    put(world, acme)
    made = propose(world, acme)
    assert made.status == 201
    assert (made.json["tool"], made.json["status"]) == ("refund_order", "running")
    assert made.json["end_user"] == "cus_ada"

    shop = work(world, Answered(201, {"refund_id": "re_1"}))

    path = f"/v1/actions/{made.json['id']}"
    shown = world.call("GET", path, key=acme.secret).json
    assert (shown["status"], shown["result"]) == ("succeeded", {"refund_id": "re_1"})
    assert shown["attempts"] == 1
    assert [event["type"] for event in shown["events"]] == [
        *("proposed", "approved", "claimed", "attempt_started", "succeeded")
    ]
    assert [key for _, _, key in shop.calls] == [made.json["id"]]
    usage = world.call("GET", "/v1/usage", key=acme.secret).json
    (meter,) = [each for each in usage["meters"] if each["meter"] == "actions"]
    assert meter["quantity"] == 1


def test_the_same_key_is_the_same_action_even_when_the_replies_are_forgotten(world, acme):
    put(world, acme)
    first = propose(world, acme).json
    assert propose(world, acme).headers["idempotency-replayed"] == "true"
    _forget_replies(world)
    again = propose(world, acme)
    assert again.json["id"] == first["id"]
    assert propose(world, acme, "k2").json["id"] != first["id"]
    assert propose(world, acme, None).json["id"] != propose(world, acme, None).json["id"]
    other = WISH | {"arguments": ARGUMENTS | {"amount": "1.00"}}
    assert propose(world, acme, body=other).code == "idempotency_conflict"


def test_over_a_limit_it_is_a_policy_violation_and_nothing_is_called(world, acme):
    put(world, acme)
    work(world)
    body = WISH | {"arguments": ARGUMENTS | {"amount": "25.00"}}
    propose(world, acme, "k1", body)
    propose(world, acme, "k2", body)
    refused = propose(world, acme, "k3", body)
    assert (refused.status, refused.code) == (422, "policy_violation")
    assert len(work(world).calls) == 2


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"tool": "refund_order"}, 422, "arguments"),
        (WISH | {"force": True}, 422, "force"),
        (WISH | {"arguments": {"order_id": 7}}, 422, "arguments.customer_id"),
        (WISH | {"arguments": {"customer_id": "cus_ada"}}, 422, "arguments.order_id"),
        (WISH | {"arguments": ARGUMENTS | {"force": True}}, 422, "arguments.force"),
        (WISH | {"arguments": ARGUMENTS | {"amount": "1,00"}}, 422, "arguments.amount"),
        (WISH | {"tool": "nothing"}, 404, None),
        (WISH | {"conversation_id": "x"}, 404, None),
        (WISH | {"conversation_id": f"conv_{'0' * 26}"}, 404, None),
    ],
)
def test_a_bad_wish_is_told_what_is_wrong(world, acme, body, status, field):
    put(world, acme)
    answer = propose(world, acme, body=body)
    assert answer.status == status
    if field:
        assert field in answer.fields
    assert world.call("GET", "/v1/actions", key=acme.secret).json["items"] == []


def test_in_a_conversation_it_is_done_for_its_customer_and_for_nobody_else(world, acme):
    put(world, acme)
    turn = world.turn(acme.id, end_user="cus_ben")
    body = WISH | {"conversation_id": turn.conversation}
    assert propose(world, acme, body=body).code == "policy_violation"
    own = {name: value for name, value in ARGUMENTS.items() if name != "customer_id"}
    made = propose(world, acme, body=body | {"arguments": own})
    assert (made.status, made.json["end_user"]) == (201, "cus_ben")
    assert made.json["arguments"]["customer_id"] == "cus_ben"
    assert made.json["conversation_id"] == turn.conversation


@pytest.mark.parametrize(("decision", "status"), [("approve", "running"), ("reject", "rejected")])
def test_somebody_decides(world, acme, decision, status):
    put(world, acme, confirmation="agent")
    made = propose(world, acme).json
    assert made["status"] == "awaiting_confirmation"
    path = f"/v1/actions/{made['id']}/decision"
    for _ in range(2):
        decided = world.call("POST", path, {"decision": decision}, key=acme.secret)
        assert (decided.status, decided.json["status"]) == (200, status)
    other = {"approve": "reject", "reject": "approve"}[decision]
    refused = world.call("POST", path, {"decision": other}, key=acme.secret)
    assert (refused.status, refused.code) == (409, "conflict")


def test_what_is_unknown_waits_for_a_colleagues_word(world, acme):
    put(world, acme, idempotency="none")
    made = propose(world, acme).json
    work(world, NoAnswer("hung"))
    path = f"/v1/actions/{made['id']}"
    shown = world.call("GET", path, key=acme.secret).json
    assert (shown["status"], shown["human_asked"]) == ("unknown", True)
    told = world.call("POST", f"{path}/decision", {"decision": "approve"}, key=acme.secret)
    assert told.json["status"] == "succeeded"


def test_actions_are_listed_and_filtered(world, acme):
    put(world, acme)
    for key in ("k1", "k2"):
        propose(world, acme, key)
    put(world, acme, confirmation="agent")
    waiting = propose(world, acme, "k3").json["id"]

    def listed(**query):
        return [
            a["id"]
            for a in world.call("GET", "/v1/actions", key=acme.secret, query=query).json["items"]
        ]

    assert len(listed()) == 3
    assert listed()[0] == waiting
    assert listed(status="awaiting_confirmation") == [waiting]


def _forget_replies(world):
    table = world.tables["idempotency"]
    for item in world.dynamodb.scan(TableName=table)["Items"]:
        world.dynamodb.delete_item(TableName=table, Key={"id": item["id"]})


def test_a_process_of_two_steps_runs_through_and_shows_its_steps(world, acme):
    for name in ("cancel_shipment", "refund_order"):
        changes = REFUND | {"confirmation": "customer"}
        assert world.call("PUT", f"/v1/tools/{name}", changes, key=acme.secret).status == 200
    steps = [{"tool": "cancel_shipment", "undo": "refund_order"}, {"tool": "refund_order"}]
    process = {k: v for k, v in REFUND.items() if k not in ("endpoint", "idempotency")}
    body = process | {"steps": steps}
    assert world.call("PUT", "/v1/tools/both", body, key=acme.secret).status == 200

    made = propose(world, acme, body=WISH | {"tool": "both"})
    work(world, Answered(200, {"a": 1}), Answered(201, {"b": 2}))

    shown = world.call("GET", f"/v1/actions/{made.json['id']}", key=acme.secret).json
    assert (shown["status"], shown["result"]) == ("succeeded", {"steps": [{"a": 1}, {"b": 2}]})
    awaited = [each for each in shown["events"] if each["type"] == "step_awaited"]
    assert [each["what"] for each in awaited] == [
        "step 1 (cancel_shipment)",
        "step 2 (refund_order)",
    ]
    for each in awaited:
        step = world.call("GET", f"/v1/actions/{each['step']}", key=acme.secret).json
        assert (step["status"], step["parent_id"]) == ("succeeded", shown["id"])


def test_a_refused_step_is_undone_in_the_tables_too(world, acme):
    for name in ("cancel_shipment", "restore_shipment", "refund_order"):
        changes = REFUND | {"confirmation": "customer"}
        assert world.call("PUT", f"/v1/tools/{name}", changes, key=acme.secret).status == 200
    steps = [{"tool": "cancel_shipment", "undo": "restore_shipment"}, {"tool": "refund_order"}]
    process = {k: v for k, v in REFUND.items() if k not in ("endpoint", "idempotency")}
    body = process | {"steps": steps}
    assert world.call("PUT", "/v1/tools/both", body, key=acme.secret).status == 200

    made = propose(world, acme, body=WISH | {"tool": "both"})
    refused = Answered(422, {"message": "No."})
    shop = work(world, Answered(200, {}), refused, Answered(200, {}))

    assert [name for name, *_ in shop.calls] == [
        *("cancel_shipment", "refund_order", "restore_shipment")
    ]
    shown = world.call("GET", f"/v1/actions/{made.json['id']}", key=acme.secret).json
    assert (shown["status"], shown["error"]["message"]) == ("failed", "No.")
