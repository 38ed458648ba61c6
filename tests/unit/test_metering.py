"""Bills add up exactly, in whole micro-units."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.ids import EventId, TenantId
from helpdesk.metering import add_up
from helpdesk.money import Money
from helpdesk.usage import METERS, UsageEvent, UsageLine

_LINES = st.builds(
    UsageLine,
    meter=st.sampled_from(METERS),
    quantity=st.integers(0, 10**12),
    unit_price=st.just(Money(3)),
    cost=st.integers(0, 10**15).map(Money),
)
_EVENTS = st.builds(
    UsageEvent,
    id=st.uuids().map(lambda id_: EventId(f"evt_{id_}")),
    tenant=st.just(TenantId("ten_1")),
    type=st.just("turn"),
    subject=st.just("turn_1"),
    occurred_at=st.just(datetime(2026, 11, 24, tzinfo=UTC)),
    plan=st.just("standard@1"),
    price_version=st.just("2026-11-23"),
    lines=st.lists(_LINES, max_size=5).map(tuple),
)


@given(st.lists(_EVENTS, max_size=30))
def test_the_meters_hold_all_that_the_events_hold(events):
    totals = add_up(events)

    every = [each for event in events for each in event.lines]
    assert [each.meter for each in totals] == list(METERS)
    assert sum(each.quantity for each in totals) == sum(each.quantity for each in every)
    assert sum(each.cost.micros for each in totals) == sum(each.cost.micros for each in every)


@given(st.lists(_EVENTS, max_size=20), st.randoms())
def test_the_order_of_events_changes_nothing(events, random):
    shuffled = random.sample(events, len(events))

    assert add_up(shuffled) == add_up(events)


@given(st.integers(-(10**18), 10**18))
def test_money_survives_the_border(micros):
    assert Money.of(Money(micros).amount()) == Money(micros)
