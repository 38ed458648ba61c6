"""A stage of its own for the end-to-end tests, started as `helpdesk up` starts one."""

import socket
from contextlib import ExitStack

import pytest
from rich.console import Console

from local import stage
from local.settings import Place

_PORTS = 4


@pytest.fixture(scope="session")
def here(tmp_path_factory):
    return Place(_free_ports(), tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="session")
def base_url(here):
    try:
        yield stage.up(Console(), here).base_url
    finally:
        stage.down(Console(), here)


def _free_ports() -> int:
    """The first of as many free ports in a row as a stage takes."""
    for first in range(20_000, 30_000, _PORTS):
        with ExitStack() as held:
            try:
                for port in range(first, first + _PORTS):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
    raise RuntimeError("No four free ports in a row.")
