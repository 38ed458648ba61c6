"""Actions through the HTTP API of a stage of the benchmark's own, with functions, stream and queue
as the emulator has them."""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from cli.client import Client, Json
from cli.settings import Connection
from local import stage
from local.settings import Place, place
from local.shop.seed import ORDERS, SeededOrder
from local.shop.tools import tools

_PORTS_APART = 30
_WARM_UP = 5
_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 30.0
_TOOL = "refund_order"


@dataclass(frozen=True, slots=True)
class Staged:
    """Seconds: until the API has answered, and between the proposal and its end."""

    answered: list[float]
    settled: list[float]


def staged(out: Console, count: int, folder: Path) -> Staged:
    """Refunds by a tool that needs nobody's yes, one after the other."""
    here = Place(place().port + _PORTS_APART, folder)
    measured = Staged([], [])
    stage.up(out, here)
    try:
        with Client(Connection(here.base_url, None)) as nobody:
            signed_up = nobody.post("/v1/tenants", {"name": "Bench", "email": "b@shop.example"})
        with Client(Connection(here.base_url, signed_up["keys"]["secret"])) as tenant:
            tool = {**tools(here.shop_url)[_TOOL], "confirmation": "none"}
            tenant.put(f"/v1/tools/{_TOOL}", tool)
            for number in range(-_WARM_UP, count):
                answered, done = _act(tenant, ORDERS[number % len(ORDERS)])
                if number >= 0:
                    measured.answered.append(answered)
                    measured.settled.append(_seconds_of(done))
    finally:
        stage.down(out, here)
    return measured


def _act(tenant: Client, order: SeededOrder) -> tuple[float, Json]:
    arguments = {"order_id": order.id, "customer_id": order.customer, "amount": "0.50"}
    began = time.perf_counter()
    action = tenant.post("/v1/actions", {"tool": _TOOL, "arguments": arguments})
    answered = time.perf_counter() - began
    ends = time.monotonic() + _PATIENCE_SECONDS
    while action["status"] != "succeeded":
        if time.monotonic() > ends:
            raise RuntimeError(f"{action['id']} is {action['status']}")
        time.sleep(_POLL_SECONDS)
        action = tenant.get(f"/v1/actions/{action['id']}")
    return answered, action


def _seconds_of(action: Json) -> float:
    """By the action's own clock, so that asking for it adds nothing."""
    began, ended = (datetime.fromisoformat(action[at]) for at in ("created_at", "updated_at"))
    return (ended - began).total_seconds()
