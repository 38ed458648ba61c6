"""One run: a stage, a crew that is killed, a rest, and what is found then."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from benchmarks.action_cloud import create_queue, emulator_in, items_of, shop_in
from benchmarks.kills.board import Board
from benchmarks.kills.crew import SLOTS, Crew
from benchmarks.kills.hurry import VISIBLE_AGAIN_SECONDS
from benchmarks.kills.oracle import Found, is_at_rest, wrongs
from benchmarks.kills.parts import Parts, Where
from benchmarks.kills.shop import DOOR
from benchmarks.kills.wishes import TENANT, Plan
from benchmarks.kills.worker import want
from helpdesk.actions import Action
from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger
from helpdesk.clock import period_of, utc_now
from helpdesk.errors import HelpdeskError
from helpdesk.usage import SHARDS, UsageEvent
from local.emulator import REGION, Emulator

_WISHES_A_KILL = 4
_FIRST_WISHES = 20
_FREEZES = 0.08
_FAULTS = 0.35
_MOST_PAUSE_SECONDS = 0.15
_REST_SECONDS = 240.0
_PAGE = 1_000

_ANYWHERE = ("error_before", "error_after", "drop_before", "drop_after", "hang", "late", "garbage")
_BY_PATH = {
    # A careful provider takes a request that its network repeats for one.
    "/refunds": (*_ANYWHERE, "twice"),
    f"{DOOR}/refunds": _ANYWHERE,
    f"{DOOR}/refunds/by-key/*": ("error_before", "drop_before", "garbage"),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to."""

    kills: Counter[tuple[str, str]]
    frozen: int
    faults: Counter[str]
    found: Found
    wrongs: Sequence[str]
    disturbed_seconds: float
    rest_seconds: float

    @property
    def verdict(self) -> str:
        """The run in a sentence."""
        twice = sum(times > 1 for times in self.found.paid.values())
        lost = sum(not is_at_rest(action) for action in self.found.actions)
        return (
            f"{self.kills.total()} kills, {self.frozen} freezes, {self.faults.total()} faults; "
            f"{len(self.found.actions)} actions, {len(self.found.refunds)} refunds: "
            f"{twice} paid twice, {lost} lost, {len(self.wrongs)} wrongs in all "
            f"({self.disturbed_seconds:.0f} s, and {self.rest_seconds:.0f} s to come to rest)."
        )


def run(kills: int, seed: int, folder: Path) -> Ended:
    """Lives through it."""
    chance = random.Random(seed)
    plan = Plan(seed, _FIRST_WISHES + kills * _WISHES_A_KILL)
    plan.fill(folder / "shop.sqlite")
    with (
        emulator_in(folder / "emulator") as emulator,
        shop_in(folder, "benchmarks.kills.shop") as shop,
    ):
        queue = create_queue(emulator, "actions", VISIBLE_AGAIN_SECONDS)
        where = Where(emulator.endpoint_url, REGION, queue, shop, folder / "board")
        board = Board(where.board, SLOTS)
        board.write(0, str(_FIRST_WISHES))
        parts = Parts(where)
        parts.sign_up(TENANT)
        for tool in plan.tools(shop):
            parts.tools.put(tool)
        crew = Crew(where, plan, board, chance)
        faults: Counter[str] = Counter()
        try:
            crew.start()
            began = time.monotonic()
            for number in range(kills):
                board.write(0, str(_FIRST_WISHES + number * _WISHES_A_KILL))
                crew.kill_one()
                if chance.random() < _FREEZES:
                    crew.freeze_one()
                if chance.random() < _FAULTS:
                    faults[_misbehave(shop, chance)] += 1
                time.sleep(chance.uniform(0, _MOST_PAUSE_SECONDS))
            disturbed = time.monotonic() - began
            _come_to_rest(crew, parts, plan, shop)
        finally:
            crew.stop()
        rested = time.monotonic() - began - disturbed
        found = _look(emulator, parts, shop)
        all_wrongs = [*wrongs(found, parts.actions), *_deaths(crew)]
        board.close()
    return Ended(crew.kills, crew.frozen, faults, found, all_wrongs, disturbed, rested)


def _misbehave(shop: str, chance: random.Random) -> str:
    path = chance.choice(list(_BY_PATH))
    fault = chance.choice(_BY_PATH[path])
    body = {"path": path, "fault": fault, "times": chance.randint(1, 3)}
    httpx2.put(f"{shop}/faults", json=body, trust_env=False).raise_for_status()
    return fault


def _come_to_rest(crew: Crew, parts: Parts, plan: Plan, shop: str) -> None:
    """Nobody is killed any more; what was wanted is wanted until it is understood."""
    httpx2.delete(f"{shop}/faults", trust_env=False).raise_for_status()
    crew.retire("proposer")
    for number in range(plan.count):
        with suppress(HelpdeskError):
            want(parts, plan.wish(number))
    crew.rest(lambda: all(map(is_at_rest, _all(parts))), _REST_SECONDS)


def _look(emulator: Emulator, parts: Parts, shop: str) -> Found:
    counters = {
        item["counter"]["S"]: int(item["used"]["N"])
        for item in items_of(emulator, "actions")
        if "counter" in item
    }
    return Found(
        actions=_all(parts),
        refunds=httpx2.get(f"{shop}/ledger", trust_env=False).json()["refunds"],
        bills=_bills(DynamoDBLedger(emulator.client("dynamodb"), "ledger", "books")),
        counters=counters,
    )


def _all(parts: Parts) -> list[Action]:
    found: list[Action] = []
    cursor: str | None = None
    while True:
        page = parts.actions.page(TENANT, _PAGE, cursor)
        found += page.items
        if (cursor := page.next_cursor) is None:
            return found


def _bills(ledger: DynamoDBLedger) -> list[UsageEvent]:
    period = period_of(utc_now())
    return [
        event
        for shard in range(SHARDS)
        for page in ledger.pages(TENANT, period, shard)
        for event in page
    ]


def _deaths(crew: Crew) -> Sequence[str]:
    return [f"{crew.died_alone} processes died by themselves"] if crew.died_alone else []
