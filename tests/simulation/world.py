"""The simulated world: customers, models, colleagues, workers and a queue around the real code.

Everything that proposes, decides and executes is the product's; the tables are the fake that the
contract suite holds to DynamoDB's behaviour, and each call to them is a step at which the
scheduler may let others run or kill the caller.
"""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from helpdesk.acting import Acting, Decision, Proposal
from helpdesk.action_changes import ActionChange
from helpdesk.action_events import Decider, Place
from helpdesk.action_policy import WhenOver
from helpdesk.actions import Action, ActionStatus
from helpdesk.approvals import Approvals
from helpdesk.errors import Conflict, HelpdeskError, Unavailable
from helpdesk.events import ApprovalProcess
from helpdesk.execution import Execution
from helpdesk.ids import ActionId, ConversationId, TenantId, TurnId
from helpdesk.money import Money
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from helpdesk.tools import Confirmation, Endpoint, Idempotency, Limit, Tool
from tests.fakes.actions import MemoryActions
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.schema import AnyArguments
from tests.fakes.tariffs import flat_tariffs
from tests.fakes.tools import MemoryTools
from tests.simulation.clock import SimulatedClock
from tests.simulation.provider import Provider
from tests.simulation.scheduler import Scheduler

TENANT = TenantId("ten_sim")
ORDERS = {"cus_ada": ("LF-1001", "LF-1002"), "cus_ben": ("LF-2001", "LF-2002")}
PER_ACTION, PER_ORDER, PER_CUSTOMER, PER_DAY = "60.00", "80.00", "100.00", "150.00"


class SteppedActions(MemoryActions):
    """The tables; each call is a step, and a write may be followed by death or by silence."""

    def __init__(
        self, scheduler: Scheduler, clock: SimulatedClock, chance: random.Random, faults: float
    ) -> None:
        super().__init__()
        self.faults = faults
        self._clock = clock
        self._scheduler = scheduler
        self._chance = chance

    def record(self, change: ActionChange) -> Action | None:
        """Writes a change, or fails before or after it."""
        self._scheduler.pause("writes")
        self._maybe_silent()
        first = super().record(change)
        self._scheduler.pause(f"wrote {change.after.status.value}")
        self._maybe_held_up()
        self._maybe_silent()
        return first

    def get(self, tenant: TenantId, action: ActionId) -> Action:
        """Reads an action."""
        self._scheduler.pause("reads")
        return super().get(tenant, action)

    def get_many(
        self, tenant: TenantId, actions: Collection[ActionId]
    ) -> Mapping[ActionId, Action]:
        """Reads several actions."""
        self._scheduler.pause("reads many")
        return super().get_many(tenant, actions)

    def proposed_by(self, tenant: TenantId, request_key: str) -> Action | None:
        """Reads what a request proposed."""
        self._scheduler.pause("reads the request")
        return super().proposed_by(tenant, request_key)

    def _maybe_held_up(self) -> None:
        """The process sleeps, perhaps beyond what was its own to do."""
        if self._chance.random() < self.faults / 4:
            self._clock.forward(timedelta(seconds=self._chance.choice([5, 15, 25, 40, 90])))
            self._scheduler.pause("was held up")

    def _maybe_silent(self) -> None:
        if self._chance.random() < self.faults / 4:
            raise Unavailable("The database does not answer.")


class World:
    """One schedule's world."""

    def __init__(self, seed: int, faults: float = 0.5, deaths: float = 0.02) -> None:
        self.chance = random.Random(seed)
        self.clock = SimulatedClock()
        self.scheduler = Scheduler(self.chance, deaths)
        self.provider = self.a_provider(faults)
        self.actions = SteppedActions(self.scheduler, self.clock, self.chance, faults)
        self.queue: list[tuple[TenantId, ActionId]] = []
        self.queue_fails = 0.3
        self.tool, *others = self.some_tools()
        tools = MemoryTools()
        for tool in (self.tool, *others):
            tools.put(tool)
        self.acting = Acting(
            self.actions,
            self,
            tools,
            AnyArguments(),
            flat_tariffs(),
            self.clock,
            self.chance.randbytes,
        )
        self.execution = Execution(
            self.actions,
            self,
            self.provider,
            Sagas(SagaSteps(self.actions, self, tools, AnyArguments(), flat_tariffs(), self.clock)),
            flat_tariffs(),
            self.clock,
            self.chance.randbytes,
        )
        self.approvals = Approvals(self.actions, MemoryEventBus(), flat_tariffs(), self.clock)
        self._turns = 0

    def a_provider(self, faults: float) -> Provider:
        """The tenant's endpoint."""
        return Provider(self.scheduler, self.clock, self.chance, faults)

    def some_tools(self) -> Sequence[Tool]:
        """The tenant's tools; the first is what customers wish for."""
        return [_tool(self.chance)]

    def run(self) -> None:
        """Lives through the schedule: bursts of work with time passing between them."""
        for burst in range(self.chance.randint(3, 7)):
            for customer in ORDERS if burst < 2 else ():
                self._spawn_customer(customer)
            for action in self._waiting_for_colleagues():
                self._spawn_colleagues(action)
            self._spawn("relay", self._relay)
            for number in range(2):
                self._spawn(f"worker {number}", self._work)
            self.scheduler.run()
            self._let_time_pass()

    def come_to_rest(self) -> None:
        """Nothing fails any more, and everybody goes on until there is nothing left to do."""
        self.actions.faults = self.provider.faults = 0.0
        for hours in (*[0.2] * 120, *[2] * 40):
            self._relay()
            self._reconcile()
            while self.queue:
                self._take(self.queue.pop(0))
            if not any(action.due_at for action in self.all_actions()):
                self.provider.settle_late()
                return
            self.clock.forward(timedelta(hours=hours))
        raise AssertionError("the world never comes to rest")

    def send(self, actions: Sequence[Action]) -> None:
        """The queue as a claimer reaches it, or does not."""
        self.scheduler.pause("queues")
        if self.chance.random() < self.queue_fails:
            raise Unavailable("The queue does not answer.")
        self.queue += [(action.tenant, action.id) for action in actions]

    def all_actions(self) -> list[Action]:
        """Every action that there is."""
        return list(self.actions.page(TENANT, 10_000, None).items)

    def _spawn(self, name: str, work: Callable[[], None]) -> None:
        self.scheduler.spawn(name, work)

    def _spawn_customer(self, customer: str) -> None:
        """Wants refunds; the client retries, and the model calls the same tool again and again."""
        order = self.chance.choice(ORDERS[customer])
        amount = self.chance.choice(["10.00", "30.00", "50.00", PER_ACTION, "60.01", "80.00"])
        self._turns += 1
        place = Place(ConversationId(f"conv_{customer}"), TurnId(f"turn_{self._turns}"))
        request = f"{customer} {order} {self.chance.randint(1, 3)}"
        arguments = {"order_id": order, "amount": amount}
        over: WhenOver = self.chance.choice(["refuse", "ask"])
        wish = Proposal(TENANT, self.tool.name, arguments, request, customer, place, over)
        for number in range(self.chance.randint(1, 3)):
            self._spawn(f"{customer} {number}", lambda: self._want(wish))

    def _want(self, wish: Proposal) -> None:
        for _ in range(2):
            with suppress(HelpdeskError):
                action = self.acting.propose(wish)
                if action.status is ActionStatus.AWAITING_CONFIRMATION:
                    self._answer(action, wish.over_limit)
                return

    def _answer(self, action: Action, over_limit: WhenOver) -> None:
        right: Decider = action.asked_of or "customer"
        by: Decider = right if self.chance.random() < 0.9 else "customer"
        decision: Decision = "reject" if self.chance.random() < 0.1 else "approve"
        if self.chance.random() < 0.1:
            self.clock.forward(timedelta(minutes=31))
        self.acting.decide(
            TENANT, action.id, decision, by, place=action.place, over_limit=over_limit
        )

    def _waiting_for_colleagues(self) -> list[Action]:
        return [
            action
            for action in self.all_actions()
            if action.status is ActionStatus.AWAITING_CONFIRMATION and action.asked_of == "agent"
        ]

    def _spawn_colleagues(self, action: Action) -> None:
        """Two colleagues who do not know of each other, a customer who says yes, the process."""
        for number in range(2):
            decision: Decision = self.chance.choice(["approve", "reject"])
            self._spawn(f"colleague {number}", partial(self._decide, action, decision, "agent"))
        self._spawn("impatient", lambda: self._decide(action, "approve", "customer"))
        self._spawn("process", lambda: self._see_through(action))

    def _decide(self, action: Action, decision: Decision, by: Decider) -> None:
        with suppress(HelpdeskError):
            self.acting.decide(TENANT, action.id, decision, by, over_limit="ask")

    def _see_through(self, action: Action) -> None:
        """The process until it is decided, as if its waits were over; a task may be repeated."""
        process = ApprovalProcess(tenant=TENANT, action=action.id, remind_after_seconds=(60,))
        for _ in range(5):
            self.scheduler.pause(f"has to {process.next}")
            with suppress(Unavailable):
                process = self.approvals.take(process)

    def _relay(self) -> None:
        """The outbox becomes messages: at least once, in any order, then it is emptied."""
        waiting = list(self.actions.outbox)
        self.chance.shuffle(waiting)
        for work in waiting:
            self.queue.append(work)
            self.scheduler.pause("queued")
            if work in self.actions.outbox:
                self.actions.outbox.remove(work)

    def _work(self) -> None:
        """Takes messages; one that is not finished comes again, and some come twice."""
        for _ in range(self.chance.randint(2, 8)):
            self.scheduler.pause("waits")
            if not self.queue:
                continue
            message = self.queue[self.chance.randrange(len(self.queue))]
            self._take(message)
            if message in self.queue and self.chance.random() < 0.8:
                self.queue.remove(message)

    def _take(self, message: tuple[TenantId, ActionId]) -> None:
        with suppress(Unavailable, Conflict):
            self.execution.run(*message)

    def _reconcile(self) -> None:
        self.queue += [(a.tenant, a.id) for a in self.actions.due(self.clock(), 100)]

    def _let_time_pass(self) -> None:
        self.clock.forward(timedelta(seconds=self.chance.choice([1, 5, 31, 120, 700, 4_000])))
        self._reconcile()


def _tool(chance: random.Random) -> Tool:
    confirmation: Confirmation = chance.choice(["none", "customer", "agent"])
    idempotency: Idempotency = chance.choice(["key", "lookup", "none"])
    look_up = Endpoint("GET", "https://shop.example/refunds/{key}")
    return Tool(
        tenant=TENANT,
        name="refund",
        description="Refund an order.",
        parameters={"type": "object", "properties": {}},
        effect="write",
        endpoint=Endpoint("POST", "https://shop.example/refunds"),
        updated_at=SimulatedClock()(),
        confirmation=confirmation,
        idempotency=idempotency,
        lookup=look_up if idempotency == "lookup" else None,
        limits=(
            Limit("amount", Money.of(PER_ACTION, "EUR"), "action"),
            Limit("amount", Money.of(PER_ORDER, "EUR"), "order"),
            Limit("amount", Money.of(PER_CUSTOMER, "EUR"), "end_user"),
            Limit("amount", Money.of(PER_DAY, "EUR"), "day"),
        ),
        order_field="order_id",
        end_user_field="customer_id",
    )
