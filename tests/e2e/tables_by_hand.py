"""What no door lets anybody do: writing into the stage's tables, and reading its archive."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from helpdesk.clock import rfc3339
from local.emulator import Emulator
from local.settings import Place

Item = dict[str, Any]


class TablesByHand:
    """The emulated AWS of a stage, as somebody with all rights sees it."""

    def __init__(self, here: Place) -> None:
        emulator = Emulator(here.emulator_port, here.emulator)
        self._dynamodb, self._s3 = emulator.client("dynamodb"), emulator.client("s3")

    def sign_up_then(self, tenant: str, then: datetime) -> None:
        """Makes a tenant one that signed up at a moment; nobody may have read it yet."""
        self._dynamodb.update_item(
            TableName=self._table("Tenants"),
            Key={"pk": {"S": f"TENANT#{tenant}"}, "sk": {"S": "META"}},
            UpdateExpression="SET created_at = :then, terms[0].since = :then",
            ExpressionAttributeValues={":then": {"S": rfc3339(then)}},
        )

    @contextmanager
    def changed(self, partition: str, first: str, change: Callable[[Item], Item]) -> Iterator[None]:
        """Changes the first item of the books that ``change`` changes; in the end it is as before.

        ``first`` is how the sort keys of those to choose from begin.
        """
        books = self._table("Books")
        found = self._dynamodb.query(
            TableName=books,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :first)",
            ExpressionAttributeValues={":pk": {"S": partition}, ":first": {"S": first}},
        )["Items"]
        before = next(item for item in found if change(item) != item)
        self._dynamodb.put_item(TableName=books, Item=change(before))
        try:
            yield
        finally:
            self._dynamodb.put_item(TableName=books, Item=before)

    def archived(self, key: str) -> bytes:
        """A file of the archive."""
        buckets = [each["Name"] for each in self._s3.list_buckets()["Buckets"]]
        (archive,) = (name for name in buckets if "archivebucket" in name)
        content: bytes = self._s3.get_object(Bucket=archive, Key=key)["Body"].read()
        return content

    def _table(self, holds: str) -> str:
        names: list[str] = self._dynamodb.list_tables()["TableNames"]
        (table,) = (name for name in names if f"Tables{holds}Table" in name)
        return table
