"""Status: told by processes that run and a service that answers."""

import io
import sys
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from local import processes, services, stage, state
from local.processes import Recorded
from local.settings import HOST, Place
from local.state import State
from tests.conftest import free_ports


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return Place(free_ports(), tmp_path)


@pytest.fixture
def front(here: Place):
    """A process that answers as a healthy service does."""
    health = here.folder / "site" / "v1" / "health"
    health.parent.mkdir(parents=True)
    health.write_text("{}")
    log = here.folder / "front.log"
    running = processes.start(
        [sys.executable, "-m", "http.server", str(here.port), "--bind", HOST, "-d", "site"],
        environment={},
        cwd=here.folder,
        log=log,
    )
    state.save(here.folder, State(port=here.port, processes={"front": running}))
    url = services.product_health(here)
    services.wait_for("site", lambda: services.answers(url), running, log)
    yield running
    processes.stop(running)


def test_a_stage_that_was_never_up_is_not_healthy(here: Place):
    assert not stage.status(here).healthy


def test_a_stage_is_found_at_the_port_where_it_runs(here: Place, front: Recorded):
    found = stage.status(Place(free_ports(), here.folder))

    assert (found.healthy, found.base_url) == (True, here.base_url)


def test_a_stage_of_which_a_process_was_killed_is_not_healthy(here: Place, front: Recorded):
    assert stage.status(here).healthy

    psutil.Process(front.pid).kill()

    assert not stage.status(here).healthy


def test_a_stage_whose_shop_does_not_answer_is_not_healthy(here: Place, front: Recorded):
    shop = services.start_shop(here)
    known = State(port=here.port, processes={"front": front, "shop": shop})
    state.save(here.folder, known)
    try:
        url = services.shop_health(here)
        services.wait_for("shop", lambda: services.answers(url), shop, here.logs / "shop.log")
        assert stage.status(here).healthy

        psutil.Process(shop.pid).suspend()

        assert not stage.status(here).healthy
    finally:
        processes.stop(shop, grace_seconds=0)
    assert here.shop.exists()


def test_down_stops_the_shop_as_well(here: Place, front: Recorded):
    shop = services.start_shop(here)
    state.save(here.folder, State(port=here.port, processes={"front": front, "shop": shop}))

    stage.down(Console(file=io.StringIO()), here)

    assert not shop.running


def test_down_stops_what_runs_once(here: Place, front: Recorded):
    said = Console(record=True)

    stage.down(said, here)
    stage.down(said, here)

    assert not front.running
    assert said.export_text().splitlines() == ["Stopped: front.", "Nothing was running."]
