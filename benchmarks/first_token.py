"""How long until the first token: a model asked directly, and through the platform."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

_TIMEOUT_SECONDS = 30.0
_QUESTIONS_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Door:
    """A streaming endpoint: what to post where, and what marks the first token in the stream."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]
    first_token: str


@dataclass(frozen=True, slots=True)
class Waits:
    """First-token times in seconds, of the same number of questions at each door."""

    direct: list[float]
    platform: list[float]

    def overhead_ms(self, percentile: int) -> float:
        """What the platform adds at a percentile, in milliseconds."""
        return 1000 * (
            percentile_of(self.platform, percentile) - percentile_of(self.direct, percentile)
        )

    def ratio(self, percentile: int) -> float:
        """How many times as long the platform takes as the model alone."""
        return percentile_of(self.platform, percentile) / percentile_of(self.direct, percentile)


async def measure(direct: Door, platform: Door, chats: int, rounds: int) -> Waits:
    """Asks the two doors by turns, each time with so many chats going on at once."""
    waits = Waits([], [])
    limits = httpx2.Limits(max_keepalive_connections=2 * chats)
    async with httpx2.AsyncClient(
        trust_env=False, limits=limits, timeout=_TIMEOUT_SECONDS
    ) as client:
        await _ask_all(client, direct, chats)
        await _ask_all(client, platform, chats)
        for _ in range(rounds):
            waits.direct.extend(await _ask_all(client, direct, chats))
            waits.platform.extend(await _ask_all(client, platform, chats))
    return waits


def percentile_of(seconds: Sequence[float], percentile: int) -> float:
    """A percentile, from 1 to 99."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[percentile - 1]


async def _ask_all(client: httpx2.AsyncClient, door: Door, chats: int) -> list[float]:
    async def one_chat() -> list[float]:
        return [await _first_token_seconds(client, door) for _ in range(_QUESTIONS_IN_A_ROW)]

    return [
        wait for chat in await asyncio.gather(*(one_chat() for _ in range(chats))) for wait in chat
    ]


async def _first_token_seconds(client: httpx2.AsyncClient, door: Door) -> float:
    begin = time.perf_counter()
    seen, wait = "", 0.0
    async with client.stream("POST", door.url, json=door.body, headers=door.headers) as answer:
        answer.raise_for_status()
        async for piece in answer.aiter_text():
            seen += piece
            if not wait and door.first_token in seen:
                wait = time.perf_counter() - begin
    if not wait:
        raise RuntimeError(f"no answer from {door.url}: {seen[-300:]}")
    return wait
