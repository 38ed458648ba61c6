"""A tenant's endpoint in the simulation: it pays, and fails, answers late or not at all.

What it has done is kept apart from what it said: ``paid`` is the truth that the oracle asks.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.action_steps import LATE
from helpdesk.tool_calls import Answered, LookedUp, NeverSeen, NoAnswer, NotSent, ToolReply
from helpdesk.tools import Arguments, Tool
from tests.simulation.clock import SimulatedClock
from tests.simulation.scheduler import Scheduler

FAULTS = (
    "refused",
    "error_before",
    "error_after",
    "drop_before",
    "drop_after",
    "not_sent",
    "late",
    "garbage",
    "twice",
    "busy",
    "in_progress",
)


@dataclass(frozen=True)
class Payment:
    """A refund that was paid."""

    key: str
    order: str
    customer: str
    cents: int
    day: str


@dataclass(frozen=True)
class _Late:
    due: datetime
    tool: Tool
    arguments: Arguments
    key: str


class Provider:
    """A ToolCaller whose other end is simulated, too. ``faults`` is the share of odd replies."""

    def __init__(
        self, scheduler: Scheduler, clock: SimulatedClock, chance: random.Random, faults: float
    ) -> None:
        self.paid: list[Payment] = []
        self.met: Counter[str] = Counter()
        self.faults = faults
        self._scheduler = scheduler
        self._clock = clock
        self._chance = chance
        self._outcomes: dict[str, Answered] = {}
        self._under_way: list[_Late] = []

    def call(self, tool: Tool, arguments: Arguments, key: str, seconds: float) -> ToolReply:
        """Calls the endpoint."""
        self._scheduler.pause("calls")
        self._arrive_late()
        reply = self._reply(tool, arguments, key)
        self._scheduler.pause(f"hears {reply}")
        return reply

    def look_up(self, tool: Tool, key: str, seconds: float) -> LookedUp:
        """Asks what became of a key."""
        self._scheduler.pause("looks up")
        self._arrive_late()
        if self._chance.random() < self.faults:
            self.met["look_up_fails"] += 1
            return NoAnswer("hung") if self._chance.random() < 0.5 else Answered(500, None)
        return self._outcomes.get(key, NeverSeen())

    def settle_late(self) -> None:
        """Everything that is still under way arrives."""
        for late in self._under_way:
            self._handle(late.tool, late.arguments, late.key)
        self._under_way.clear()

    def _reply(self, tool: Tool, arguments: Arguments, key: str) -> ToolReply:
        fault = self._chance.choice(FAULTS) if self._chance.random() < self.faults else "none"
        self.met[fault] += 1
        match fault:
            case "refused":
                return self._keep(tool, key, Answered(422, {"message": "No."}))
            case "error_before":
                return Answered(self._chance.choice([500, 502, 503]), None)
            case "error_after":
                self._handle(tool, arguments, key)
                return Answered(500, None)
            case "drop_before":
                return NoAnswer("dropped")
            case "drop_after":
                self._handle(tool, arguments, key)
                return NoAnswer("dropped")
            case "not_sent":
                return NotSent("refused connection")
            case "late":
                later = timedelta(seconds=self._chance.uniform(1, LATE.total_seconds()))
                self._under_way.append(_Late(self._clock() + later, tool, arguments, key))
                return NoAnswer("timed out")
            case "garbage":
                self._handle(tool, arguments, key)
                return Answered(200, None)
            case "twice" if tool.idempotency == "key":
                self._handle(tool, arguments, key)
            case "busy":
                return Answered(429, None)
            case "in_progress" if tool.idempotency == "key":
                return Answered(409, {"message": "The first request is under way."})
        return self._handle(tool, arguments, key)

    def _handle(self, tool: Tool, arguments: Arguments, key: str) -> Answered:
        """The endpoint does its work: it knows its keys only where it says so."""
        if tool.idempotency == "key" and key in self._outcomes:
            return self._outcomes[key]
        cents = round(float(arguments["amount"]) * 100)
        day = self._clock().date().isoformat()
        self.paid.append(Payment(key, arguments["order_id"], arguments["customer_id"], cents, day))
        return self._keep(tool, key, Answered(201, {"refund": f"re_{len(self.paid)}"}))

    def _keep(self, tool: Tool, key: str, outcome: Answered) -> Answered:
        if tool.idempotency == "none":
            return outcome
        return self._outcomes.setdefault(key, outcome)

    def _arrive_late(self) -> None:
        arrived = [late for late in self._under_way if late.due <= self._clock()]
        self._under_way = [late for late in self._under_way if late not in arrived]
        for late in arrived:
            self._handle(late.tool, late.arguments, late.key)
