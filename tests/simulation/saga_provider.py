"""A tenant's endpoints for processes: shipments, refunds, and what undoes them."""

import random
from dataclasses import dataclass

from helpdesk.tool_calls import Answered
from helpdesk.tools import Arguments, Tool
from tests.simulation.clock import SimulatedClock
from tests.simulation.provider import Provider
from tests.simulation.scheduler import Scheduler

UNDOES = {"restore_shipment": "cancel_shipment", "charge_again": "refund_order"}


@dataclass(frozen=True)
class Effect:
    """Something that was done at the tenant's systems."""

    key: str
    tool: str
    order: str
    cents: int


class SagaProvider(Provider):
    """``done`` is the truth that the oracle asks; ``cancelled`` are the orders that don't ship."""

    def __init__(
        self, scheduler: Scheduler, clock: SimulatedClock, chance: random.Random, faults: float
    ) -> None:
        super().__init__(scheduler, clock, chance, faults)
        self.done: list[Effect] = []
        self.cancelled: set[str] = set()

    def _handle(self, tool: Tool, arguments: Arguments, key: str) -> Answered:
        if tool.idempotency == "key" and key in self._outcomes:
            return self._outcomes[key]
        order = arguments["order_id"]
        if tool.name == "cancel_shipment":
            if order in self.cancelled:
                return self._keep(tool, key, Answered(422, {"message": "Cancelled before."}))
            self.cancelled.add(order)
        if tool.name == "restore_shipment":
            if order not in self.cancelled:
                return self._keep(tool, key, Answered(422, {"message": "It is not cancelled."}))
            self.cancelled.remove(order)
        cents = round(float(arguments.get("amount", "0")) * 100)
        self.done.append(Effect(key, tool.name, order, cents))
        return self._keep(tool, key, Answered(201, {"done": len(self.done)}))
