"""The lanes of the contract suite: a fake, moto in this process, the emulator, and others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from helpdesk.adapters.dynamodb.books import DynamoDBBooks
from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger
from helpdesk.ports import Books, Ledger
from local.emulator import Emulator
from tests.conftest import free_port
from tests.contract import lanes
from tests.dynoxide import Dynoxide
from tests.fakes.ledger import MemoryLedger
from tests.localstack import LocalStack

WITHOUT_DYNAMODB = {
    "test_uploads.py",
    "test_embedding_queue.py",
    "test_action_queue.py",
    "test_event_bus.py",
    "test_delivery_queue.py",
    "test_platform_keys.py",
    "test_root_secrets.py",
}

WITH_KMS = {"test_replies.py"}
"""What needs more of AWS than tables."""

TABLES = ("tenants", "knowledge", "conversations", "ledger", "books", "actions", "webhooks")


@dataclass(frozen=True, slots=True)
class Cloud:
    """An AWS of one kind or another, with the product's tables where it has DynamoDB."""

    client: Callable[[str], Any]


@pytest.fixture(scope="module")
def moto() -> Iterator[Cloud]:
    with mock_aws():
        yield _with_tables(Cloud(lambda service: boto3.client(service, "us-east-1")))


@pytest.fixture(scope="session")
def ministack(emulator: Emulator) -> Cloud:
    return _with_tables(Cloud(emulator.client))


@pytest.fixture(scope="session")
def local_stack(localstack: LocalStack) -> Cloud:
    return Cloud(localstack.client)


@pytest.fixture(scope="session")
def dynoxide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    server = Dynoxide(lanes.DYNOXIDE, free_port(), tmp_path_factory.mktemp("dynoxide"))
    running = server.start()
    yield _with_tables(Cloud(server.client))
    server.stop(running)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives a test its lanes: all that can serve its port, unless the test names them itself."""
    named = any(
        "cloud" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize")
    )
    if "cloud" in metafunc.fixturenames and not named:
        metafunc.parametrize("cloud", _lanes(Path(metafunc.module.__file__).name), indirect=True)


def _lanes(module: str) -> list[str]:
    if module in WITHOUT_DYNAMODB:
        return lanes.WITHOUT_DYNAMODB
    return lanes.LANES if module in WITH_KMS else [*lanes.LANES, *lanes.OPTIONAL]


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Cloud | None:
    """The lane's cloud; the fake has none."""
    return None if request.param == "fake" else request.getfixturevalue(request.param)


@pytest.fixture
def ledger(cloud: Cloud | None) -> Ledger:
    """The usage events; what writes them besides has the same ones."""
    return DynamoDBLedger(cloud.client("dynamodb"), "ledger", "books") if cloud else MemoryLedger()


@pytest.fixture
def books(cloud: Cloud | None, ledger: Any) -> Books:
    """The books in which that ledger's events are noted."""
    return DynamoDBBooks(cloud.client("dynamodb"), "books") if cloud else ledger.books


def _with_tables(cloud: Cloud) -> Cloud:
    """The tables as infra/tables.py makes them."""
    dynamodb = cloud.client("dynamodb")
    for table in TABLES:
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in (
                    *("pk", "sk", "open_shard", "opened_at", "due_shard", "look_at"),
                    *("lane_shard", "due_at"),
                )
            ],
            KeySchema=_keys("pk", "sk"),
            GlobalSecondaryIndexes=[
                _index("open-turns", "open_shard", "opened_at"),
                _index("due-actions", "due_shard", "look_at"),
                _index("due-lanes", "lane_shard", "due_at"),
            ],
        )
    return cloud


def _index(name: str, partition: str, sort: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _keys(partition, sort),
        "Projection": {"ProjectionType": "ALL"},
    }


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
