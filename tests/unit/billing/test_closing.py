"""Closing a period: once, in order, when it is over; killed anywhere, it ends the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from helpdesk.billing.chain import GENESIS, verify
from helpdesk.billing.charges import charges_of
from helpdesk.billing.exports import ExportId
from helpdesk.errors import Conflict, PolicyViolation
from helpdesk.ids import TenantId
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from tests.fakes.periods import MemoryPeriods
from tests.unit.billing.closing_world import (
    DECEMBER,
    FERN,
    FOR_EVER,
    NOVEMBER,
    OAK,
    OCTOBER,
    PINE,
    Killed,
    Platform,
    Reaper,
    a_tenant,
    export_of,
)

SEPTEMBER = "2026-09"
SEPTEMBER_28, OCTOBER_5 = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 1, 5, tzinfo=UTC)
CLOSABLE = datetime(2026, 10, 1, 6, tzinfo=UTC)
FIRST_EXPORT, OTHER_EXPORT = export_of(SEPTEMBER), ExportId("exp_2")


@pytest.fixture
def platform():
    """Three tenants since September, one of them idle and without a fee."""
    return Platform(a_tenant(FERN), a_tenant(OAK, "standard"), a_tenant(PINE))


# Beginning


def test_a_period_is_closed_six_hours_after_its_end_and_not_before(platform):
    platform.now = CLOSABLE - timedelta(milliseconds=1)
    with pytest.raises(PolicyViolation, match=r"from 2026-10-01T06:00:00\.000Z on"):
        platform.closing().begin(SEPTEMBER, FIRST_EXPORT)

    platform.now = CLOSABLE
    close = platform.closing().begin(SEPTEMBER, FIRST_EXPORT)

    assert (close.began_at, close.previous_sha256, close.last_number) == (CLOSABLE, GENESIS, 0)


def test_the_first_period_is_that_of_the_first_tenant_or_one_before(platform):
    platform.now = OCTOBER_5
    with pytest.raises(Conflict, match="the next is 2026-09"):
        replace(platform.closing(), now=lambda: NEXT_YEAR).begin(OCTOBER, FIRST_EXPORT)

    platform.close("2026-08")
    assert platform.statements("2026-08") == []


def test_a_platform_without_tenants_closes_any_period():
    assert Platform().close(OCTOBER).status == "closed"


def test_periods_are_closed_in_order(platform):
    platform.now = NEXT_YEAR
    platform.closing().begin(SEPTEMBER, FIRST_EXPORT)
    with pytest.raises(Conflict, match="2026-09 is still being closed"):
        platform.closing().begin(OCTOBER, OTHER_EXPORT)

    platform.close(SEPTEMBER)
    for out_of_order in (NOVEMBER, "2026-08"):
        with pytest.raises(Conflict, match="the next is 2026-10"):
            platform.closing().begin(out_of_order, OTHER_EXPORT)
    platform.close(OCTOBER)


def test_one_export_closes_a_period(platform):
    platform.now = CLOSABLE
    begun = platform.closing().begin(SEPTEMBER, FIRST_EXPORT)
    platform.now += timedelta(hours=1)

    assert platform.closing().begin(SEPTEMBER, FIRST_EXPORT) == begun
    with pytest.raises(Conflict, match="exp_2026-09"):
        platform.closing().begin(SEPTEMBER, OTHER_EXPORT)

    closed = platform.close(SEPTEMBER)
    assert platform.closing().begin(SEPTEMBER, FIRST_EXPORT) == closed
    with pytest.raises(Conflict, match="exp_2026-09"):
        platform.closing().begin(SEPTEMBER, OTHER_EXPORT)


def test_of_two_exports_that_begin_at_once_one_closes_the_period(platform):
    class BeforeTheOther(MemoryPeriods):
        """Periods as they were a moment ago, but for what is written."""

        def get(self, period):
            return None

        def last(self):
            return None

    platform.now, platform.periods = CLOSABLE, BeforeTheOther()
    platform.closing().begin(SEPTEMBER, FIRST_EXPORT)

    with pytest.raises(Conflict, match="exp_2026-09"):
        platform.closing().begin(SEPTEMBER, OTHER_EXPORT)


# The books


def test_what_was_used_is_stated_and_charged_even_if_nobody_had_told_of_it(platform):
    platform.close(SEPTEMBER)
    platform.use(FERN, "told", OCTOBER_5, resolutions=60)
    platform.use(FERN, "untold", OCTOBER_5, resolutions=3)

    platform.close(OCTOBER)

    fern, oak, pine = platform.statements(OCTOBER)
    usage = [line for line in fern.bill.lines if line.meter == "resolutions"]
    assert [line.quantity for line in usage if line.kind == "usage"] == [63]
    assert fern.bill.net.micros == 49_000_000 + 13 * 990_000
    assert (fern.tenant_name, fern.details.legal_name) == ("Company ten_1fern", "Acme Ltd")
    assert fern.issued_on.isoformat() == "2026-11-01"
    assert (oak.number, oak.bill.lines) == (None, ())
    # In September two paid for a part of the month; the idle one has no number.
    assert (fern.number, pine.number) == ("HD-000003", "HD-000004")
    charges = platform.charges.of_period(FERN, OCTOBER)
    assert charges == charges_of(FERN, fern.bill)
    assert {charge.line.kind for charge in charges} >= {"subscription", "included", "tax"}


def test_what_comes_after_the_close_is_an_adjustment_of_the_next_period(platform):
    platform.close(SEPTEMBER)
    before = platform.use(OAK, "before", OCTOBER_5)
    platform.close(OCTOBER)
    late = platform.use(OAK, "late", OCTOBER_5 + timedelta(days=2))
    platform.post(late, before, late)
    stated = platform.statements(OCTOBER)

    platform.close(NOVEMBER)

    assert platform.statements(OCTOBER) == stated
    _, oak, _ = platform.statements(NOVEMBER)
    assert {line.period for line in oak.bill.lines if line.kind == "usage"} == {OCTOBER}
    (adjustment,) = platform.books.late_into(OAK, NOVEMBER)
    assert (adjustment.event, adjustment.happened_in) == (late.id, OCTOBER)


@pytest.mark.parametrize(("resolutions", "worth"), [(40, 0), (60, 990_000)])
def test_a_credit_is_worth_what_was_paid_in_the_month_that_it_adjusts(platform, resolutions, worth):
    platform.close(SEPTEMBER)
    used = platform.use(FERN, "used", OCTOBER_5, resolutions, tokens=0)
    platform.close(OCTOBER)
    platform.take_back(used, "back", resolutions=1)

    platform.close(NOVEMBER)

    fern, *_ = platform.statements(NOVEMBER)
    assert fern.bill.net.micros == 49_000_000 - worth
    assert {line.period for line in fern.bill.lines if line.meter == "resolutions"} == {OCTOBER}
    assert platform.reconcile(NOVEMBER).adds_up


def test_what_comes_late_again_is_counted_on_top_of_what_came_late_before(platform):
    platform.close(SEPTEMBER)
    for number, period in enumerate([OCTOBER, NOVEMBER, DECEMBER]):
        platform.use(FERN, f"{number}", OCTOBER_5, resolutions=30, tokens=0)
        platform.close(period)

    bills = [platform.statements(period)[0].bill for period in (OCTOBER, NOVEMBER, DECEMBER)]

    # Of ninety in October fifty are included, whichever month they are billed in.
    paid = [bill.net.micros - 49_000_000 for bill in bills]
    assert paid == [0, 10 * 990_000, 30 * 990_000]


def test_books_of_which_one_shard_is_closed_take_nothing_there_and_all_is_billed_once(platform):
    """Whoever posts while the close runs: what comes too late for it is in the next one."""
    platform.close(SEPTEMBER)
    events = [platform.use(OAK, f"{n:03}", OCTOBER_5, tokens=1) for n in range(40)]
    for shard in range(4):
        platform.books.close(OAK, OCTOBER, shard)
    platform.post(*events)

    platform.close(OCTOBER)
    platform.close(NOVEMBER)

    billed = [
        line.quantity
        for period in (OCTOBER, NOVEMBER)
        for line in platform.statements(period)[1].bill.lines
        if line.meter == "input_tokens" and line.kind == "usage"
    ]
    assert len(billed) == 2
    assert sum(billed) == 40


def test_a_worker_whose_time_is_over_is_followed_by_another(platform):
    platform.now = CLOSABLE
    close = platform.closing().begin(SEPTEMBER, FIRST_EXPORT)
    stopped = [CLOSABLE, CLOSABLE + timedelta(hours=1)]
    impatient = replace(platform.closing(), now=lambda: stopped.pop(0))

    assert not impatient.close_books(close, CLOSABLE + timedelta(minutes=1))
    assert [each.tenant for each in platform.statements(SEPTEMBER)] == [FERN]
    with pytest.raises(Conflict, match="ten_2oak"):
        platform.closing().seal(close, "m", CLOSABLE)

    assert platform.closing().close_books(close, FOR_EVER)
    assert [each.number for each in platform.statements(SEPTEMBER)] == [
        *("HD-000001", None, "HD-000002")
    ]


def test_what_was_stated_stays_whatever_the_tenant_changes_meanwhile(platform):
    platform.now = CLOSABLE
    close = platform.closing().begin(SEPTEMBER, FIRST_EXPORT)
    platform.closing().close_books(close, FOR_EVER)
    stated = platform.statements(SEPTEMBER)
    fern = platform.tenants.get(FERN)
    other = replace(
        fern, name="Renamed", terms=(PlanTerm(PLANS["standard"], fern.created_at),)
    ).with_settings(fern.settings)
    platform.tenants.save(other)

    platform.closing().close_books(close, FOR_EVER)
    platform.close(SEPTEMBER)

    assert platform.statements(SEPTEMBER) == stated


@pytest.mark.parametrize("newcomer", ["ten_0first", "ten_2p", "ten_9last"])
def test_who_signs_up_while_a_period_is_closed_shifts_no_number(platform, newcomer):
    platform.now = CLOSABLE
    close = platform.closing().begin(SEPTEMBER, FIRST_EXPORT)
    ticks = [CLOSABLE, CLOSABLE + timedelta(hours=1)]
    replace(platform.closing(), now=lambda: ticks.pop(0)).close_books(
        close, CLOSABLE + timedelta(minutes=1)
    )
    platform.tenants.add(a_tenant(TenantId(newcomer), since=CLOSABLE), [])

    platform.close(SEPTEMBER)

    assert [(each.tenant, each.number) for each in platform.statements(SEPTEMBER)] == [
        (FERN, "HD-000001"),
        (OAK, None),
        (PINE, "HD-000002"),
    ]


def test_a_close_that_is_killed_at_any_step_ends_as_if_it_had_not_been():
    def a_platform():
        platform = Platform(a_tenant(FERN), a_tenant(OAK, "standard"), a_tenant(PINE))
        platform.post(platform.use(PINE, "posted", SEPTEMBER_28))
        for number in range(8):
            platform.use(OAK if number % 3 else FERN, f"{number:03}", SEPTEMBER_28)
        platform.now = CLOSABLE
        return platform

    def outcome_of(platform):
        stated = platform.statements(SEPTEMBER)
        charges = [platform.charges.of_period(each.tenant, SEPTEMBER) for each in stated]
        return stated, charges, platform.periods.all(), platform.archive.files

    undisturbed = a_platform()
    undisturbed.close(SEPTEMBER)
    assert undisturbed.reconcile(SEPTEMBER).adds_up
    killed = 0
    for step in count(1):
        platform = a_platform()
        try:
            platform.close(SEPTEMBER, Reaper(step))
        except Killed:
            killed += 1
            platform.close(SEPTEMBER)
            assert outcome_of(platform) == outcome_of(undisturbed), step
        else:
            break
    assert killed > 150


def test_a_tenant_with_several_currencies_in_a_month_is_named(platform):
    platform.use(FERN, "in-usd", SEPTEMBER_28)
    platform.use(OAK, "in-usd-too", SEPTEMBER_28)
    oak = platform.tenants.get(OAK)
    euros = PlanTerm(PLANS["pro-eur"], oak.created_at)
    platform.tenants.save(replace(oak, terms=(euros,)).with_settings(oak.settings))

    with pytest.raises(PolicyViolation, match=r"ten_2oak .* several currencies in 2026-09"):
        platform.close(SEPTEMBER)


# The end


def test_a_sealed_period_stays_as_it_is(platform):
    closed = platform.close(SEPTEMBER)

    assert closed.last_number == 2
    assert platform.closing().seal(closed, closed.manifest_sha256, FOR_EVER) == closed
    with pytest.raises(Conflict, match="another manifest"):
        platform.closing().seal(closed, "other", FOR_EVER)
    assert platform.periods.get(SEPTEMBER) == closed


def test_the_closes_are_a_chain(platform):
    closes = [platform.close(period) for period in (SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER)]

    assert [close.last_number for close in closes] == [2, 4, 6, 8]
    assert closes[1].previous_sha256 == closes[0].sha256
    assert verify(closes) is None
