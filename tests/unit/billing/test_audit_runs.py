"""Runs of an audit: however often it is stopped or killed, it finds what one run would."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from helpdesk.billing.audit_runs import AuditRuns
from helpdesk.ids import TenantId
from helpdesk.usage import SHARDS
from tests.unit.billing.closing_world import (
    FERN,
    FOR_EVER,
    OAK,
    OCTOBER,
    PINE,
    Killed,
    Mortal,
    Platform,
    Reaper,
    a_tenant,
    export_of,
)

OCTOBER_5 = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.fixture
def platform():
    platform = Platform(a_tenant(FERN), a_tenant(OAK, "pro-eur"), a_tenant(PINE, "standard"))
    platform.close("2026-09")
    for number in range(30):
        platform.post(platform.use(FERN, f"f{number}", OCTOBER_5, resolutions=number + 1))
        platform.post(platform.use(OAK, f"o{number}", OCTOBER_5, resolutions=number + 1))
    platform.close(OCTOBER)
    return platform


def runs(platform, clock=None, archive=None):
    return AuditRuns(platform.audit(), archive or platform.archive, clock or (lambda: platform.now))


def steps(platform):
    """A shard or a file is one."""
    return 3 * SHARDS + len(platform.exports.get(export_of(OCTOBER)).files)


def test_with_time_enough_one_run_finds_all_and_keeps_nothing(platform):
    before = dict(platform.archive.files)

    assert runs(platform).run("rec_1", OCTOBER, FOR_EVER) == platform.reconcile(OCTOBER)
    assert platform.archive.files == before


def test_in_runs_without_any_time_it_goes_on_step_by_step(platform):
    for _ in range(steps(platform)):
        assert runs(platform).run("rec_1", OCTOBER, platform.now) is None

    assert runs(platform).run("rec_1", OCTOBER, platform.now) == platform.reconcile(OCTOBER)


def test_two_audits_do_not_meet(platform):
    runs(platform).run("rec_1", OCTOBER, platform.now)

    assert runs(platform).run("rec_2", "2026-09", FOR_EVER) == platform.reconcile("2026-09")
    assert runs(platform).run("rec_1", OCTOBER, FOR_EVER) == platform.reconcile(OCTOBER)


@pytest.mark.parametrize("done", [1, 4, 9, 12, 20])
def test_who_signs_up_in_front_of_a_tenant_that_is_half_read_changes_nothing(platform, done):
    whole = platform.reconcile(OCTOBER)
    for _ in range(done):
        runs(platform).run("rec_1", OCTOBER, platform.now)
    for name in ("ten_0", "ten_1z", "ten_2z"):
        platform.tenants.add(a_tenant(TenantId(name), since=platform.now), [])

    assert runs(platform).run("rec_1", OCTOBER, FOR_EVER) == whole


def test_a_killed_run_is_gone_on_with_from_the_minute_before(platform):
    minutes = count()

    def a_minute_later():
        return platform.now + timedelta(minutes=next(minutes))

    def run(reaper):
        archive = Mortal(platform.archive, reaper)
        return runs(platform, a_minute_later, archive).run("rec_1", OCTOBER, FOR_EVER)

    for _ in range(10):
        with pytest.raises(Killed):
            run(Reaper(at=2))
    last = Reaper()
    found = run(last)

    # It read what each of the others had kept of one step more, kept its own, and cleared away.
    assert last.steps == 1 + (steps(platform) - 10) + 1
    assert found.sums == platform.reconcile(OCTOBER).sums
    assert found.adds_up


def test_once_it_has_ended_it_begins_anew(platform):
    runs(platform).run("rec_1", OCTOBER, platform.now)
    (shard, *_) = platform.books.totals(FERN, OCTOBER)
    key = FERN, OCTOBER, shard.shard
    platform.books._totals.pop(key)
    assert not runs(platform).run("rec_1", OCTOBER, FOR_EVER).adds_up
    platform.books._totals[key] = shard

    assert runs(platform).run("rec_1", OCTOBER, FOR_EVER).adds_up
