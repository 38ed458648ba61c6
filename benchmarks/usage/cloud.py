"""What billing needs of AWS, on an emulator of the benchmark's own.

The emulator sorts a partition anew for each page of a query, and keeps a million events in 18 GB;
the tables can therefore be in another DynamoDB.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.action_cloud import free_port
from helpdesk.adapters.dynamodb.books import DynamoDBBooks
from helpdesk.adapters.dynamodb.charges import DynamoDBCharges
from helpdesk.adapters.dynamodb.exports import DynamoDBExports
from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger
from helpdesk.adapters.dynamodb.periods import DynamoDBPeriods
from helpdesk.adapters.dynamodb.tenants import DynamoDBTenants
from helpdesk.adapters.dynamodb.usage_items import UsageTables
from helpdesk.adapters.s3_archive import S3Archive
from local.emulator import REGION, Emulator

TABLES = ("tenants", "ledger", "books")
BUCKET = "archive"
_READ_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Cloud:
    """The tables and the bucket, as adapters. Each process makes its own."""

    emulator_url: str
    dynamodb_url: str

    def client(self, service: str) -> Any:
        """A client of DynamoDB, and else of the emulator."""
        return boto3.client(
            service,
            endpoint_url=self.dynamodb_url if service == "dynamodb" else self.emulator_url,
            region_name=REGION,
            aws_access_key_id="bench",
            aws_secret_access_key="bench",
            config=Config(read_timeout=_READ_SECONDS, retries={"total_max_attempts": 3}),
        )

    @property
    def tables(self) -> UsageTables:
        """Where usage events are written."""
        return UsageTables("ledger", "books")

    @property
    def tenants(self) -> DynamoDBTenants:
        """The companies."""
        return DynamoDBTenants(self.client("dynamodb"), "tenants")

    @property
    def ledger(self) -> DynamoDBLedger:
        """The usage events."""
        return DynamoDBLedger(self.client("dynamodb"), "ledger", "books")

    @property
    def books(self) -> DynamoDBBooks:
        """The accounts."""
        return DynamoDBBooks(self.client("dynamodb"), "books")

    @property
    def charges(self) -> DynamoDBCharges:
        """What closed months have beside usage."""
        return DynamoDBCharges(self.client("dynamodb"), "ledger")

    @property
    def periods(self) -> DynamoDBPeriods:
        """The closes."""
        return DynamoDBPeriods(self.client("dynamodb"), "books")

    @property
    def exports(self) -> DynamoDBExports:
        """The export jobs."""
        return DynamoDBExports(self.client("dynamodb"), "books")

    @property
    def archive(self) -> S3Archive:
        """The files."""
        return S3Archive(self.client("s3"), BUCKET)


@contextmanager
def cloud_in(folder: Path, dynamodb_url: str | None = None) -> Iterator[Cloud]:
    """A running emulator with the tables of ``infra/tables.py`` that usage lies in; these are in
    another DynamoDB if one is given, which has to be empty."""
    folder.mkdir(parents=True, exist_ok=True)
    emulator = Emulator(free_port(), folder)
    running = emulator.start()
    cloud = Cloud(emulator.endpoint_url, dynamodb_url or emulator.endpoint_url)
    try:
        for table in TABLES:
            _create_table(cloud.client("dynamodb"), table)
        cloud.client("s3").create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield cloud
    finally:
        emulator.stop(running)


def _create_table(dynamodb: Any, table: str) -> None:
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
