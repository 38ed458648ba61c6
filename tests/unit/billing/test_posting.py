"""Posting: whatever comes in between, each event is in exactly one account, once."""

from collections import Counter, defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.accounts import add_up, merged
from helpdesk.billing.periods import periods_between
from helpdesk.billing.posting import Posted, PostingUsage
from helpdesk.billing.postings import MOST_ACCOUNTS, MOST_EVENTS, MOST_LATE_EVENTS
from helpdesk.clock import period_of
from helpdesk.errors import Unavailable
from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money
from helpdesk.ports import Books
from helpdesk.usage import METERS, SHARDS, Meter, UsageEvent, UsageLine, shard_of
from tests.contract.usage_examples import late_out_of
from tests.fakes.ledger import MemoryLedger

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
TENANTS = [TenantId("ten_1"), TenantId("ten_2")]
PERIODS = list(periods_between("2026-10", "2029-12"))
ONE_SHARD = [EventId(f"evt_{n}") for n in range(2_000) if shard_of(EventId(f"evt_{n}")) == 0]

A_TURN = (UsageLine("turns", 1, Money(5), Money(5)),)

LINES = st.builds(
    UsageLine,
    meter=st.sampled_from(METERS),
    quantity=st.integers(-(10**12), 10**12),
    unit_price=st.sampled_from([Money(1), Money(2)]),
    cost=st.integers(-(10**15), 10**15).map(Money),
    model=st.sampled_from([None, "gpt-5"]),
)


def an_event(id_, tenant=TENANTS[0], days=0, lines=A_TURN):
    moment = NOVEMBER + timedelta(days=days)
    return UsageEvent(
        id_, tenant, "turn", "turn_1", moment, "standard@1", "2026-11-25", tuple(lines)
    )


EVENTS = st.lists(
    st.builds(
        an_event,
        # Many events for each shard, so that they share transactions.
        st.sampled_from(ONE_SHARD[:30] + [EventId(f"evt_{n}") for n in range(10)]),
        st.sampled_from(TENANTS),
        st.integers(-20, 50),
        st.lists(LINES, min_size=1, max_size=3),
    ),
    max_size=40,
    unique_by=lambda event: (event.tenant, event.id),
)
INTERRUPTIONS = st.lists(
    st.sampled_from([None, "dies before", "dies after", "closes", "rival"]), max_size=5
)
DELIVERIES = st.lists(st.tuples(st.lists(st.integers(0, 39)), INTERRUPTIONS), max_size=6)


def posting_usage(books):
    return PostingUsage(cast("Books", books))


class Interrupted:
    """Books on whose way to each transaction something may happen."""

    def __init__(self, books, interruptions, events):
        self.books, self.interruptions, self.events = books, list(interruptions), events

    def post(self, posting):
        what = self.interruptions.pop() if self.interruptions else None
        if what == "dies before":
            raise Unavailable("Nothing was done.")
        if what == "closes":
            self.books.close(posting.tenant, posting.period, posting.shard)
        if what == "rival":
            PostingUsage(self.books).post(self.events)
        self.books.post(posting)
        if what == "dies after":
            raise Unavailable("All was done.")


@given(EVENTS, DELIVERIES)
def test_each_event_is_in_exactly_one_period_whatever_happens(events, deliveries):
    ledger = MemoryLedger()
    for event in events:
        ledger.record(event)

    for indexes, interruptions in deliveries:
        told = [events[index % len(events)] for index in indexes if events]
        with suppress(Unavailable):
            posting_usage(Interrupted(ledger.books, interruptions, events)).post(told)
    outcome = PostingUsage(ledger.books).post(events)

    assert outcome.posted + outcome.repeated == len(events)
    for tenant in TENANTS:
        check(ledger.books, tenant, [event for event in events if event.tenant == tenant])


def check(books, tenant, events):
    """Compares the books with an oracle that knows nothing of postings but what came late."""
    late = {each.event: each for period in PERIODS for each in books.late_into(tenant, period)}
    assert sorted(late) == sorted(
        each.event for period in PERIODS for each in late_out_of(books, tenant, period)
    )
    expected: dict[tuple[str, int], list[UsageEvent]] = defaultdict(list)
    for event in events:
        own = period_of(event.occurred_at)
        entered = late[event.id].posted_to if event.id in late else own
        assert own <= entered
        expected[entered, shard_of(event.id)].append(event)
    for period in PERIODS:
        by_shard = {each.shard: each for each in books.totals(tenant, period)}
        for shard in range(SHARDS):
            accounts = by_shard[shard].accounts if shard in by_shard else {}
            assert accounts == add_up(expected[period, shard])
    for each in late.values():
        shard = shard_of(each.event)
        skipped = [p for p in PERIODS if each.happened_in <= p < each.posted_to]
        assert skipped
        assert all(t.closed for p in skipped for t in books.totals(tenant, p) if t.shard == shard)
    assert not any(books.unposted(tenant, shard) for shard in range(SHARDS))
    assert_days(books.days(tenant, date(2026, 1, 1), date(2027, 12, 31)), events)


def assert_days(days, events):
    expected: dict[date, Counter[Meter]] = defaultdict(Counter)
    for event in events:
        for line in event.lines:
            expected[event.occurred_at.date()][line.meter] += line.quantity
    assert days == expected


@given(EVENTS, st.data())
def test_what_a_closed_period_holds_stays(events, data):
    ledger = MemoryLedger()
    for event in events:
        ledger.record(event)
    before = data.draw(st.sets(st.sampled_from(events))) if events else ()
    PostingUsage(ledger.books).post(before)
    closed = {
        (tenant, shard): ledger.books.close(tenant, "2026-11", shard)
        for tenant in TENANTS
        for shard in range(SHARDS)
    }

    PostingUsage(ledger.books).post(events)

    for tenant in TENANTS:
        assert ledger.books.totals(tenant, "2026-11") == [
            closed[tenant, shard] for shard in range(SHARDS)
        ]
        check(ledger.books, tenant, [event for event in events if event.tenant == tenant])


class Recording:
    """Books that keep the postings which they did."""

    def __init__(self, books):
        self.books, self.postings = books, []

    def post(self, posting):
        self.books.post(posting)
        self.postings.append(posting)


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def books(ledger):
    return Recording(ledger.books)


def recorded(ledger, events):
    for event in events:
        ledger.record(event)
    return events


def test_a_transaction_holds_as_many_events_as_there_may_be(ledger, books):
    events = recorded(ledger, [an_event(id_) for id_ in ONE_SHARD[:100]])

    assert PostingUsage(books).post(events) == Posted(posted=100)

    assert [len(posting.events) for posting in books.postings] == [MOST_EVENTS, MOST_EVENTS, 4]


def test_late_events_need_more_writes_each(ledger, books):
    events = recorded(ledger, [an_event(id_) for id_ in ONE_SHARD[:100]])
    ledger.books.close(TENANTS[0], "2026-11", 0)
    ledger.books.close(TENANTS[0], "2026-12", 0)

    assert PostingUsage(books).post(events) == Posted(posted=100, late=100)

    assert {posting.period for posting in books.postings} == {"2027-01"}
    assert max(len(posting.events) for posting in books.postings) == MOST_LATE_EVENTS


def test_a_transaction_holds_as_many_accounts_as_there_may_be(ledger, books):
    events = recorded(
        ledger,
        [
            an_event(id_, lines=[UsageLine("turns", 1, Money(number), Money(0))])
            for number, id_ in enumerate(ONE_SHARD[: 2 * MOST_ACCOUNTS + 1])
        ],
    )

    PostingUsage(books).post(events)

    assert [len(posting.accounts) for posting in books.postings] == [MOST_ACCOUNTS] * 2 + [1]


def test_an_event_with_more_accounts_is_posted_alone(ledger, books):
    lines = [UsageLine("turns", 1, Money(number), Money(0)) for number in range(MOST_ACCOUNTS + 1)]
    events = recorded(
        ledger,
        [an_event(ONE_SHARD[0]), an_event(ONE_SHARD[1], lines=lines), an_event(ONE_SHARD[2])],
    )

    assert PostingUsage(books).post(events).posted == 3

    assert [len(posting.events) for posting in books.postings] == [1, 1, 1]


def test_repetitions_are_counted_within_a_batch_and_over_batches(ledger, books):
    one, two = recorded(ledger, [an_event(ONE_SHARD[0]), an_event(ONE_SHARD[1])])

    assert PostingUsage(books).post([one, one]) == Posted(posted=1, repeated=1)
    assert PostingUsage(books).post([two, one, one]) == Posted(posted=1, repeated=2)
    assert PostingUsage(books).post([]) == Posted()

    assert merged(posting.accounts for posting in books.postings) == add_up([one, two])
