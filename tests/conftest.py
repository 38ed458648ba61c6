"""What tests of several folders share: the emulated clouds, each started once and only if asked."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local.emulator import Emulator
from tests.localstack import LocalStack

_PORTS_OF_A_STAGE = 4


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the product does."""
    return "asyncio"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A ministack of the tests' own."""
    emulated = Emulator(free_port(), tmp_path_factory.mktemp("emulator"))
    running = emulated.start()
    yield emulated
    emulated.stop(running)


@pytest.fixture(scope="session")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A LocalStack of the tests' own, without Docker."""
    stack = LocalStack(free_port(), tmp_path_factory.mktemp("localstack"))
    running = stack.start()
    yield stack
    stack.stop(running)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def free_ports() -> int:
    """The first of as many free ports in a row as a stage takes."""
    for first in range(20_000, 30_000, _PORTS_OF_A_STAGE):
        with ExitStack() as held:
            try:
                for port in range(first, first + _PORTS_OF_A_STAGE):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
    raise RuntimeError("No four free ports in a row.")
