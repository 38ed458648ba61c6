"""The ledger: an event is written once, for ever, and belongs to its tenant and its period."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger
from helpdesk.ids import EventId, new_id
from helpdesk.money import Money
from helpdesk.usage import Quantity, UsageEvent
from tests.contract.examples import a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.fakes.ledger import MemoryLedger

NOW = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def ledger(cloud):
    return DynamoDBLedger(cloud.client("dynamodb"), "ledger") if cloud else MemoryLedger()


def an_event(tenant, now=NOW):
    quantities = (
        Quantity("embedding_tokens", 10**15, Money(123_456_789_012_345_678)),
        Quantity("turns", 1, Money(0, "EUR")),
    )
    event = EventId(new_id("evt", now))
    return UsageEvent(event, tenant, "doc_1", now, "2026-11", quantities, estimated=True)


def test_an_event_is_read_back_exactly(ledger):
    event = an_event(a_tenant_id())

    assert ledger.record(event)

    assert ledger.events(event.tenant, "2026-11") == [event]


def test_the_same_id_is_written_once_whatever_the_month(ledger):
    event = an_event(a_tenant_id())
    assert ledger.record(event)

    assert not ledger.record(event)
    assert not ledger.record(replace(event, occurred_at=NEXT_MONTH, estimated=False))

    assert ledger.events(event.tenant, "2026-11") == [event]
    assert ledger.events(event.tenant, "2026-12") == []


def test_events_come_by_tenant_and_period_in_the_order_of_their_ids(ledger):
    tenant = a_tenant_id()
    mine = [an_event(tenant) for _ in range(5)]
    next_month, theirs = an_event(tenant, NEXT_MONTH), an_event(a_tenant_id())
    for event in [*mine, next_month, theirs]:
        ledger.record(event)

    assert ledger.events(tenant, "2026-11") == sorted(mine, key=lambda event: event.id)
    assert ledger.events(tenant, "2026-12") == [next_month]
    assert ledger.events(theirs.tenant, "2026-11") == [theirs]


def test_two_tenants_may_have_events_of_one_id(ledger):
    event = an_event(a_tenant_id())
    theirs = replace(event, tenant=a_tenant_id())

    assert ledger.record(event)
    assert ledger.record(theirs)

    assert ledger.events(theirs.tenant, "2026-11") == [theirs]


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_of_many_that_record_one_event_at_once_one_does(ledger):
    event = an_event(a_tenant_id())

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(lambda _: ledger.record(replace(event)), range(12)))

    assert outcomes.count(True) == 1
    assert ledger.events(event.tenant, "2026-11") == [event]
