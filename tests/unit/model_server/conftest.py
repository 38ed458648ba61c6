"""The model, loaded once for all of these tests; its graph is built on the checkout's first run."""

from pathlib import Path

import pytest

from local.model_server.embedder import Embedder


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def graph_cache() -> Path:
    return Path(__file__).parents[3] / ".helpdesk" / "models"


@pytest.fixture(scope="session")
def embedder(graph_cache):
    loaded = Embedder.load(graph_cache)
    yield loaded
    loaded.close()
