"""Checks find what is forgotten or wrong, and nothing else, while others record and post."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.accounts import Sum
from helpdesk.billing.checking import OVERDUE_AFTER, Checking, CheckReport, Whose
from helpdesk.billing.posting import PostingUsage
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import TenantId
from helpdesk.usage import SHARDS, shard_of
from tests.unit.billing.closing_world import (
    FERN,
    FOR_EVER,
    NOVEMBER,
    OAK,
    OCTOBER,
    PINE,
    Platform,
    a_tenant,
)
from tests.unit.billing.meddling import SCRIPTS, Crowd, Meddled

OCTOBER_5 = datetime(2026, 10, 5, tzinfo=UTC)
NOVEMBER_5 = datetime(2026, 11, 5, 12, tzinfo=UTC)
ALL = Whose(FOR_EVER)


@pytest.fixture
def platform():
    platform = Platform(a_tenant(FERN), a_tenant(OAK), a_tenant(PINE))
    platform.now = NOVEMBER_5
    return platform


def checking(platform, meddle=lambda: None, told=lambda report: None):
    ledger, books = Meddled(platform.ledger, meddle), Meddled(platform.books, meddle)
    return Checking(
        ledger, books, platform.tenants, PostingUsage(books), lambda: platform.now, told
    )


def miscounted(platform, event, by=1):
    """The shard of a posted event has more lines of its units than there are."""
    totals = next(
        each
        for each in platform.books.totals(event.tenant, NOVEMBER)
        if each.shard == shard_of(event.id)
    )
    accounts = {account: sum_ + Sum(by, by, by) for account, sum_ in totals.accounts.items()}
    platform.books.replace(replace(totals, accounts=accounts))
    return totals


def held(platform, tenant, period=NOVEMBER):
    return {each.shard: each.accounts for each in platform.books.totals(tenant, period)}


def test_all_is_well(platform):
    events = [platform.use(FERN, f"{number}", NOVEMBER_5) for number in range(30)]
    platform.post(*events[:20], platform.use(OAK, "o", NOVEMBER_5))
    reports: list[CheckReport] = []

    report = checking(platform, told=reports.append).check(NOVEMBER, ALL)

    assert report.equal
    assert (report.tenants, report.shards, report.events) == (3, 3 * SHARDS, 21)
    assert (report.overdue, report.busy) == (0, 0)
    assert reports == [report]


def test_a_difference_is_named_account_by_account(platform):
    event = platform.use(FERN, "a", NOVEMBER_5)
    platform.post(event)
    miscounted(platform, event)

    report = checking(platform).check(NOVEMBER, ALL)

    assert not report.equal
    assert [each.account.meter for each in report.differences] == ["input_tokens", "resolutions"]
    (_, second) = report.differences
    assert (second.tenant, second.period, second.shard) == (FERN, NOVEMBER, shard_of(event.id))
    assert (second.ledger.quantity, second.books.quantity) == (1, 2)
    assert checking(platform).check(NOVEMBER, Whose(FOR_EVER, tenant=OAK)).equal


@pytest.mark.parametrize("missing", ["in the books", "in the ledger"])
def test_an_account_that_only_one_side_has_differs(platform, missing):
    event = platform.use(FERN, "a", NOVEMBER_5)
    platform.post(event)
    totals = miscounted(platform, event, by=0)
    strange = {replace(each, plan="other@1"): sum_ for each, sum_ in totals.accounts.items()}
    accounts = {} if missing == "in the books" else {**totals.accounts, **strange}
    platform.books.replace(replace(totals, version=totals.version + 1, accounts=accounts))

    (first, _) = checking(platform).check(NOVEMBER, ALL).differences

    assert (first.books if missing == "in the books" else first.ledger) == Sum()


def test_what_is_overdue_is_posted_and_what_is_not_yet_is_left(platform):
    long_ago = platform.use(FERN, "a", NOVEMBER_5 - OVERDUE_AFTER - timedelta(seconds=1))
    october = platform.use(FERN, "b", OCTOBER_5)
    platform.use(FERN, "c", NOVEMBER_5 - OVERDUE_AFTER)

    report = checking(platform).check(NOVEMBER, ALL)

    assert (report.overdue, report.events, report.equal) == (2, 1, True)
    notes = [note.event for shard in range(SHARDS) for note in platform.books.unposted(FERN, shard)]
    assert long_ago.id not in notes
    assert october.id not in notes
    assert len(notes) == 1


@given(st.integers(0, 8), st.sets(st.integers(0, 7)), SCRIPTS)
def test_whoever_records_and_posts_meanwhile_makes_no_difference(recorded, posted, script):
    platform = Platform(a_tenant(FERN))
    platform.close("2026-09")
    platform.close(OCTOBER)
    platform.now = NOVEMBER_5
    crowd = Crowd(platform, FERN, [NOVEMBER_5, NOVEMBER_5, OCTOBER_5])
    events = [crowd.record() for _ in range(recorded)]
    platform.post(*(events[each] for each in posted if each < recorded))
    crowd.follow(script)

    assert checking(platform, crowd.step).check(NOVEMBER, ALL).differences == ()
    crowd.follow(script)
    assert checking(platform, crowd.step).check(OCTOBER, ALL).differences == ()


@given(st.sets(st.integers(0, 7)), SCRIPTS)
def test_a_rebuild_gives_the_same_figures_whoever_posts_meanwhile(posted, script):
    platform = Platform(a_tenant(FERN))
    platform.close("2026-09")
    platform.close(OCTOBER)
    platform.now = NOVEMBER_5
    crowd = Crowd(platform, FERN, [NOVEMBER_5, NOVEMBER_5, OCTOBER_5])
    events = [crowd.record() for _ in range(8)]
    platform.post(*(events[each] for each in posted))
    crowd.follow(script)

    report = checking(platform, crowd.step).rebuild(NOVEMBER, ALL)

    assert report.differences == ()
    assert checking(platform).check(NOVEMBER, ALL).equal


class AtStep:
    """Does something at the nth step, once."""

    def __init__(self, number, action):
        self._steps, self._number, self._action = count(), number, action
        self.is_over = True

    def __call__(self):
        self.is_over = (step := next(self._steps)) < self._number
        if step == self._number:
            self._action()


@pytest.mark.parametrize("period", [OCTOBER, NOVEMBER])
@pytest.mark.parametrize("when", [OCTOBER_5, NOVEMBER_5])
@pytest.mark.parametrize("work", ["check", "rebuild"])
def test_a_posting_at_any_step_makes_no_difference(period, when, work):
    for number in count():
        platform = Platform(a_tenant(FERN))
        platform.close("2026-09")
        platform.close(OCTOBER)
        platform.now = when  # so that it is not overdue
        event = platform.use(FERN, "a", when)
        at_step = AtStep(number, lambda platform=platform, event=event: platform.post(event))
        use_case = checking(platform, at_step)
        whose = Whose(FOR_EVER, tenant=FERN)

        if work == "check":
            assert use_case.check(period, whose).equal
        elif period == NOVEMBER:
            use_case.rebuild(period, whose)
        assert checking(platform).check(period, whose).equal
        if at_step.is_over:
            break


def test_a_rebuild_mends_what_was_counted_wrong(platform):
    event = platform.use(FERN, "a", NOVEMBER_5)
    platform.post(event)
    right = held(platform, FERN)
    miscounted(platform, event)

    report = checking(platform).rebuild(NOVEMBER, Whose(FOR_EVER, tenant=FERN))

    assert [each.account.meter for each in report.differences] == ["input_tokens", "resolutions"]
    assert held(platform, FERN) == right
    assert checking(platform).check(NOVEMBER, ALL).equal


def test_a_closed_period_is_checked_but_never_rebuilt(platform):
    platform.use(FERN, "a", OCTOBER_5)
    platform.close("2026-09")
    platform.close(OCTOBER)
    late = platform.use(FERN, "late", OCTOBER_5)
    platform.post(late)

    assert checking(platform).check(OCTOBER, ALL).equal
    november = checking(platform).check(NOVEMBER, ALL)
    assert (november.equal, november.events) == (True, 1)
    with pytest.raises(Conflict, match="closed"):
        checking(platform).rebuild(OCTOBER, ALL)


def test_a_shard_that_never_rests_is_said_to_be_busy(platform):
    numbers = count()

    def meddle():
        event = platform.use(FERN, f"{next(numbers)}", NOVEMBER_5)
        if shard_of(event.id) == 0:
            platform.post(event)

    report = checking(platform, meddle).check(NOVEMBER, Whose(FOR_EVER, tenant=FERN))

    assert report.busy == 1
    assert not report.equal
    assert report.differences == ()


def test_when_time_is_up_it_says_where_to_go_on(platform):
    whose = Whose(until=platform.now)

    first = checking(platform).check(NOVEMBER, whose)
    assert (first.tenants, first.stopped_after, first.equal) == (1, FERN, False)

    second = checking(platform).check(NOVEMBER, replace(whose, after=FERN))
    assert second.stopped_after == OAK
    third = checking(platform).check(NOVEMBER, replace(whose, after=OAK))
    assert (third.tenants, third.stopped_after, third.equal) == (1, None, True)


def test_a_tenant_that_is_not_there_is_not_found(platform):
    with pytest.raises(NotFound):
        checking(platform).check(NOVEMBER, Whose(FOR_EVER, tenant=TenantId("ten_none")))
