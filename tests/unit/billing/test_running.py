"""The running accounts hold each event once, whoever records and posts while they are read."""

from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.running import RunningAccounts
from helpdesk.errors import Unavailable
from helpdesk.usage import SHARDS
from tests.unit.billing.closing_world import (
    FERN,
    NOVEMBER,
    OAK,
    OCTOBER,
    Platform,
    a_tenant,
)
from tests.unit.billing.meddling import SCRIPTS, Crowd, Meddled

OCTOBER_5 = datetime(2026, 10, 5, tzinfo=UTC)
NOVEMBER_5 = datetime(2026, 11, 5, tzinfo=UTC)


@pytest.fixture
def platform():
    return Platform(a_tenant(FERN), a_tenant(OAK))


def running(platform, meddle=lambda: None):
    return RunningAccounts(Meddled(platform.ledger, meddle), Meddled(platform.books, meddle))


def resolutions(accounts):
    return sum(
        sum_.quantity for account, sum_ in accounts.items() if account.meter == "resolutions"
    )


@given(st.integers(0, 12), st.sets(st.integers(0, 11)), SCRIPTS)
def test_nothing_is_lost_and_nothing_twice(recorded, posted, script):
    platform = Platform(a_tenant(FERN))
    platform.close("2026-09")
    platform.close(OCTOBER)  # what happened in October is posted to November
    crowd = Crowd(platform, FERN, [NOVEMBER_5, NOVEMBER_5, OCTOBER_5])
    events = [crowd.record() for _ in range(recorded)]
    platform.post(*(events[each] for each in posted if each < recorded))
    before = 2 ** len(crowd.events) - 1
    crowd.follow(script)

    counted = resolutions(running(platform, crowd.step).of(FERN, NOVEMBER))

    after = 2 ** len(crowd.events) - 1
    assert counted & before == before
    assert counted & ~after == 0


def test_what_was_written_before_is_there_at_once(platform):
    platform.use(FERN, "a", NOVEMBER_5, resolutions=3)

    assert resolutions(running(platform).of(FERN, NOVEMBER)) == 3
    assert running(platform).of(OAK, NOVEMBER) == {}
    assert running(platform).of(FERN, OCTOBER) == {}


def test_a_shard_that_never_rests_is_no_answer(platform):
    numbers = count()

    def meddle():
        platform.post(platform.use(FERN, f"{next(numbers)}", NOVEMBER_5))

    with pytest.raises(Unavailable):
        running(platform, meddle).of(FERN, NOVEMBER)


def test_of_an_open_month_only_its_own_events_count(platform):
    platform.use(FERN, "a", OCTOBER_5)

    assert running(platform).of(FERN, NOVEMBER) == {}


def test_what_comes_for_a_closed_month_is_on_the_next_ones_bill_by_name(platform):
    platform.close("2026-09")
    platform.close(OCTOBER)
    platform.use(FERN, "late", OCTOBER_5, resolutions=3)

    assert running(platform).of(FERN, OCTOBER) == {}
    accounts = running(platform).of(FERN, NOVEMBER)
    assert {account.period for account in accounts} == {OCTOBER}
    assert resolutions(accounts) == 3
    assert running(platform).of(FERN, "2026-12") == {}


def test_all_shards_are_read(platform):
    events = [platform.use(FERN, f"{number}", NOVEMBER_5) for number in range(20 * SHARDS)]
    platform.post(*events[::2])

    assert resolutions(running(platform).of(FERN, NOVEMBER)) == len(events)
