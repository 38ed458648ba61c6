"""A shop in this process for its rules, and one in a process of its own for its connections."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from local import processes, services
from local.processes import Recorded
from local.settings import HOST, ROOT
from local.shop.app import create_app
from local.shop.database import Database
from tests.conftest import free_port

NOW_SECONDS = 1_795_000_000.0


@dataclass(frozen=True)
class RunningShop:
    """A shop's process and a client of it."""

    http: httpx2.Client
    port: int
    process: Recorded


def run_shop(database: Path, *options: str) -> RunningShop:
    """Starts a shop on a free port and waits until it is open."""
    port, log = free_port(), database.with_suffix(".log")
    running = processes.start(
        [sys.executable, "-m", "local.shop", "--port", str(port), "--database", database, *options],
        environment={},
        cwd=ROOT,
        log=log,
    )
    url = f"http://{HOST}:{port}"
    services.wait_for("shop", lambda: services.answers(f"{url}/health"), running, log)
    return RunningShop(httpx2.Client(base_url=url, trust_env=False), port, running)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "shop.sqlite")


@pytest.fixture
async def http(database: Database):
    transport = httpx2.ASGITransport(create_app(database, now_seconds=lambda: NOW_SECONDS))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    running = run_shop(tmp_path_factory.mktemp("shop") / "shop.sqlite")
    yield running
    running.http.close()
    processes.stop(running.process)
