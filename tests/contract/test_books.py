"""The books: a posting is done whole or not at all, and once, into a period that is open."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from helpdesk.billing.accounts import Account, Sum, add_up, merged
from helpdesk.billing.postings import (
    MOST_ACCOUNTS,
    MOST_EVENTS,
    MOST_LATE_EVENTS,
    AlreadyPosted,
    Late,
    PeriodClosed,
    Posting,
    ShardTotals,
)
from helpdesk.errors import Conflict
from helpdesk.ids import EventId
from helpdesk.usage import SHARDS
from tests.contract.examples import a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.contract.usage_examples import (
    NEXT_MONTH,
    NOW,
    a_line,
    an_event,
    late_out_of,
    posted,
    recorded,
    unposted_in,
)

PERIOD, NEXT = "2026-11", "2026-12"
SHARD = 5
TODAY = NOW.date()


def noted(ledger, count=1, tenant=None, **more):
    """Events of one shard that were just written."""
    tenant = tenant or a_tenant_id()
    return recorded(ledger, *(an_event(tenant, shard=SHARD, **more) for _ in range(count)))


def posting(*events, period=PERIOD, **changes):
    fields = {
        "tenant": events[0].tenant,
        "period": period,
        "shard": SHARD,
        "events": tuple(event.id for event in events),
        "accounts": add_up(events),
        "days": {TODAY: {"turns": len(events)}},
    }
    return Posting(**(fields | changes))


def late_posting(*events):
    return posting(*events, period=NEXT, late_from={event.id: PERIOD for event in events})


def shard_totals(books, tenant, period=PERIOD):
    (totals,) = books.totals(tenant, period)
    return totals


def test_a_posting_adds_to_the_accounts_and_takes_the_notes(ledger, books):
    one, two, three = noted(ledger, 3)

    books.post(posting(one, two))

    assert books.totals(one.tenant, PERIOD) == [
        ShardTotals(one.tenant, PERIOD, SHARD, version=1, accounts=add_up([one, two]))
    ]
    assert unposted_in(books, one.tenant) == [three.id]

    books.post(posting(three))

    assert shard_totals(books, one.tenant).version == 2
    assert shard_totals(books, one.tenant).accounts == add_up([one, two, three])
    assert unposted_in(books, one.tenant) == []


def test_accounts_are_told_apart_by_all_that_they_are(ledger, books):
    lines = [
        a_line(1, 2, unit=3, currency="USD", meter="output_tokens", model="a#b/ü 1"),
        a_line(1, 2, unit=4, currency="USD", meter="output_tokens", model="a#b/ü 1"),
        a_line(1, 2, unit=3, currency="EUR", meter="output_tokens", model="a#b/ü 1"),
        a_line(1, 2, unit=3, currency="USD", meter="input_tokens", model="a#b/ü 1"),
        a_line(1, 2, unit=3, currency="USD", meter="output_tokens", model=None),
    ]
    (event,) = noted(ledger, lines=lines)
    (other,) = noted(ledger, tenant=event.tenant, lines=lines, plan="pro-eur@12")

    books.post(posting(event))
    books.post(posting(other))

    accounts = shard_totals(books, event.tenant).accounts
    assert accounts == add_up([event, other])
    assert len(accounts) == 10
    assert Account(PERIOD, "pro-eur@12", "output_tokens", "a#b/ü 1", 4, "USD") in accounts


def test_large_sums_and_credits_are_exact(ledger, books):
    first = noted(ledger, lines=[a_line(10**20 + 1, 10**21 + 1)])
    second = noted(ledger, tenant=first[0].tenant, lines=[a_line(-(10**20), -(10**21))])

    books.post(posting(*first))
    books.post(posting(*second))

    (sum_,) = shard_totals(books, first[0].tenant).accounts.values()
    assert sum_ == Sum(1, 1, 2)


def test_what_was_posted_is_posted_no_more(ledger, books):
    one, two, three = noted(ledger, 3)
    books.post(posting(one, two))

    with pytest.raises(AlreadyPosted) as already:
        books.post(posting(two, three, one))

    assert already.value.events == {one.id, two.id}
    assert shard_totals(books, one.tenant).accounts == add_up([one, two])
    assert unposted_in(books, one.tenant) == [three.id]
    assert books.days(one.tenant, TODAY, TODAY) == {TODAY: {"turns": 2}}


def test_what_was_never_written_is_not_posted(ledger, books):
    stray, (event,) = an_event(a_tenant_id(), shard=SHARD), noted(ledger)

    with pytest.raises(AlreadyPosted) as already:
        books.post(posting(replace(stray, tenant=event.tenant), event))

    assert already.value.events == {stray.id}
    assert books.totals(event.tenant, PERIOD) == []


def test_a_closed_shard_takes_nothing_any_more(ledger, books):
    one, two = noted(ledger, 2)
    books.post(posting(one))

    closed = books.close(one.tenant, PERIOD, SHARD)

    assert closed == ShardTotals(one.tenant, PERIOD, SHARD, 1, closed=True, accounts=add_up([one]))
    with pytest.raises(PeriodClosed):
        books.post(posting(two))
    assert books.close(one.tenant, PERIOD, SHARD) == closed
    assert books.totals(one.tenant, PERIOD) == [closed]
    assert unposted_in(books, one.tenant) == [two.id]
    assert books.days(one.tenant, TODAY, TODAY) == {TODAY: {"turns": 1}}


def test_a_repetition_for_a_closed_period_is_known_as_one(ledger, books):
    one, two = noted(ledger, 2)
    books.post(posting(one))
    books.close(one.tenant, PERIOD, SHARD)

    with pytest.raises(AlreadyPosted) as already:
        books.post(posting(one, two))

    assert already.value.events == {one.id}


def test_an_empty_shard_can_be_closed(ledger, books):
    (event,) = noted(ledger)

    closed = books.close(event.tenant, PERIOD, SHARD)

    assert closed == ShardTotals(event.tenant, PERIOD, SHARD, closed=True)
    assert books.totals(event.tenant, PERIOD) == [closed]
    with pytest.raises(PeriodClosed):
        books.post(posting(event))
    with pytest.raises(PeriodClosed):
        books.replace(replace(closed, closed=False))


def test_shards_and_periods_are_closed_one_by_one(ledger, books):
    tenant = a_tenant_id()
    events = recorded(ledger, *(an_event(tenant, shard=shard) for shard in range(SHARDS)))
    later = recorded(ledger, an_event(tenant, NEXT_MONTH, shard=SHARD))
    books.close(tenant, PERIOD, SHARD)

    outcome = posted(books, *events[:SHARD], *events[SHARD + 1 :], *later)

    assert (outcome.posted, outcome.late) == (8, 0)
    totals = books.totals(tenant, PERIOD)
    assert [each.shard for each in totals] == list(range(SHARDS))
    assert [each.version for each in totals] == [1, 1, 1, 1, 1, 0, 1, 1]
    assert [each.closed for each in totals].index(True) == SHARD
    assert not shard_totals(books, tenant, NEXT).closed


def test_a_late_event_is_told_by_both_periods(ledger, books):
    one, two = sorted(noted(ledger, 2), key=lambda event: event.id)

    books.post(late_posting(two, one))

    late = [Late(one.id, PERIOD, NEXT), Late(two.id, PERIOD, NEXT)]
    assert books.late_into(one.tenant, NEXT) == late
    assert late_out_of(books, one.tenant, PERIOD) == late
    assert books.late_into(one.tenant, PERIOD) == late_out_of(books, one.tenant, NEXT) == []
    assert books.totals(one.tenant, PERIOD) == []
    accounts = shard_totals(books, one.tenant, NEXT).accounts
    assert accounts == add_up([one, two])
    assert {account.period for account in accounts} == {PERIOD}


def test_late_events_are_told_between_two_ids(ledger, books):
    events = sorted(noted(ledger, 5), key=lambda event: event.id)
    books.post(late_posting(*events))

    first, *_, last = (event.id for event in events[1:4])
    found = books.late_out_of(events[0].tenant, PERIOD, first, last)

    assert [late.event for late in found] == [event.id for event in events[1:4]]


def test_what_is_not_posted_is_not_late(ledger, books):
    one, two = noted(ledger, 2)
    books.post(posting(one))

    with pytest.raises(AlreadyPosted):
        books.post(late_posting(one, two))
    books.close(one.tenant, NEXT, SHARD)
    with pytest.raises(PeriodClosed):
        books.post(late_posting(two))

    assert books.late_into(one.tenant, NEXT) == []
    assert late_out_of(books, one.tenant, PERIOD) == []


def test_tenants_do_not_meet(ledger, books):
    (mine,) = noted(ledger)
    (theirs,) = recorded(ledger, replace(mine, tenant=a_tenant_id()))

    books.post(late_posting(mine))
    books.close(mine.tenant, PERIOD, SHARD)

    assert unposted_in(books, theirs.tenant) == [theirs.id]
    assert books.totals(theirs.tenant, PERIOD) == books.totals(theirs.tenant, NEXT) == []
    assert books.late_into(theirs.tenant, NEXT) == late_out_of(books, theirs.tenant, PERIOD) == []
    assert books.days(theirs.tenant, TODAY, TODAY) == {}
    books.post(posting(theirs))
    assert shard_totals(books, theirs.tenant).accounts == add_up([theirs])
    assert books.totals(mine.tenant, PERIOD)[0].accounts == {}


def test_accounts_are_replaced_at_the_version_that_was_read(ledger, books):
    one, two = noted(ledger, 2)
    books.post(posting(one))
    right = replace(shard_totals(books, one.tenant), accounts=add_up([two]))

    books.replace(right)

    assert shard_totals(books, one.tenant) == replace(right, version=2)
    with pytest.raises(Conflict):
        books.replace(right)
    books.post(posting(two))
    assert shard_totals(books, one.tenant).accounts == merged([add_up([two])] * 2)


def test_accounts_that_grew_meanwhile_are_not_replaced(ledger, books):
    one, two = noted(ledger, 2)
    books.post(posting(one))
    read = shard_totals(books, one.tenant)
    books.post(posting(two))

    with pytest.raises(Conflict):
        books.replace(read)
    with pytest.raises(Conflict):
        books.replace(replace(read, version=0))

    assert shard_totals(books, one.tenant).accounts == add_up([one, two])


def test_accounts_that_were_not_there_are_written_once(ledger, books):
    (event,) = noted(ledger)
    counted = ShardTotals(event.tenant, PERIOD, SHARD, accounts=add_up([event]))

    books.replace(counted)

    with pytest.raises(Conflict):
        books.replace(counted)
    assert shard_totals(books, event.tenant) == replace(counted, version=1)


def test_a_closed_shard_is_not_replaced(ledger, books):
    (event,) = noted(ledger)
    books.post(posting(event))
    closed = books.close(event.tenant, PERIOD, SHARD)

    for version in (0, 1, 7):
        with pytest.raises(PeriodClosed):
            books.replace(replace(closed, version=version, closed=False, accounts={}))

    assert books.totals(event.tenant, PERIOD) == [closed]


def test_days_are_counted_over_postings_and_shards(ledger, books):
    tenant = a_tenant_id()
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    for shard in (0, SHARD):
        (event,) = recorded(ledger, an_event(tenant, shard=shard))
        days = {yesterday: {"turns": 1}, TODAY: {"turns": 2, "input_tokens": -5}, tomorrow: {}}
        days[tomorrow] = {"storage_mb_days": 9}
        books.post(posting(event, shard=shard, days=days))

    assert books.days(tenant, yesterday, TODAY) == {
        yesterday: {"turns": 2},
        TODAY: {"turns": 4, "input_tokens": -10},
    }
    assert books.days(tenant, tomorrow, date(2027, 1, 1)) == {tomorrow: {"storage_mb_days": 18}}
    assert books.days(tenant, date(2026, 1, 1), date(2026, 1, 31)) == {}


def test_the_largest_postings_are_done(ledger, books):
    tenant = a_tenant_id()
    moments = [NOW - timedelta(days=number) for number in range(MOST_EVENTS)]
    events = recorded(ledger, *(an_event(tenant, moment, shard=SHARD) for moment in moments))
    many = [a_line(10**20, 10**20, unit=10**20 + n, model="m" * 99) for n in range(MOST_ACCOUNTS)]
    accounts = add_up([an_event(tenant, lines=many)])
    days = {moment.date(): {"turns": 1} for moment in moments}

    books.post(posting(*events, accounts=accounts, days=days))

    assert shard_totals(books, tenant).accounts == accounts
    assert len(books.days(tenant, date(2026, 1, 1), TODAY)) == MOST_EVENTS
    late = recorded(ledger, *(an_event(tenant, shard=SHARD) for _ in range(MOST_LATE_EVENTS)))
    books.post(replace(late_posting(*late), days=dict(list(days.items())[:MOST_LATE_EVENTS])))
    assert len(books.late_into(tenant, NEXT)) == MOST_LATE_EVENTS


def test_a_shard_holds_many_accounts(ledger, books):
    lines = [a_line(number, number, unit=number) for number in range(150)]
    (first,) = noted(ledger, lines=lines[:1])
    more = [
        recorded(ledger, an_event(first.tenant, shard=SHARD, lines=lines[start : start + 25]))[0]
        for start in range(0, 150, 25)
    ]

    assert posted(books, first, *more).posted == 7

    assert shard_totals(books, first.tenant).accounts == add_up([first, *more])
    assert len(shard_totals(books, first.tenant).accounts) == 150


def test_more_notes_than_one_read_takes_are_found(ledger, books):
    events = noted(ledger, 30)

    ids = [note.event for note in books.unposted(events[0].tenant, SHARD)]

    assert ids == sorted(event.id for event in events)


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_of_many_that_post_the_same_at_once_each_event_is_counted_once(ledger, books):
    events = noted(ledger, 12)
    tries = [events[start : start + 4] for start in range(0, 12, 2)] * 2

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(lambda part: posted(books, *part), tries))

    assert sum(outcome.posted for outcome in outcomes) == 12
    assert shard_totals(books, events[0].tenant).accounts == add_up(events)
    assert books.days(events[0].tenant, TODAY, TODAY)[TODAY]["turns"] == 12
    assert unposted_in(books, events[0].tenant) == []


@AT_ONCE
def test_while_a_period_is_closed_each_event_ends_up_on_one_side(ledger, books):
    events = noted(ledger, 12)
    tenant = events[0].tenant

    def close_or_post(number):
        if number == 6:
            return books.close(tenant, PERIOD, SHARD)
        return posted(books, *events[2 * (number % 6) : 2 * (number % 6) + 2])

    with ThreadPoolExecutor(4) as threads:
        fence = list(threads.map(close_or_post, range(12)))[6]

    late = Counter(late.event for late in books.late_into(tenant, NEXT))
    own = [event for event in events if EventId(event.id) not in late]
    assert fence.accounts == shard_totals(books, tenant).accounts == add_up(own)
    others = [event for event in events if event.id in late]
    assert merged(each.accounts for each in books.totals(tenant, NEXT)) == add_up(others)
