"""What a posting writes, in one transaction: its notes go, its shard's accounts grow."""

from collections.abc import Iterator

from helpdesk.adapters.dynamodb.billing_keys import (
    day_key,
    late_into_partition,
    late_out_partition,
    totals_key,
    unposted_key,
)
from helpdesk.adapters.dynamodb.book_items import OPEN, account_fields
from helpdesk.adapters.dynamodb.item_keys import ItemKey
from helpdesk.adapters.dynamodb.writes import PRESENT, Write
from helpdesk.billing.postings import Posting


def posting_writes(table: str, posting: Posting) -> list[Write]:
    """The writes of a posting; the first ones take the notes away, in the order of the events."""
    return [
        *_notes(table, posting),
        _totals(table, posting),
        *_late(table, posting),
        *_days(table, posting),
    ]


def _notes(table: str, posting: Posting) -> Iterator[Write]:
    for event in posting.events:
        yield Write("Delete", table, unposted_key(posting.tenant, event), PRESENT)


def _totals(table: str, posting: Posting) -> Write:
    accounts = account_fields(posting.accounts)
    names = {f"a{number}": name for number, name in enumerate(accounts)}
    values = dict(zip(names, accounts.values(), strict=True)) | {"one": 1}
    added = "".join(f", #{name} :{name}" for name in names)
    return Write(
        "Update",
        table,
        totals_key(posting.tenant, posting.period, posting.shard),
        OPEN,
        f"ADD #version :one{added}",
        values,
        names=names,
    )


def _late(table: str, posting: Posting) -> Iterator[Write]:
    into = late_into_partition(posting.tenant, posting.period)
    for event, period in posting.late_from.items():
        out = late_out_partition(posting.tenant, period)
        yield Write("Put", table, ItemKey(into, event), fields={"happened_in": period})
        yield Write("Put", table, ItemKey(out, event), fields={"posted_to": posting.period})


def _days(table: str, posting: Posting) -> Iterator[Write]:
    for day, counts in posting.days.items():
        key = day_key(posting.tenant, day, posting.shard)
        added = ", ".join(f"#{meter} :{meter}" for meter in counts)
        values = {str(meter): count for meter, count in counts.items()}
        yield Write("Update", table, key, change=f"ADD {added}", values=values)
