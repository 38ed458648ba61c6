"""What metering adds to a chat turn: ``python -m benchmarks.metering``.

Turns are settled over an emulator's tables with and without their usage event and its note, by
turns; then the events are posted. Each call to AWS is counted. All of it happens after the answer's
last token: what a customer waits for is the first.
"""

import argparse
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.action_cloud import emulator_in
from benchmarks.action_costs import Counts, Meter
from benchmarks.first_token import percentile_of
from helpdesk.adapters.dynamodb.books import DynamoDBBooks
from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.turn_settlement import settle_turn
from helpdesk.adapters.dynamodb.usage_items import UsageTables
from helpdesk.adapters.dynamodb.writes import Write
from helpdesk.billing.posting import PostingUsage
from helpdesk.charging import Charge, charge
from helpdesk.clock import utc_now
from helpdesk.conversations import Citation, Conversation, ConversationStatus, Timing, Turn
from helpdesk.conversations import TurnStatus as Status
from helpdesk.ids import ConversationId, DocumentId, TenantId, TurnId, new_id
from helpdesk.model import TokenUsage
from helpdesk.plan_book import PLANS
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tariffs import Tariff

TENANT = TenantId("ten_bench")
METERED, UNMETERED = "with its usage event", "without"
_USED = TokenUsage("gpt-5-mini", 2_400, 180, 1_024)
_ANSWER = "You have 60 days from delivery to send any unused item back. [1] " * 6
_USAGE = UsageTables("ledger", "books")


@dataclass(frozen=True, slots=True)
class Unmetered(Database):
    """A database that writes no usage."""

    def write_all(self, *writes: Write) -> None:
        """Does the writes that are not for billing."""
        unbilled = [write for write in writes if write.table == "conversations"]
        super(Unmetered, self).write_all(*unbilled)


def main() -> int:
    """Prints how long settling takes, what is written and what that costs at AWS."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.metering", description=__doc__)
    parser.add_argument("--turns", type=int, default=500, help="of each kind (500)")
    given = parser.parse_args()
    out = Console()
    with TemporaryDirectory() as folder, emulator_in(Path(folder)) as emulator:
        client = emulator.client("dynamodb")
        meter = Meter(client)
        charges, seconds = _settle_all(client, meter, given.turns)
        _post_all(client, meter, charges)
    out.print(_settling(seconds, meter.counts))
    out.print(_posting(meter.counts, given.turns))
    return 0


def _settle_all(
    client: Any, meter: Meter, turns: int
) -> tuple[Sequence[Charge], dict[str, list[float]]]:
    log = DynamoDBConversations(client, "conversations", "ledger", "books")
    databases = {METERED: Database(client), UNMETERED: Unmetered(client)}
    seconds: dict[str, list[float]] = {METERED: [], UNMETERED: []}
    charges = []
    for _ in range(turns):
        for kind, database in databases.items():
            meter.doing = "preparing"
            turn, charged = _begun(log)
            meter.doing = kind
            seconds[kind].append(_timed(partial(_settle, database, turn, charged)))
            if kind == METERED:
                charges.append(charged)
    return charges, seconds


def _begun(log: DynamoDBConversations) -> tuple[Turn, Charge]:
    now = utc_now()
    conversation = ConversationId(new_id("conv", now))
    turn_id = TurnId(new_id("turn", now))
    turn = Turn(TENANT, conversation, turn_id, Status.RUNNING, "How long may I keep it?", now)
    log.claim(turn, Conversation(TENANT, conversation, ConversationStatus.BOT, now, now))
    charged = charge(turn, _USED, Tariff(PLANS["pro"], PRICE_BOOK), opens_conversation=True)
    return turn, charged


def _settle(database: Database, turn: Turn, charged: Charge) -> None:
    document = DocumentId(new_id("doc", turn.started_at))
    cited = Citation(secrets.token_hex(4), document, "Returns", None, "How long", 1, _ANSWER[:200])
    settled = replace(
        turn,
        status=Status.SETTLED,
        answer=_ANSWER,
        deltas=(8,) * (len(_ANSWER) // 8),
        sources=(cited,) * 6,
        citations=(cited,),
        finish_reason="answered",
        usage=charged.usage,
        timing=Timing(180, 900),
    )
    settle_turn(database, "conversations", _USAGE, settled, charged.event)


def _post_all(client: Any, meter: Meter, charges: Sequence[Charge]) -> None:
    """Half of them one by one, as at a quiet hour; half at once, as the stream does when busy."""
    posting = PostingUsage(DynamoDBBooks(client, "books"))
    events = [charged.event for charged in charges]
    half = len(events) // 2
    meter.doing = "posted one by one"
    for event in events[:half]:
        posting.post([event])
    meter.doing = "posted at once"
    posting.post(events[half:])


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _settling(seconds: dict[str, list[float]], counts: dict[str, Counts]) -> Table:
    table = Table("a turn is settled", "p50", "p95", "p99", "items", "write units", "dollars")
    for kind, each in seconds.items():
        waits = [f"{percentile_of(each, p) * 1000:.1f} ms" for p in (50, 95, 99)]
        table.add_row(kind, *waits, *_per_turn(counts[kind], len(each)))
    ratio = [
        f"{percentile_of(seconds[METERED], p) / percentile_of(seconds[UNMETERED], p):.2f}"
        for p in (50, 95, 99)
    ]
    table.add_row("ratio", *ratio, "", "", "")
    return table


def _posting(counts: dict[str, Counts], turns: int) -> Table:
    table = Table("afterwards, a turn", "items", "write units", "dollars")
    half = turns // 2
    for kind, posted in (("posted one by one", half), ("posted at once", turns - half)):
        table.add_row(kind, *_per_turn(counts[kind], posted))
    return table


def _per_turn(counts: Counts, turns: int) -> list[str]:
    items, units = counts.of["items"] / turns, counts.of["write units"] / turns
    return [f"{items:.2f}", f"{units:.2f}", f"{counts.dollars / turns:.8f}"]


if __name__ == "__main__":
    raise SystemExit(main())
