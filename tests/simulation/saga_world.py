"""The simulated world with a process of several steps in it, of which each may fail by itself."""

from collections.abc import Sequence

from helpdesk.actions import Action, ActionStatus
from helpdesk.money import Money
from helpdesk.tools import Confirmation, Endpoint, Idempotency, Limit, Tool, ToolStep
from tests.simulation.saga_provider import SagaProvider
from tests.simulation.world import TENANT, World

PAID_PER_ORDER = "50.00"
"""The refunds' own limit: less than what the process may be asked for."""

_CANCEL = ToolStep("cancel_shipment", "restore_shipment")
_PROCESSES = (
    (_CANCEL, ToolStep("refund_order")),
    (_CANCEL, ToolStep("refund_order", "charge_again"), ToolStep("close_order")),
    (ToolStep("refund_order"), _CANCEL),
)
_WITH_AMOUNT = ("refund_order", "charge_again")


class SagaWorld(World):
    """One schedule's world; in every other one colleagues find out what no machine can."""

    provider: SagaProvider

    def a_provider(self, faults: float) -> SagaProvider:
        """The tenant's endpoints."""
        return SagaProvider(self.scheduler, self.clock, self.chance, faults)

    def some_tools(self) -> Sequence[Tool]:
        """A process, and the tools that are its steps and undos."""
        process = self._process(self.chance.choice(_PROCESSES))
        names = [name for step in process.steps for name in (step.tool, step.undo) if name]
        return [process, *map(self._step, names)]

    def come_to_rest(self) -> None:
        """Nothing fails any more, and everybody goes on until there is nothing left to do."""
        super().come_to_rest()
        for _ in range(10 if self.chance.random() < 0.5 else 0):
            unclear = [each for each in self.all_actions() if each.parent and _is_unclear(each)]
            if not unclear:
                return
            for step in unclear:
                self._find_out(step)
            super().come_to_rest()

    def _find_out(self, step: Action) -> None:
        """A colleague looks at the tenant's systems, and says what is true."""
        done = any(effect.key == step.id for effect in self.provider.done)
        self.acting.decide(TENANT, step.id, "approve" if done else "reject", "agent")

    def _process(self, steps: tuple[ToolStep, ...]) -> Tool:
        confirmation: Confirmation = self.chance.choice(["none", "customer", "agent"])
        limit = Limit("amount", Money.of("100.00", "EUR"), "end_user")
        return Tool(
            tenant=TENANT,
            name="cancel_and_refund",
            description="Cancel an order.",
            parameters={"type": "object", "properties": {"order_id": {}, "amount": {}}},
            effect="write",
            endpoint=None,
            updated_at=self.clock(),
            confirmation=confirmation,
            limits=(limit,),
            order_field="order_id",
            end_user_field="customer_id",
            steps=steps,
        )

    def _step(self, name: str) -> Tool:
        idempotency: Idempotency = self.chance.choice(["key", "key", "lookup", "none"])
        look_up = Endpoint("GET", "https://shop.example/done/{key}")
        own = ["order_id", "amount"] if name in _WITH_AMOUNT else ["order_id"]
        limit = Limit("amount", Money.of(PAID_PER_ORDER, "EUR"), "order")
        return Tool(
            tenant=TENANT,
            name=name,
            description=f"{name}.",
            parameters={"type": "object", "properties": {each: {} for each in own}},
            effect="write",
            endpoint=Endpoint("POST", f"https://shop.example/{name}"),
            updated_at=self.clock(),
            confirmation="customer",
            idempotency=idempotency,
            lookup=look_up if idempotency == "lookup" else None,
            limits=(limit,) if name == "refund_order" else (),
            order_field="order_id",
            end_user_field="customer_id",
        )


def _is_unclear(action: Action) -> bool:
    return action.status is ActionStatus.UNKNOWN and action.human_asked
