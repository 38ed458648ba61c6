"""What reading a usage event takes: as one attribute of JSON, beside one attribute for each field.

Checks, audits and exports read all events of a month.

python -m benchmarks.ledger_items
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import boto3
from botocore.parsers import create_parser
from pydantic import TypeAdapter

from benchmarks.usage.facts import companies, event_of, facts
from helpdesk.adapters.dynamodb import usage_items
from helpdesk.adapters.dynamodb.items import from_attributes, to_attributes
from helpdesk.usage import UsageEvent

_EVENTS, _ROUNDS = 2_000, 5
_EVENT = TypeAdapter(UsageEvent)
_TABLES = usage_items.UsageTables("ledger", "books")

Item = Mapping[str, Any]


def main() -> None:
    """Prints microseconds of a processor for an event, and their ratio."""
    tenants = companies()
    events = [event_of(fact, tenants[fact.tenant]) for fact in facts(_EVENTS, seed=1)]
    writes = [usage_items.event_writes(_TABLES, event)[0] for event in events]
    ours = [asdict(write.key) | dict(write.fields) for write in writes]
    nested = [
        asdict(write.key) | _EVENT.dump_python(event)
        for write, event in zip(writes, events, strict=True)
    ]
    text = _microseconds(ours, usage_items.event_of, events)
    fields = _microseconds(nested, _EVENT.validate_python, events)
    print(f"one attribute of JSON       {text:6.1f} µs an event")
    print(
        f"an attribute for each field {fields:6.1f} µs an event: {fields / text:.1f} times as long"
    )


def _microseconds(
    items: Sequence[Item], read: Callable[[Item], UsageEvent], events: Sequence[UsageEvent]
) -> float:
    """The best of some rounds, from the answer's bytes to the events."""
    client = boto3.client(
        "dynamodb", region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-"
    )
    shape = client.meta.service_model.operation_model("Query").output_shape
    parser = create_parser("json")
    body = json.dumps({"Items": [to_attributes(item) for item in items]}).encode()
    answer = {"body": body, "headers": {}, "status_code": 200}
    best = float("inf")
    for _ in range(_ROUNDS):
        start = time.process_time()
        found = [read(from_attributes(item)) for item in parser.parse(answer, shape)["Items"]]
        best = min(best, time.process_time() - start)
        if found != events:
            raise SystemExit("What was read is not what was written.")
    return best / len(items) * 1_000_000


if __name__ == "__main__":
    main()
