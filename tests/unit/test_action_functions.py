"""The actions and reconciler functions as Lambda calls them, over fakes."""

import importlib

import pytest

from helpdesk import wiring
from helpdesk.adapters.dynamodb.item_keys import outbox_key
from helpdesk.adapters.dynamodb.items import to_attributes
from helpdesk.clock import utc_now
from helpdesk.errors import Unavailable
from helpdesk.events import ActionWork
from helpdesk.execution import Execution
from helpdesk.ids import ActionId, TenantId
from helpdesk.reconciling import Reconciling
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from tests.contract.action_examples import a_proposal, the_claim_of
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.schema import AnyArguments
from tests.fakes.shop import ScriptedShop
from tests.fakes.tariffs import flat_tariffs
from tests.fakes.tools import MemoryTools

TENANT = TenantId("ten_1")


@pytest.fixture
def world(monkeypatch):
    """The functions over fakes: actions, queue and shop."""
    actions, queue, shop = MemoryActions(), MemoryActionQueue(), ScriptedShop()
    steps = SagaSteps(actions, queue, MemoryTools(), AnyArguments(), flat_tariffs(), utc_now)
    execution = Execution(actions, queue, shop, Sagas(steps), flat_tariffs(), utc_now)
    monkeypatch.setattr(wiring, "execution", lambda: execution)
    monkeypatch.setattr(wiring, "reconciling", lambda: Reconciling(actions, queue, utc_now))
    return actions, queue, shop


def claimed(actions):
    proposal = a_proposal(TENANT)
    actions.record(proposal)
    claim = the_claim_of(proposal.after)
    actions.record(claim)
    return claim.after


def message(action, id_="m1"):
    body = ActionWork(tenant=TENANT, action=action).model_dump_json()
    return {"messageId": id_, "body": body, "eventSource": "aws:sqs", "attributes": {}}


def call(function, event):
    return importlib.import_module(f"functions.{function}.handler").handler(event, None)


def outbox_record(action):
    key = outbox_key(TENANT, action, 4)
    fields = {"pk": key.pk, "sk": key.sk, "tenant": TENANT, "action": action}
    image = to_attributes(fields)
    return {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "7"}}


def test_a_message_takes_the_action_to_its_end_and_a_second_one_changes_nothing(world):
    actions, _, shop = world
    action = claimed(actions)
    for _ in range(2):
        assert call("actions", {"Records": [message(action.id)]}) == {"batchItemFailures": []}
    assert [key for _, _, key in shop.calls] == [action.id]
    assert actions.get(TENANT, action.id).status.settled


def test_work_on_what_is_not_there_is_done(world):
    assert call("actions", {"Records": [message(ActionId("act_x"))]}) == {"batchItemFailures": []}


@pytest.mark.parametrize("body", ["", "{", "{}", '{"tenant": 1}'])
def test_a_message_that_makes_no_sense_comes_again_until_it_is_a_dead_letter(world, body):
    broken = message("act_1") | {"body": body}
    failed = [{"itemIdentifier": "m1"}]
    assert call("actions", {"Records": [broken]}) == {"batchItemFailures": failed}


def test_the_outbox_is_queued(world):
    actions, queue, _ = world
    action = claimed(actions)
    records = [outbox_record(action.id), {"eventName": "REMOVE", "dynamodb": {}}]
    assert call("reconciler", {"Records": records}) == {"batchItemFailures": []}
    assert queue.sent == [(TENANT, action.id)]


def test_an_outbox_that_can_not_be_queued_comes_again(world, monkeypatch):
    actions, queue, _ = world
    action = claimed(actions)

    def down(actions):
        raise Unavailable("down")

    monkeypatch.setattr(queue, "send", down)
    failed = [{"itemIdentifier": "7"}]
    assert call("reconciler", {"Records": [outbox_record(action.id)]}) == {
        "batchItemFailures": failed
    }


def test_each_minute_what_is_due_is_queued(world):
    actions, queue, _ = world
    action = claimed(actions)
    call("reconciler", {"source": "aws.events"})
    assert queue.sent == [(TENANT, action.id)]
