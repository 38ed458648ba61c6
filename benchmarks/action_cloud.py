"""What actions need of AWS, on an emulator of a benchmark's own, and the sample shop beside it."""

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local import processes, services
from local.emulator import Emulator
from local.settings import HOST, ROOT, clean_environment

TABLES = ("tenants", "conversations", "ledger", "books", "actions")
_ATTRIBUTES = ("pk", "sk", "due_shard", "look_at", "open_shard", "opened_at")


@contextmanager
def emulator_in(folder: Path) -> Iterator[Emulator]:
    """A running emulator that has the tables of ``infra/tables.py`` that actions use."""
    folder.mkdir(parents=True, exist_ok=True)
    emulator = Emulator(free_port(), folder)
    running = emulator.start()
    try:
        for table in TABLES:
            _create_table(emulator.client("dynamodb"), table)
        yield emulator
    finally:
        emulator.stop(running)


@contextmanager
def shop_in(folder: Path, module: str = "local.shop") -> Iterator[str]:
    """A running shop, in a process of its own; yields its URL."""
    port, log = free_port(), folder / "shop.log"
    running = processes.start(
        [sys.executable, "-m", module, "--port", str(port), "--database", folder / "shop.sqlite"],
        environment=clean_environment(),
        cwd=ROOT,
        log=log,
    )
    url = f"http://{HOST}:{port}"
    try:
        services.wait_for("shop", lambda: services.answers(f"{url}/health"), running, log)
        yield url
    finally:
        processes.stop(running)


def create_queue(emulator: Emulator, name: str, visible_again_seconds: int) -> str:
    """The URL of a new queue like that of ``infra/actions.py``: three tries, then dead letters."""
    sqs = emulator.client("sqs")
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes={"FifoQueue": "true"})
    arn = sqs.get_queue_attributes(QueueUrl=dead["QueueUrl"], AttributeNames=["QueueArn"])
    redrive = f'{{"deadLetterTargetArn":"{arn["Attributes"]["QueueArn"]}","maxReceiveCount":3}}'
    created = sqs.create_queue(
        QueueName=f"{name}.fifo",
        Attributes={
            "FifoQueue": "true",
            "VisibilityTimeout": str(visible_again_seconds),
            "RedrivePolicy": redrive,
        },
    )
    url: str = created["QueueUrl"]
    return url


def items_of(emulator: Emulator, table: str) -> Sequence[dict[str, Any]]:
    """All that a table holds, as DynamoDB writes it."""
    pages = emulator.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _create_table(dynamodb: Any, table: str) -> None:
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in _ATTRIBUTES
        ],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            _index("due-actions", "due_shard", "look_at"),
            _index("open-turns", "open_shard", "opened_at"),
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


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
