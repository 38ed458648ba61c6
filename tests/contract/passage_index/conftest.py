"""Every PassageIndex keeps the same promises: in memory, in SQLite, and in a real OpenSearch.

The last is there where OPENSEARCH_URL names one; ``OPENSEARCH_URL=start`` starts one from Maven
Central.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.adapters.opensearch_index import OpenSearchPassageIndex, connect
from helpdesk.adapters.sqlite_index import SQLitePassageIndex
from helpdesk.clock import utc_now
from helpdesk.ids import TenantId, new_id
from helpdesk.ports import PassageIndex
from tests.contract.passage_index import lanes
from tests.contract.passage_index.filling import DIMENSIONS
from tests.contract.passage_index.opensearch import server
from tests.fakes.passage_index import MemoryPassageIndex

STATE = Path(__file__).parents[3] / ".helpdesk"


@pytest.fixture(scope="session")
def opensearch_url() -> Iterator[str]:
    if lanes.OPENSEARCH_URL != "start":
        yield lanes.OPENSEARCH_URL
        return
    with server.running(STATE / "opensearch") as started:
        yield started


@pytest.fixture(params=lanes.ALL)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> PassageIndex:
    if request.param == "memory":
        return MemoryPassageIndex()
    if request.param == "sqlite":
        return SQLitePassageIndex(str(tmp_path / "index"))
    url = request.getfixturevalue("opensearch_url")
    return OpenSearchPassageIndex(connect(url, "es"), DIMENSIONS, engine="lucene")


@pytest.fixture
def tenant() -> TenantId:
    """A new one for each test: an OpenSearch that stays is not emptied between them."""
    return TenantId(new_id("ten", utc_now()))
