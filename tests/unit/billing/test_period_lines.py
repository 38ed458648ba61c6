"""The order of a period's lines: the same for ever, and everything that was posted to it once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.errors import NotFound
from helpdesk.usage import SHARDS, shard_of
from tests.unit.billing.export_world import (
    BEFORE,
    LAST_MONTH,
    NOON,
    PERIOD,
    World,
    a_full_month,
    a_line,
    a_turn,
    an_event,
)


@pytest.fixture
def world():
    return World()


def ids(entries):
    return [entry.position.after for entry in entries]


def test_tenants_come_by_id_then_shards_then_late_events_then_charges(world):
    a_full_month(world)

    places = [(e.position.tenant, e.position.stage) for e in world.lines.read(PERIOD)]

    order = [*map(str, range(SHARDS)), "late", "charges"]
    assert places == sorted(places, key=lambda place: (place[0], order.index(place[1])))
    assert {stage for _, stage in places} >= {"late", "charges"}


def test_within_a_shard_events_come_by_id(world):
    tenant = world.sign_up("Larkfell")
    for minute in range(40):
        world.use(a_turn(tenant, NOON + timedelta(minutes=minute)))

    entries = list(world.lines.read(PERIOD))

    assert len(entries) == 40
    assert ids(entries) == sorted(ids(entries), key=lambda event: (shard_of(event), event))


def test_it_goes_on_behind_any_position(world):
    ada, _ = a_full_month(world)
    whole = list(world.lines.read(PERIOD))

    for read, entry in enumerate(whole, start=1):
        assert list(world.lines.read(PERIOD, after=entry.position)) == whole[read:]

    own = [entry for entry in whole if entry.position.tenant == ada]
    assert list(world.lines.read(PERIOD, ada)) == own
    assert list(world.lines.read(PERIOD, ada, own[5].position)) == own[6:]


def test_what_is_unposted_or_was_posted_elsewhere_is_left_out(world):
    tenant = world.sign_up("Larkfell")
    here = world.use(a_turn(tenant))
    world.use(a_turn(tenant), posted_to=None)
    world.use(a_turn(tenant), posted_to="2026-12")

    assert ids(world.lines.read(PERIOD)) == [here.id]
    assert world.lines.read(PERIOD)


def test_an_event_that_is_posted_elsewhere_while_it_is_read_is_left_out(world):
    tenant = world.sign_up("Larkfell")
    event = a_turn(tenant)
    world.use(event, posted_to=None)
    unposted = world.ledger.books.unposted

    def then_posted(*whose):
        notes = unposted(*whose)
        world.ledger.books.unposted = unposted
        world.use(event, posted_to="2026-12")
        return notes

    world.ledger.books.unposted = then_posted

    assert ids(world.lines.read(PERIOD)) == []


def test_a_late_event_is_an_adjustment_of_the_month_in_which_it_happened(world):
    tenant = world.sign_up("Larkfell")
    late = world.use(a_turn(tenant, LAST_MONTH))

    (entry,) = world.lines.read(PERIOD)

    assert entry.position.after == late.id
    assert {row.adjustment_of for row in entry.rows} == {BEFORE}
    assert {row.billing_period for row in entry.rows} == {PERIOD}
    assert list(world.lines.read(BEFORE)) == []


def a_correction(of, *lines):
    corrects = {"corrects": of.id, "corrects_in": of.month}
    return an_event(of.tenant, *lines, type="correction", **corrects)


def test_a_correction_adjusts_an_earlier_month_but_not_its_own(world):
    tenant = world.sign_up("Larkfell")
    back = a_line("resolutions", -1, 990_000)
    now, then = an_event(tenant), an_event(tenant, at=LAST_MONTH)
    world.use(now)
    world.use(then, posted_to=BEFORE)
    within = world.use(a_correction(now, back))
    across = world.use(a_correction(then, back))

    found = {e.position.after: e.rows[0].adjustment_of for e in world.lines.read(PERIOD)}

    assert found == {now.id: None, within.id: None, across.id: BEFORE}


def test_an_unknown_tenant_is_not_found(world):
    with pytest.raises(NotFound):
        list(world.lines.read(PERIOD, "ten_nobody"))


def test_a_tenant_keeps_the_name_that_it_had_when_the_month_was_closed(world):
    tenant = world.sign_up("Larkfell")
    world.use(a_turn(tenant))
    world.state(tenant, "HD-000042")
    stored = world.tenants.get(tenant)
    renamed = replace(stored, name="Merl & Co").with_settings(stored.settings)
    world.tenants.save(renamed)

    rows = [row for entry in world.lines.read(PERIOD) for row in entry.rows]

    assert {(row.tenant_name, row.invoice_number) for row in rows} == {("Larkfell", "HD-000042")}
