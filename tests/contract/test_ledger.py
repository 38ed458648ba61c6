"""The ledger: an event is written once, for ever, and belongs to its tenant and its period."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from helpdesk.billing.postings import Unposted
from helpdesk.ids import EventId
from helpdesk.usage import SHARDS, shard_of
from tests.contract.examples import a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.contract.usage_examples import (
    NEXT_MONTH,
    NOW,
    a_line,
    an_event,
    events_in,
    posted,
    recorded,
    unposted_in,
)

PERIOD = "2026-11"


def test_an_event_is_read_back_exactly(ledger):
    event = an_event(
        a_tenant_id(),
        lines=(a_line(10**15, 123_456_789_012_345_678), a_line(-3, -5, currency="EUR", model=None)),
        estimated=True,
        corrects=EventId("evt_1"),
        reason="Ausgefallen – „sorry“.",
    )

    assert ledger.record(event) == event

    assert events_in(ledger, event.tenant) == [event]
    assert ledger.get_many(event.tenant, [(PERIOD, event.id)]) == [event]


def test_an_event_is_noted_as_unposted(ledger, books):
    (event,) = recorded(ledger, an_event(a_tenant_id()))

    shard = shard_of(event.id)
    assert books.unposted(event.tenant, shard) == [Unposted(event.id, PERIOD, NOW)]
    assert unposted_in(books, event.tenant) == [event.id]


def test_the_first_event_of_an_id_stands_whatever_the_month(ledger):
    (event,) = recorded(ledger, an_event(a_tenant_id()))

    assert ledger.record(replace(event, estimated=True)) == event
    assert ledger.record(replace(event, occurred_at=NEXT_MONTH, estimated=True)) == event

    assert events_in(ledger, event.tenant) == [event]
    assert events_in(ledger, event.tenant, "2026-12") == []


def test_an_event_that_was_posted_is_not_noted_again(ledger, books):
    (event,) = recorded(ledger, an_event(a_tenant_id()))
    posted(books, event)

    ledger.record(event)
    ledger.record(replace(event, occurred_at=NEXT_MONTH))

    assert unposted_in(books, event.tenant) == []


def test_events_come_by_tenant_and_period_in_the_order_of_their_ids(ledger, monkeypatch):
    monkeypatch.setattr("helpdesk.adapters.dynamodb.ledger._PAGE", 10)
    tenant = a_tenant_id()
    mine = [an_event(tenant, shard=3) for _ in range(25)]
    next_month, theirs = an_event(tenant, NEXT_MONTH, shard=3), an_event(a_tenant_id(), shard=3)
    recorded(ledger, *mine[::-1], next_month, theirs)

    in_order = sorted(mine, key=lambda event: event.id)
    assert in_shard(ledger, tenant, 3) == in_order
    assert in_shard(ledger, tenant, 3, after=in_order[6].id) == in_order[7:]
    assert in_shard(ledger, tenant, 3, after=in_order[-1].id) == []
    assert in_shard(ledger, tenant, 4) == []
    assert in_shard(ledger, tenant, 3, "2026-12") == [next_month]
    assert in_shard(ledger, theirs.tenant, 3) == [theirs]


def in_shard(ledger, tenant, shard, period=PERIOD, after=None):
    pages = list(ledger.pages(tenant, period, shard, after))
    assert all(pages)
    return [event for page in pages for event in page]


def test_each_event_lies_in_one_shard(ledger):
    tenant = a_tenant_id()
    events = recorded(ledger, *(an_event(tenant, shard=shard) for shard in range(SHARDS)))

    assert [in_shard(ledger, tenant, shard) for shard in range(SHARDS)] == [[e] for e in events]


def test_those_that_exist_are_found_by_period_and_id(ledger):
    tenant = a_tenant_id()
    one, two, later = recorded(
        ledger, an_event(tenant), an_event(tenant), an_event(tenant, NEXT_MONTH)
    )
    (theirs,) = recorded(ledger, an_event(a_tenant_id()))

    wanted = [(PERIOD, one.id), ("2026-12", later.id), ("2026-12", two.id), (PERIOD, theirs.id)]
    found = ledger.get_many(tenant, wanted)

    assert sorted(found, key=lambda event: event.id) == sorted([one, later], key=lambda e: e.id)
    assert ledger.get_many(tenant, []) == []


def test_two_tenants_may_have_events_of_one_id(ledger):
    (event,) = recorded(ledger, an_event(a_tenant_id()))
    (theirs,) = recorded(ledger, replace(event, tenant=a_tenant_id()))

    assert events_in(ledger, theirs.tenant) == [theirs]


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_of_many_that_record_one_id_at_once_one_stands(ledger, books):
    event = an_event(a_tenant_id())
    tries = [replace(event, subject=f"turn_{number}") for number in range(12)]

    with ThreadPoolExecutor(6) as threads:
        standing = list(threads.map(ledger.record, tries))

    (first,) = events_in(ledger, event.tenant)
    assert standing == [first] * 12
    assert unposted_in(books, event.tenant) == [event.id]
