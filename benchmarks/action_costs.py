"""What actions cost at AWS: every call of the SDK is counted, in the units that are billed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# us-east-1, on demand, as https://aws.amazon.com/dynamodb/pricing/on-demand/ and
# https://aws.amazon.com/sqs/pricing/ have had them since 2024-11.
WRITE_UNIT_DOLLARS = 0.625e-6
READ_UNIT_DOLLARS = 0.125e-6
FIFO_REQUEST_DOLLARS = 0.50e-6

_WRITE_UNIT_BYTES, _READ_UNIT_BYTES = 1024, 4096
_TRANSACTIONAL = 2
_INDEX = ("due_shard", "look_at")


@dataclass(slots=True)
class Counts:
    """What was asked of AWS: calls, written items, and billed units."""

    of: Counter[str] = field(default_factory=Counter)

    @property
    def dollars(self) -> float:
        """What it costs."""
        return (
            self.of["write units"] * WRITE_UNIT_DOLLARS
            + self.of["read units"] * READ_UNIT_DOLLARS
            + self.of["queue requests"] * FIFO_REQUEST_DOLLARS
        )


class Meter:
    """Listens to SDK clients and adds up, apart for whatever is being done."""

    def __init__(self, *clients: Any) -> None:
        self.counts: dict[str, Counts] = {}
        self.doing = ""
        self._indexed: dict[str, tuple[Any, ...]] = {}
        for client in clients:
            client.meta.events.register("provide-client-params.dynamodb", self._asks_table)
            client.meta.events.register("after-call.dynamodb", self._is_answered)
            client.meta.events.register("provide-client-params.sqs", self._asks_queue)

    def _add(self, what: str, count: int = 1) -> None:
        self.counts.setdefault(self.doing, Counts()).of[what] += count

    def _asks_queue(self, **_: Any) -> None:
        self._add("queue requests")

    def _asks_table(self, params: Mapping[str, Any], **_: Any) -> None:
        if writes := params.get("TransactItems"):
            self._add("transactions")
            for write in writes:
                ((_, request),) = write.items()
                self._writes(request)

    def _writes(self, request: Mapping[str, Any]) -> None:
        item = request.get("Item") or request["Key"] | request.get("ExpressionAttributeValues", {})
        units = _units(item, _WRITE_UNIT_BYTES)
        self._add("items")
        self._add("write units", _TRANSACTIONAL * units)
        if "Item" in request:
            self._add("write units", units * self._index_writes(item))

    def _index_writes(self, item: Mapping[str, Any]) -> int:
        """An index takes an item out under its old key and puts it in under its new one."""
        name = f"{item['pk']} {item['sk']}"
        before = self._indexed.get(name)
        after = tuple(item[key]["S"] for key in _INDEX) if _INDEX[0] in item else None
        if after:
            self._indexed[name] = after
        else:
            self._indexed.pop(name, None)
        return len({before, after} - {None})

    def _is_answered(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        found = [parsed["Item"]] if "Item" in parsed else parsed.get("Items", [])
        for items in parsed.get("Responses", {}).values():
            found = [*found, *items]
        if model.name in ("GetItem", "BatchGetItem", "Query"):
            self._add("reads")
            self._add("read units", sum(_units(item, _READ_UNIT_BYTES) for item in found) or 1)


def _units(item: Mapping[str, Any], unit_bytes: int) -> int:
    size = sum(len(name) + _bytes_of(value) for name, value in item.items())
    return -(-size // unit_bytes)


def _bytes_of(value: Mapping[str, Any]) -> int:
    """As DynamoDB counts them: a number takes half a byte a digit, and one."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return len(content) // 2 + 1
        case "M":
            return 3 + sum(1 + len(name) + _bytes_of(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + _bytes_of(each) for each in content)
        case "BOOL" | "NULL":
            return 1
    return len(content.encode() if isinstance(content, str) else content)
