"""The calls to DynamoDB: only our own errors leave, and what may pass is tried again."""

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from helpdesk.adapters.aws_errors import aws_errors
from helpdesk.adapters.dynamodb.item_keys import ItemKey
from helpdesk.adapters.dynamodb.items import Fields, from_attributes, to_attributes
from helpdesk.adapters.dynamodb.refusals import LostRace, raise_refusal
from helpdesk.adapters.dynamodb.writes import Write, expression_names, expression_values
from helpdesk.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_WHAT = "The database"
_READ_BATCH, _WRITE_BATCH = 100, 25
# Read anew as a whole when a transaction is at one of them.
_TOGETHER = 25
_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 0.5

_Result = TypeVar("_Result")
_Element = TypeVar("_Element")


@dataclass(frozen=True, slots=True)
class Database:
    """One account's tables, read consistently. Safe for threads, as its client is."""

    client: "DynamoDBClient"
    pause: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def get(self, table: str, key: ItemKey) -> Fields | None:
        """One item, if it is there."""
        with aws_errors(_WHAT):
            answer = self.client.get_item(
                TableName=table, Key=to_attributes(asdict(key)), ConsistentRead=True
            )
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def get_many(self, table: str, keys: Collection[ItemKey]) -> Sequence[Fields]:
        """Those of the items that exist, in any order, in one round trip for up to 100."""
        found: list[Fields] = []
        for batch in _slices(list(set(keys)), _READ_BATCH):
            self._read_batch(table, batch, found)
        return found

    def get_together(self, table: str, keys: Sequence[ItemKey]) -> Sequence[Fields]:
        """Those of the items that exist, in order. Unlike the other reads it waits for the
        transactions that are at them: of each of these it sees all or nothing."""
        found: list[Fields] = []
        for batch in _slices(keys, _TOGETHER):
            read = partial(self.client.transact_get_items, TransactItems=_gets(table, batch))
            answers = self._until_decided(read)["Responses"]
            found += [from_attributes(answer["Item"]) for answer in answers if answer.get("Item")]
        return found

    def put_many(self, table: str, items: Mapping[ItemKey, Fields]) -> None:
        """Writes items without conditions, in as few calls as there may be."""
        puts = [
            {"PutRequest": {"Item": to_attributes(asdict(key) | dict(fields))}}
            for key, fields in items.items()
        ]
        for batch in _slices(puts, _WRITE_BATCH):
            waiting: Any = {table: batch}
            for attempt in count(1):
                with aws_errors(_WHAT):
                    answer = self.client.batch_write_item(RequestItems=waiting)
                if not (waiting := answer.get("UnprocessedItems")):
                    break
                self._pause_after(attempt)

    def query(
        self,
        table: str,
        pk: str,
        prefix: str = "",
        *,
        newest_first: bool = False,
        after: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Fields]:
        """Items of a partition in the order of their sort keys, up to ``limit`` of them.

        ``after`` is the sort key to go on behind.
        """
        condition = "#pk = :pk AND begins_with(#sk, :prefix)" if prefix else "#pk = :pk"
        request = {
            "TableName": table,
            "KeyConditionExpression": condition,
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
            **expression_names(condition),
            **expression_values({"pk": pk} | ({"prefix": prefix} if prefix else {})),
        }
        if after is not None:
            request["ExclusiveStartKey"] = to_attributes(asdict(ItemKey(pk, after)))
        return self._pages(request, limit)

    def query_between(self, table: str, pk: str, first: str, last: str) -> Iterator[Fields]:
        """Items of a partition whose sort keys are from ``first`` to ``last``, in their order."""
        condition = "#pk = :pk AND #sk BETWEEN :first AND :last"
        request = {
            "TableName": table,
            "KeyConditionExpression": condition,
            "ConsistentRead": True,
            **expression_names(condition),
            **expression_values({"pk": pk, "first": first, "last": last}),
        }
        return self._pages(request, None)

    def query_index(
        self, table: str, index: str, condition: str, values: Fields, limit: int
    ) -> Iterator[Fields]:
        """Items of an index, in its order. An index lags behind its table."""
        request = {
            "TableName": table,
            "IndexName": index,
            "KeyConditionExpression": condition,
            **expression_names(condition),
            **expression_values(values),
        }
        return self._pages(request, limit)

    def write(self, write: Write) -> Fields:
        """Does one write and returns the item as an update left it. Raises Refused."""

        def attempt() -> Fields:
            request = write.request()
            match write.operation:
                case "Update":
                    answer = self.client.update_item(**request, ReturnValues="ALL_NEW")
                    return from_attributes(answer["Attributes"])
                case "Put":
                    self.client.put_item(**request)
                case "Delete":
                    self.client.delete_item(**request)
            return {}

        return self._until_decided(attempt)

    def write_all(self, *writes: Write) -> None:
        """Does all writes or none. Raises Refused."""
        items: Any = [{write.operation: write.request()} for write in writes]
        self._until_decided(lambda: self.client.transact_write_items(TransactItems=items))

    def _read_batch(self, table: str, keys: Sequence[ItemKey], found: list[Fields]) -> None:
        waiting: Any = {
            table: {"Keys": [to_attributes(asdict(key)) for key in keys], "ConsistentRead": True}
        }
        for attempt in count(1):
            with aws_errors(_WHAT):
                answer = self.client.batch_get_item(RequestItems=waiting)
            found += [from_attributes(item) for item in answer["Responses"].get(table, [])]
            if not (waiting := answer.get("UnprocessedKeys")):
                return
            self._pause_after(attempt)

    def _pages(self, request: dict[str, Any], limit: int | None) -> Iterator[Fields]:
        left = limit
        while left is None or left > 0:
            if left is not None:
                request["Limit"] = left
            with aws_errors(_WHAT):
                answer = self.client.query(**request)
            yield from map(from_attributes, answer["Items"])
            if not (last := answer.get("LastEvaluatedKey")):
                return
            request["ExclusiveStartKey"] = last
            left = None if left is None else left - len(answer["Items"])

    def _until_decided(self, call: Callable[[], _Result]) -> _Result:
        for attempt in count(1):
            try:
                with aws_errors(_WHAT):
                    try:
                        return call()
                    except ClientError as error:
                        raise_refusal(error)
                        raise
            except LostRace:
                self._pause_after(attempt)
        raise AssertionError("unreachable")

    def _pause_after(self, attempt: int) -> None:
        """Full jitter: anywhere from zero to the doubled, capped pause."""
        if attempt == _ATTEMPTS:
            raise Unavailable(f"{_WHAT} is busy. Try again.", retry_after_seconds=1)
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
        self.pause(self.chance() * longest)


def _gets(table: str, keys: Sequence[ItemKey]) -> Any:
    return [{"Get": {"TableName": table, "Key": to_attributes(asdict(key))}} for key in keys]


def _slices(elements: Sequence[_Element], size: int) -> Iterator[Sequence[_Element]]:
    for start in range(0, len(elements), size):
        yield elements[start : start + size]
