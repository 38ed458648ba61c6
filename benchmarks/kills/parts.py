"""The product put together for one process, each of whose steps can be read on the board."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from helpdesk.acting import Acting
from helpdesk.action_changes import ActionChange
from helpdesk.action_events import ActionEvent
from helpdesk.actions import Action
from helpdesk.adapters.dynamodb.actions import DynamoDBActions
from helpdesk.adapters.dynamodb.tenants import DynamoDBTenants
from helpdesk.adapters.dynamodb.tools import DynamoDBTools
from helpdesk.adapters.json_schema import JSONArgumentSchema
from helpdesk.adapters.outbound_http import OutboundHTTP
from helpdesk.adapters.sqs_action_queue import SQSActionQueue
from helpdesk.adapters.tool_caller import HTTPToolCaller
from helpdesk.clock import Clock, utc_now
from helpdesk.errors import Unavailable
from helpdesk.execution import Execution
from helpdesk.ids import ActionId, TenantId
from helpdesk.pages import Page
from helpdesk.plan_book import STANDARD
from helpdesk.plans import PlanTerm
from helpdesk.ports import ActionQueue, Actions, ToolCaller
from helpdesk.pricing import PRICE_BOOK
from helpdesk.reconciling import Reconciling
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from helpdesk.tariffs import Tariffs
from helpdesk.tenant_cache import CachedTenants
from helpdesk.tenants import Tenant
from helpdesk.tool_calls import LookedUp, ToolReply
from helpdesk.tools import Arguments, Tool

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Where:
    """Where the emulator, its queue, the shop and the board are."""

    endpoint_url: str
    region: str
    queue_url: str
    shop_url: str
    board: Path

    def client(self, service: str) -> Any:
        """A client as ``wiring`` makes it."""
        config = Config(
            connect_timeout=2,
            read_timeout=10,
            max_pool_connections=50,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        return boto3.client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )


class Parts:
    """The use cases of actions over the real adapters, as ``wiring`` makes them."""

    def __init__(
        self,
        where: Where,
        note: Note = lambda _: None,
        queue_clock: Clock = utc_now,
        queue_fails: float = 0.0,
    ) -> None:
        self.dynamodb = where.client("dynamodb")
        self.sqs = where.client("sqs")
        self.tools = DynamoDBTools(self.dynamodb, "tenants")
        self.actions = NotedActions(
            DynamoDBActions(self.dynamodb, "actions", "conversations", "ledger", "books"), note
        )
        queue = SQSActionQueue(self.sqs, where.queue_url, queue_clock)
        noted = NotedQueue(queue, note, queue_fails)
        self.tenants = DynamoDBTenants(self.dynamodb, "tenants")
        tariffs = Tariffs(CachedTenants(self.tenants, utc_now), PRICE_BOOK)
        ports = (self.actions, noted, self.tools, JSONArgumentSchema(), tariffs, utc_now)
        self.acting = Acting(*ports)
        http = OutboundHTTP(allow_private=True)
        caller = NotedCaller(HTTPToolCaller(http, _Unsigned(), utc_now), note)
        sagas = Sagas(SagaSteps(*ports))
        self.execution = Execution(self.actions, noted, caller, sagas, tariffs, utc_now)
        self.reconciling = Reconciling(self.actions, noted, utc_now)

    def sign_up(self, tenant: TenantId) -> None:
        """Makes the company that all of a run's actions belong to."""
        terms = (PlanTerm(STANDARD, utc_now()),)
        self.tenants.add(Tenant(tenant, "Bench", "ops@bench.example", utc_now(), terms), [])


@dataclass(frozen=True, slots=True)
class NotedActions:
    """Actions that say what is being read and written."""

    actions: Actions
    note: Note

    def record(self, change: ActionChange) -> Action | None:
        """Writes a change."""
        events = "+".join(type(event).__name__ for event in change.events)
        self.note(f"writes {events}")
        first = self.actions.record(change)
        self.note(f"has written {events}")
        return first

    def get(self, tenant: TenantId, action: ActionId) -> Action:
        """Reads an action."""
        self.note("reads")
        return self.actions.get(tenant, action)

    def get_many(
        self, tenant: TenantId, actions: Collection[ActionId]
    ) -> Mapping[ActionId, Action]:
        """Reads actions."""
        self.note("reads")
        return self.actions.get_many(tenant, actions)

    def proposed_by(self, tenant: TenantId, request_key: str) -> Action | None:
        """Reads what a request proposed."""
        self.note("reads")
        return self.actions.proposed_by(tenant, request_key)

    def history(self, tenant: TenantId, action: ActionId) -> Sequence[ActionEvent]:
        """Reads a history."""
        return self.actions.history(tenant, action)

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Action]:
        """Reads a page."""
        return self.actions.page(tenant, limit, cursor)

    def due(self, before: datetime, limit: int) -> Sequence[Action]:
        """Reads what is due."""
        self.note("reads what is due")
        return self.actions.due(before, limit)


@dataclass(frozen=True, slots=True)
class NotedQueue:
    """A queue that says when it is used, and that some can't reach now and then."""

    queue: ActionQueue
    note: Note
    fails: float

    def send(self, actions: Sequence[Action]) -> None:
        """Queues work, or does not."""
        self.note("queues")
        if random.random() < self.fails:
            raise Unavailable("The queue does not answer.")
        self.queue.send(actions)
        self.note("has queued")


@dataclass(frozen=True, slots=True)
class NotedCaller:
    """A caller that says when the shop is working for it."""

    caller: ToolCaller
    note: Note

    def call(self, tool: Tool, arguments: Arguments, key: str, seconds: float) -> ToolReply:
        """Calls the shop."""
        self.note("calls the shop")
        reply = self.caller.call(tool, arguments, key, seconds)
        self.note("has called the shop")
        return reply

    def look_up(self, tool: Tool, key: str, seconds: float) -> LookedUp:
        """Asks the shop."""
        self.note("looks up at the shop")
        found = self.caller.look_up(tool, key, seconds)
        self.note("has looked up at the shop")
        return found


class _Unsigned:
    """The shop checks no signatures here."""

    def header(self, tenant: TenantId, body: bytes, now: datetime) -> str:
        """No signature."""
        return "none"
