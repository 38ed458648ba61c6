"""The metering function: usage is posted once and told, whatever comes again or is down."""

import json
from typing import cast

import pytest

from functions.metering.handler import handler
from helpdesk import wiring
from helpdesk.adapters.dynamodb.items import to_attributes
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_writes
from helpdesk.billing.accounts import add_up, merged
from helpdesk.billing.posting import PostingUsage
from helpdesk.domain_events import Announcer
from helpdesk.errors import Unavailable
from helpdesk.ports import Books
from tests.contract.examples import a_tenant_id
from tests.contract.usage_examples import an_event, recorded, unposted_in
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.ledger import MemoryLedger

TENANT = a_tenant_id()
FIRST = {"batchItemFailures": [{"itemIdentifier": "100"}]}


class Down:
    """A bus, and books, that can't be reached."""

    def publish(self, events):
        raise Unavailable("It is down.")

    def post(self, posting):
        raise Unavailable("It is down.")


@pytest.fixture
def ledger(monkeypatch):
    ledger = MemoryLedger()
    monkeypatch.setattr(wiring, "posting_usage", lambda: PostingUsage(ledger.books))
    return ledger


@pytest.fixture
def bus(monkeypatch):
    bus = MemoryEventBus()
    monkeypatch.setattr(wiring, "announcer", lambda: Announcer(bus))
    return bus


@pytest.fixture
def events(ledger):
    return recorded(ledger, *(an_event(TENANT) for _ in range(12)))


def batch(*events):
    return {"Records": [record(event, number) for number, event in enumerate(events, start=100)]}


def record(event, number):
    """What the ledger's stream tells of an event."""
    written, _ = event_writes(UsageTables("ledger", "books"), event)
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": to_attributes({"pk": written.key.pk, "sk": written.key.sk}),
            "NewImage": to_attributes(written.fields),
            "SequenceNumber": str(number),
        },
    }


def accounts(ledger):
    return merged(each.accounts for each in ledger.books.totals(TENANT, "2026-11"))


def logged(text, message):
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line.get("message") == message]


def test_usage_is_posted_and_told(ledger, bus, events):
    assert handler(batch(*events), None) == {"batchItemFailures": []}

    assert accounts(ledger) == add_up(events)
    assert unposted_in(ledger.books, TENANT) == []
    assert {event.type for event in bus.events} == {"usage.recorded"}
    assert len(bus.events) == len(events)


def test_what_is_told_again_and_in_another_order_is_counted_once(ledger, bus, events):
    for told in (events[:7], events[::-1], [*events, *events]):
        assert handler(batch(*told), None) == {"batchItemFailures": []}

    assert accounts(ledger) == add_up(events)


def test_a_bus_that_is_down_delays_no_bill(ledger, bus, events, monkeypatch):
    with monkeypatch.context() as down:
        down.setattr(wiring, "announcer", lambda: Announcer(Down()))
        assert handler(batch(*events), None) == FIRST

    assert accounts(ledger) == add_up(events)
    assert handler(batch(*events), None) == {"batchItemFailures": []}
    assert accounts(ledger) == add_up(events)
    assert len(bus.events) == len(events)


def test_what_could_not_be_posted_is_told_and_comes_again(ledger, bus, events, monkeypatch, capsys):
    with monkeypatch.context() as down:
        down.setattr(wiring, "posting_usage", lambda: PostingUsage(cast("Books", Down())))
        assert handler(batch(*events), None) == FIRST

    assert len(bus.events) == len(events)
    (line,) = logged(capsys.readouterr().err, "usage_unposted")
    assert (line["code"], line["count"]) == ("unavailable", 12)
    assert handler(batch(*events), None) == {"batchItemFailures": []}
    assert accounts(ledger) == add_up(events)


def test_what_can_not_be_read_keeps_nothing_else_from_being_posted(ledger, bus, events):
    broken = batch(*events)
    del broken["Records"][5]["dynamodb"]["NewImage"]["event"]

    assert handler(broken, None) == {"batchItemFailures": [{"itemIdentifier": "105"}]}

    assert unposted_in(ledger.books, TENANT) == [events[5].id]


def test_how_much_was_posted_late_and_again_is_measured(ledger, bus, events, capsys):
    handler(batch(*events[:4]), None)
    for shard in range(8):
        ledger.books.close(TENANT, "2026-11", shard)
    capsys.readouterr()

    handler(batch(*events), None)

    written = capsys.readouterr()
    (line,) = logged(written.err, "usage_posted")
    assert (line["count"], line["late"], line["repeated"]) == (8, 8, 4)
    measured = [json.loads(each) for each in written.out.splitlines()]
    (metrics,) = [each for each in measured if "helpdesk.usage.posted" in each]
    assert metrics["helpdesk.usage.posted"] == [8]
    assert metrics["helpdesk.usage.late"] == [8]
    assert metrics["helpdesk.usage.repeated"] == [4]


def test_a_batch_without_usage_says_nothing_of_it(ledger, bus, capsys):
    handler({"Records": []}, None)

    written = capsys.readouterr()
    assert "usage" not in written.err + written.out
