"""The events behind a bill come in order, page by page, once each, and never another tenant's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.accounts import add_up
from helpdesk.billing.billed_events import BilledEvents, Wanted
from helpdesk.billing.event_reads import events_at
from helpdesk.billing.running import RunningAccounts
from helpdesk.errors import ValidationFailed
from helpdesk.ids import EventId
from helpdesk.usage import UsageEvent
from tests.unit.billing.closing_world import (
    FERN,
    NOVEMBER,
    OAK,
    OCTOBER,
    Platform,
    a_tenant,
)

OCTOBER_5 = datetime(2026, 10, 5, tzinfo=UTC)
NOVEMBER_5 = datetime(2026, 11, 5, tzinfo=UTC)
ANY = Wanted()


@pytest.fixture
def platform():
    platform = Platform(a_tenant(FERN), a_tenant(OAK))
    platform.post(platform.use(FERN, "october", OCTOBER_5))
    platform.close("2026-09")
    platform.close(OCTOBER)
    return platform


def listed(platform, tenant=FERN, period=NOVEMBER, wanted=ANY, limit=7):
    events: list[UsageEvent] = []
    cursor = None
    reader = BilledEvents(platform.ledger, platform.books)
    while True:
        page = reader.page(tenant, period, wanted, limit, cursor)
        assert len(page.items) <= limit
        events += page.items
        if not (cursor := page.next_cursor):
            return events


def test_all_events_come_once_in_the_order_of_their_ids(platform):
    used = [platform.use(FERN, f"{number:03}", NOVEMBER_5) for number in range(60)]
    late = [platform.use(FERN, f"{number:03}late", OCTOBER_5) for number in range(0, 60, 10)]
    platform.use(OAK, "theirs", NOVEMBER_5)
    platform.post(*used[::2], *late)

    assert listed(platform) == sorted([*used, *late], key=lambda event: event.id)
    assert [event.id for event in listed(platform, period=OCTOBER)] == ["evt_october"]


def test_they_are_what_the_bill_is_made_of(platform):
    used = [platform.use(FERN, f"{number:03}", NOVEMBER_5) for number in range(20)]
    platform.post(*used[::2], platform.use(FERN, "late", OCTOBER_5))

    billed = RunningAccounts(platform.ledger, platform.books).of(FERN, NOVEMBER)

    assert add_up(listed(platform)) == billed


def test_a_page_that_just_fits_is_the_last(platform):
    platform.use(FERN, "a", NOVEMBER_5)
    platform.use(FERN, "b", NOVEMBER_5)

    page = BilledEvents(platform.ledger, platform.books).page(FERN, NOVEMBER, ANY, 2, None)

    assert (len(page.items), page.next_cursor) == (2, None)


def test_those_behind_a_line_are_found(platform):
    event = platform.use(FERN, "a", NOVEMBER_5)
    late = platform.use(FERN, "late", OCTOBER_5)
    platform.post(late)

    def found(**wanted):
        return listed(platform, wanted=Wanted(**wanted))

    assert found(meter="resolutions", happened_in=NOVEMBER) == [event]
    assert found(meter="resolutions", happened_in=OCTOBER) == [late]
    assert found(meter="input_tokens", model="gpt") == [event, late]
    credit = replace(event, id=EventId("evt_0"), corrects=late.id, corrects_in=OCTOBER)
    platform.ledger.record(credit)
    assert found(meter="resolutions", happened_in=OCTOBER) == [credit, late]
    # no line is of both
    assert found(meter="resolutions", model="gpt") == []
    assert found(meter="actions") == []
    assert found(conversation="conv_1") == []


def test_where_few_are_wanted_the_search_goes_on_page_by_page(platform, monkeypatch):
    monkeypatch.setattr("helpdesk.billing.billed_events._MOST_READ", 3)
    for number in range(10):
        platform.use(FERN, f"{number}", NOVEMBER_5)
    late = platform.use(FERN, "z", OCTOBER_5)
    platform.post(late)
    reader, wanted = BilledEvents(platform.ledger, platform.books), Wanted(happened_in=OCTOBER)

    first = reader.page(FERN, NOVEMBER, wanted, 5, None)

    assert (first.items, first.next_cursor is None) == ([], False)
    assert listed(platform, wanted=wanted) == [late]


@pytest.mark.parametrize("cursor", ["x", "evt_1", "ZXZ0XyDDpA", "dGVuXzE"])
def test_a_cursor_that_is_none_is_refused(platform, cursor):
    with pytest.raises(ValidationFailed):
        BilledEvents(platform.ledger, platform.books).page(FERN, NOVEMBER, ANY, 5, cursor)


def test_any_number_of_events_is_read_in_order(platform):
    events = [platform.use(FERN, f"{number:03}", NOVEMBER_5) for number in range(250)]

    assert [*events_at(platform.ledger, FERN, [(NOVEMBER, each.id) for each in events])] == events


@given(st.integers(0, 20), st.integers(1, 25))
def test_pages_of_any_size_hold_all(number, limit):
    platform = Platform(a_tenant(FERN))
    used = [platform.use(FERN, f"{each:03}", NOVEMBER_5) for each in range(number)]

    assert listed(platform, limit=limit) == used
