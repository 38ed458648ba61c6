"""The dashboard counts UTC days, and says how old its figures are."""

from datetime import UTC, date, datetime, timedelta

from helpdesk.billing.day_counts import CountingDays
from tests.unit.billing.closing_world import FERN, OAK, Platform, a_tenant

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def recent(platform, tenant=FERN, number=3):
    return CountingDays(platform.books, lambda: NOON).recent(tenant, number)


def test_days_are_counted_and_none_is_left_out():
    platform = Platform(a_tenant(FERN), a_tenant(OAK))
    platform.post(
        platform.use(FERN, "a", NOON, resolutions=2),
        platform.use(FERN, "b", NOON - timedelta(days=2)),
        platform.use(FERN, "c", NOON - timedelta(days=3)),
        platform.use(OAK, "d", NOON, resolutions=5),
    )

    days = recent(platform).days

    resolutions = {day: counts.get("resolutions", 0) for day, counts in days.items()}
    assert resolutions == {
        date(2026, 11, 3): 1,
        date(2026, 11, 4): 0,
        date(2026, 11, 5): 2,
    }
    assert list(resolutions) == sorted(resolutions)


def test_with_everything_posted_the_figures_are_of_now():
    platform = Platform(a_tenant(FERN), a_tenant(OAK))
    platform.post(platform.use(FERN, "a", NOON - MINUTE))
    platform.use(OAK, "theirs", NOON - MINUTE)

    assert (recent(platform).as_of, recent(platform).age) == (NOON, timedelta(0))


def test_they_are_as_old_as_the_oldest_event_that_is_not_posted():
    platform = Platform(a_tenant(FERN))
    for number in range(10):
        platform.use(FERN, f"{number}", NOON - number * MINUTE)

    assert (recent(platform).as_of, recent(platform).age) == (NOON - 9 * MINUTE, 9 * MINUTE)


def test_a_clock_that_runs_ahead_makes_no_figures_of_the_future():
    platform = Platform(a_tenant(FERN))
    platform.use(FERN, "a", NOON + MINUTE)

    assert recent(platform).as_of == NOON
