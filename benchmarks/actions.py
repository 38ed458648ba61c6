"""What "exactly once" costs: ``python -m benchmarks.actions``.

The sample shop is asked for refunds directly, and by actions: proposed and claimed, queued,
executed and settled, over an emulator's tables and queue; both by turns, in one process without
Lambda, so that what is measured is our own work and the tables'. Each call to AWS is counted.
``--staged 30`` adds that many through the HTTP API of a stage, functions and all.
"""

import argparse
import asyncio
import json
import os
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.action_cloud import create_queue, emulator_in, shop_in
from benchmarks.action_costs import Counts, Meter
from benchmarks.first_token import percentile_of
from benchmarks.kills.parts import Parts, Where
from benchmarks.staged_actions import staged
from helpdesk.acting import Proposal
from helpdesk.actions import Action, ActionStatus
from helpdesk.adapters.outbound_http import CONNECT_SECONDS
from helpdesk.clock import utc_now
from helpdesk.events import ActionWork
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.tools import Confirmation, Endpoint, Limit, Tool
from local.emulator import REGION
from local.shop.database import Database
from local.shop.tools import tools

TENANT = TenantId("ten_bench")
FLOWS: dict[str, Confirmation] = {"policy alone": "none", "the customer confirms": "customer"}
BARE, BARE_KEPT = "bare call", "bare call, connection kept"
WHOLE = "whole action"
_PERCENTILES = (50, 95, 99)
_WARM_UP = 20
_VISIBLE_AGAIN_SECONDS = 60
_AMOUNT = "1.00"
_TIMEOUT_SECONDS = 10.0
_ORDERS_A_CUSTOMER = 50


@dataclass(slots=True)
class Measured:
    """Seconds by what was done."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Adds how long it takes."""
        began = time.perf_counter()
        yield
        self.seconds.setdefault(what, []).append(time.perf_counter() - began)

    def ms(self, what: str, percentile: int) -> float:
        """A percentile in milliseconds."""
        return 1000 * percentile_of(self.seconds[what], percentile)


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.actions", description=__doc__)
    parser.add_argument("--actions", type=int, default=200, help="of each kind")
    parser.add_argument("--staged", type=int, default=0, help="how many through a stage's API")
    given = parser.parse_args()
    count: int = given.actions
    out = Console()
    load = os.getloadavg()[0]
    with TemporaryDirectory() as folder:
        measured, meter = _measure(count, Path(folder))
        if given.staged:
            through_api = staged(out, given.staged, Path(folder) / "stage")
            measured.seconds["stage: the API has answered"] = through_api.answered
            measured.seconds["stage: proposed until settled"] = through_api.settled
    out.print(_times(measured))
    out.print(_costs(meter, count))
    out.print(f"{count} actions of each kind; load {load:.1f} on {os.cpu_count()} cores before.")
    return 0


def _measure(count: int, folder: Path) -> tuple[Measured, Meter]:
    _fill(folder / "shop.sqlite", _WARM_UP + count)
    with emulator_in(folder / "emulator") as emulator, shop_in(folder) as shop:
        queue = create_queue(emulator, "actions", _VISIBLE_AGAIN_SECONDS)
        where = Where(emulator.endpoint_url, REGION, queue, shop, folder / "board")
        parts = Parts(where)
        parts.sign_up(TENANT)
        for flow, confirmation in FLOWS.items():
            parts.tools.put(_tool(shop, flow, confirmation))
        meter = Meter(parts.dynamodb, parts.sqs)
        with httpx2.Client(trust_env=False, timeout=_TIMEOUT_SECONDS) as client:
            bench = _Bench(parts, meter, queue, shop, client)
            for number in range(-_WARM_UP, count):
                if number == 0:
                    bench.measured.seconds.clear()
                    meter.counts.clear()
                bench.round(_WARM_UP + number)
        return bench.measured, meter


@dataclass(slots=True)
class _Bench:
    parts: Parts
    meter: Meter
    queue: str
    shop: str
    client: httpx2.Client
    measured: Measured = field(default_factory=Measured)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def round(self, number: int) -> None:
        """A refund in each way."""
        order, customer = _order(number)
        body = json.dumps({"order_id": order, "amount": _AMOUNT, "customer_id": customer}).encode()
        with self.measured.timing(BARE_KEPT):
            self._paid(self._kept(f"kept {number}", body))
        with self.measured.timing(BARE):
            self._paid(asyncio.run(self._bare(f"bare {number}", body)))
        for flow in FLOWS:
            with self.measured.timing(f"{WHOLE}: {flow}"):
                work = self._act(flow, order, customer)
            self._relay(flow, work)

    def _act(self, flow: str, order: str, customer: str) -> ActionWork:
        parts, timing = self.parts, self.measured.timing
        arguments = {"order_id": order, "amount": _AMOUNT}
        wish = Proposal(TENANT, _name(flow), arguments, f"{flow} {order}", customer)
        self.meter.doing = f"{flow}: propose, claim and queue"
        with timing(self.meter.doing):
            action = parts.acting.propose(wish)
            if action.status is ActionStatus.AWAITING_CONFIRMATION:
                action = parts.acting.decide(TENANT, action.id, "approve", "customer")
        self.meter.doing = f"{flow}: receive and delete the message"
        with timing(self.meter.doing):
            answer = parts.sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=1)
        (message,) = answer["Messages"]
        work = ActionWork.model_validate_json(message["Body"])
        self.meter.doing = f"{flow}: execute and settle"
        with timing(self.meter.doing):
            done = parts.execution.run(work.tenant, work.action)
        self.meter.doing = f"{flow}: receive and delete the message"
        parts.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        _require_done(action, done)
        return work

    def _relay(self, flow: str, work: ActionWork) -> None:
        """What the outbox costs beside; nobody waits for it."""
        self.meter.doing = f"{flow}: the outbox"
        self.parts.reconciling.queue([work])

    def _kept(self, key: str, body: bytes) -> httpx2.Response:
        return self.client.post(f"{self.shop}/refunds", headers=_headers(key), content=body)

    async def _bare(self, key: str, body: bytes) -> httpx2.Response:
        """As the adapter asks: a client of its own for each call."""
        timeout = httpx2.Timeout(_TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        client = httpx2.AsyncClient(
            verify=self.tls, timeout=timeout, trust_env=False, follow_redirects=False
        )
        async with client:
            return await client.post(f"{self.shop}/refunds", headers=_headers(key), content=body)

    def _paid(self, answer: httpx2.Response) -> None:
        if answer.status_code != 201:
            raise RuntimeError(f"the shop answered {answer.status_code}: {answer.text}")


def _require_done(action: Action, done: Action | None) -> None:
    if done is None or done.id != action.id or done.status is not ActionStatus.SUCCEEDED:
        raise RuntimeError(f"{action.id} was not done: {done}")


def _headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key, "Content-Type": "application/json"}


def _fill(shop: Path, orders: int) -> None:
    with Database(shop).transaction() as connection:
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, 'delivered', NULL, '2026-10-01', 10000, NULL)",
            [_order(number) for number in range(orders)],
        )


def _order(number: int) -> tuple[str, str]:
    return f"LF-{2000 + number}", f"cus_b{number // _ORDERS_A_CUSTOMER}"


def _name(flow: str) -> str:
    return f"refund_{FLOWS[flow]}"


def _tool(shop: str, flow: str, confirmation: Confirmation) -> Tool:
    """The sample shop's own tool, as it is registered."""
    body = tools(shop)["refund_order"]
    limits = [
        Limit(each["field"], Money.of(each["max"]["amount"], "EUR"), each["per"])
        for each in body["limits"]
    ]
    return Tool(
        tenant=TENANT,
        name=_name(flow),
        description=body["description"],
        parameters=body["parameters"],
        effect="write",
        endpoint=Endpoint(**body["endpoint"]),
        updated_at=utc_now(),
        confirmation=confirmation,
        idempotency="key",
        limits=tuple(limits),
        order_field=body["order_field"],
        end_user_field=body["end_user_field"],
        examples=tuple(body["examples"]),
    )


def _times(measured: Measured) -> Table:
    table = Table(title="A refund, in ms")
    table.add_column("")
    for column in (*(f"p{each}" for each in _PERCENTILES), "times the bare call, p50"):
        table.add_column(column, justify="right")
    for what in measured.seconds:
        figures = [measured.ms(what, percentile) for percentile in _PERCENTILES]
        table.add_row(
            what, *(f"{each:.1f}" for each in figures), f"{figures[0] / measured.ms(BARE, 50):.1f}"
        )
    return table


_COUNTED: Sequence[str] = ("transactions", "items", "write units", "reads", "read units")


def _costs(meter: Meter, count: int) -> Table:
    table = Table(title="What an action asks of AWS")
    table.add_column("")
    for column in (*_COUNTED, "queue requests", "$ per million"):
        table.add_column(column, justify="right")
    for flow in FLOWS:
        total = Counts()
        for doing, counts in meter.counts.items():
            if doing.startswith(f"{flow}: "):
                total.of.update(counts.of)
                _add_row(table, doing, counts, count)
        _add_row(table, f"{flow}: all", total, count)
    return table


def _add_row(table: Table, what: str, counts: Counts, count: int) -> None:
    figures = [f"{counts.of[each] / count:.1f}" for each in (*_COUNTED, "queue requests")]
    table.add_row(what, *figures, f"{1e6 * counts.dollars / count:.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
