"""Over the limit, through the public door: a colleague is asked, reminded, and decides or does
not."""

import json
import time
from datetime import datetime, timedelta

import pytest

from helpdesk.acting import AGENT_TIME, Acting, Proposal
from helpdesk.adapters.dynamodb.actions import DynamoDBActions
from helpdesk.adapters.dynamodb.tools import DynamoDBTools
from helpdesk.adapters.json_schema import JSONArgumentSchema
from helpdesk.clock import utc_now
from helpdesk.ids import TenantId
from local.emulator import Emulator
from local.shop.tools import tools
from tests.e2e.outside_program import Tenant
from tests.e2e.receiver import Receiver
from tests.e2e.test_actions import paid, settled
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.http_server import serving
from tests.fakes.tariffs import flat_tariffs

_PATIENCE_SECONDS = 60.0
LIMIT = {"field": "amount", "max": {"amount": "4.00", "currency": "EUR"}, "per": "action"}
ADA = {"end_user": {"id": "cus_ada"}}


class Machines:
    """The stage's state machines."""

    def __init__(self, emulator):
        self._client = emulator.client("stepfunctions")
        known = self._client.list_state_machines()["stateMachines"]
        arns = {each["name"]: each["stateMachineArn"] for each in known}
        self.process, self.begin = (
            next(arn for name, arn in arns.items() if f"Approvals{part}" in name)
            for part in ("Process", "Begin")
        )

    def start(self, machine, name, given):
        self._client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))

    def execution(self, machine, name):
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            return self._client.describe_execution(executionArn=arn)
        except self._client.exceptions.ExecutionDoesNotExist:
            return None

    def ended(self, machine, name):
        """An execution when it has ended well, waited for."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while (found := self.execution(machine, name)) is None or found["status"] == "RUNNING":
            assert time.monotonic() < ends, found
            time.sleep(0.2)
        assert found["status"] == "SUCCEEDED", found
        return found

    def begun(self, name):
        """The execution of an action's process, waited for."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while (found := self.execution(self.process, name)) is None:
            assert time.monotonic() < ends, name
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def emulator(base_url, here):
    return Emulator(here.emulator_port, here.emulator)


@pytest.fixture(scope="module")
def machines(emulator):
    return Machines(emulator)


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    with serving(receiver.app) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@pytest.fixture(scope="module")
def company(base_url, here, receiver):
    with Tenant(base_url, "Careful") as tenant:
        refund = tools(here.shop_url)["refund_order"] | {"limits": [LIMIT]}
        put = tenant.http.put("/v1/tools/refund_order", json=refund)
        assert put.status_code == 200, put.text
        events = ["action.awaiting_confirmation", "action.reminder", "action.rejected"]
        body = {"url": receiver.url, "events": events}
        assert tenant.http.post("/v1/webhooks", json=body).status_code == 201
        yield tenant


def about(receiver, type_, action):
    """The first event of a type about an action, waited for."""
    count = 1
    while True:
        for event in receiver.events(type_, count):
            if event["subject"] == action:
                return event
        count += 1


def test_a_colleague_is_reminded_approves_and_it_is_done_once(company, here, machines, receiver):
    before = len(paid(here.shop_url, "LF-1043"))
    asked = company.ask("Refund 5.00 of order LF-1043, please", **ADA)
    shown = asked.data("action")
    action = shown["action_id"]
    assert shown["status"] == "awaiting_confirmation"
    assert "over the limit of 4.00 EUR per action; a colleague will decide" in asked.text

    begun = machines.begun(action)
    given = json.loads(begun["input"])
    assert given == {
        "tenant": company.id,
        "action": action,
        "remind_after_seconds": [24 * 3600, 48 * 3600],
    }
    machines.start(machines.begin, "again", given)
    machines.ended(machines.begin, "again")

    told = about(receiver, "action.awaiting_confirmation", action)["data"]
    assert (told["asked_of"], told["over_limit"]) == ("agent", "4.00 EUR per action")
    asked_at = datetime.fromisoformat(
        company.http.get(f"/v1/actions/{action}").json()["updated_at"]
    )
    soon = int((utc_now() - asked_at).total_seconds()) + 8
    machines.start(machines.process, f"{action}-soon", given | {"remind_after_seconds": [soon]})
    assert about(receiver, "action.reminder", action)["data"]["expires_at"] == told["expires_at"]

    talk = {"conversation_id": asked.data("start")["conversation_id"], **ADA}
    company.ask("Yes", **talk)
    assert len(paid(here.shop_url, "LF-1043")) == before
    for _ in range(2):
        decided = company.http.post(f"/v1/actions/{action}/decision", json={"decision": "approve"})
        assert decided.status_code == 200, decided.text
    done = settled(company, action)
    assert (done["status"], done["over_limit"]) == ("succeeded", "4.00 EUR per action")
    assert len(paid(here.shop_url, "LF-1043")) == before + 1
    path = f"/v1/conversations/{talk['conversation_id']}"
    first = company.http.get(path).json()["turns"][0]
    assert [each["status"] for each in first["actions"]] == ["succeeded"]

    machines.start(machines.process, f"{action}-late", given)
    late = json.loads(machines.ended(machines.process, f"{action}-late")["output"])
    assert late["next"] == "end"


def test_what_nobody_decides_ends_by_itself(company, emulator, here, machines, receiver):
    asked_at = utc_now() - AGENT_TIME + timedelta(seconds=12)
    acting = _acting_at(emulator, asked_at)
    arguments = {"order_id": "LF-1043", "amount": "4.01", "customer_id": "cus_ada"}
    tenant = TenantId(company.id)
    wish = Proposal(tenant, "refund_order", arguments, "late", "cus_ada", over_limit="ask")
    action = acting.propose(wish).id

    machines.begun(action)
    ended = json.loads(machines.ended(machines.process, action)["output"])

    assert ended["next"] == "end"
    assert about(receiver, "action.rejected", action)["data"]["code"] == "rejected_by_expiry"
    answer = company.http.post(f"/v1/actions/{action}/decision", json={"decision": "approve"})
    assert answer.json()["code"] == "conflict"


def _acting_at(emulator, moment):
    """What proposes, by a clock that stands still."""
    client = emulator.client("dynamodb")
    names = client.list_tables()["TableNames"]
    actions, conversations, ledger, books, tenants = (
        next(name for name in names if f"Tables{each}" in name)
        for each in ("Actions", "Conversations", "Ledger", "Books", "Tenants")
    )
    return Acting(
        DynamoDBActions(client, actions, conversations, ledger, books),
        MemoryActionQueue(),
        DynamoDBTools(client, tenants),
        JSONArgumentSchema(),
        flat_tariffs(),
        lambda: moment,
    )
