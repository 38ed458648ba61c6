"""An export: killed anywhere and begun again, its files have the same bytes."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.duckdb_export_files import DuckDBExportSums, DuckDBPartFiles
from helpdesk.billing.exports import KEPT_FOR
from helpdesk.billing.periods import end_of
from helpdesk.billing.statements import PeriodClose
from helpdesk.errors import Conflict
from helpdesk.money import Money
from tests.fakes.part_files import PlainPartFiles
from tests.unit.billing.export_world import (
    NOON,
    PERIOD,
    SOON,
    World,
    a_full_month,
    a_turn,
    an_export,
)


class Killed(BaseException):
    """What no worker survives."""


class Dying:
    """A port whose calls count down to a death: before a call, and then behind it."""

    def __init__(self, port, fuse):
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name):
        def call(*arguments):
            self._burn()
            answer = getattr(self._port, name)(*arguments)
            self._burn()
            return answer

        return call

    def _burn(self):
        self._fuse[0] -= 1
        if self._fuse[0] == 0:
            raise Killed


@pytest.fixture
def world():
    world = World()
    a_full_month(world)
    return world


def begun(world, **changes):
    export = an_export(**changes)
    world.exports.add(export)
    return export


def files_of(world, export):
    return [world.archive.files[file.key] for file in export.files]


def test_an_export_holds_every_line_once_in_every_format(world, tmp_path):
    done = world.exporting().run(begun(world, close=True), SOON)

    entries = list(world.lines.read(PERIOD))
    rows = [row for entry in entries for row in entry.rows]
    assert (done.status, done.closed, done.rows) == ("running", True, len(rows))
    assert done.manifest_key == f"closed/manifests/{PERIOD}.json"
    assert done.totals == (Money(0, "EUR"), Money(sum(row.cost_micros for row in rows)))
    assert world.exports.get(done.id) == done
    for format_ in ("csv", "parquet", "focus"):
        of_format = [file for file in done.files if file.format == format_]
        assert sum(file.rows for file in of_format) == len(rows)
        paths = [tmp_path / file.key.replace("/", "-") for file in of_format]
        for path, file in zip(paths, of_format, strict=True):
            path.write_bytes(world.archive.files[file.key])
        sums = DuckDBExportSums().sums(format_, paths)
        assert sum(sums.values()) == sum(row.cost_micros for row in rows)
        assert {tenant for tenant, _ in sums} == {row.tenant_id for row in rows}


def test_all_lines_of_an_event_are_in_one_part(world):
    exporting = world.exporting(rows_per_part=7, parts=PlainPartFiles())

    done = exporting.run(begun(world), SOON)

    sizes = [file.rows for file in done.files if file.format == "csv"]
    assert len(sizes) > 3
    assert all(7 <= size <= 9 for size in sizes[:-1])


def test_the_manifest_says_what_there_is(world):
    done = world.exporting().run(begun(world, close=True), SOON)

    manifest = json.loads(world.archive.files[done.manifest_key])
    assert done.manifest_key == "closed/manifests/2026-11.json"
    assert [file["sha256"] for file in manifest["files"]] == [file.sha256 for file in done.files]
    assert sum(each["rows"] for each in manifest["sums"]) == manifest["rows"] == done.rows
    position = manifest["ledger_position"]
    assert sum(each["entries"] for each in position) == len(list(world.lines.read(PERIOD)))
    last = {entry.position.tenant: entry.position.after for entry in world.lines.read(PERIOD)}
    assert {each["tenant"]: each["last"] for each in position} == last
    assert manifest["totals"] == [
        {"amount": each.amount(), "currency": each.currency} for each in done.totals
    ]
    assert manifest["writers"] == DuckDBPartFiles().versions()


def test_what_is_closed_is_kept_for_ten_years_and_a_draft_is_not(world):
    closed = world.exporting().run(begun(world, close=True), SOON)
    draft = world.exporting().run(begun(world), SOON)

    assert {file.key for file in closed.files} < world.archive.kept.keys()
    assert set(world.archive.kept.values()) == {end_of(PERIOD) + KEPT_FOR}
    assert {file.key for file in draft.files} & world.archive.kept.keys() == set()
    assert not draft.closed


def test_an_export_of_a_closed_period_is_the_same_byte_for_byte(world):
    first = world.exporting().run(begun(world, close=True), SOON)
    world.periods.closes[PERIOD] = PeriodClose(PERIOD, first.id, NOON, "", 0, status="closed")

    again = world.exporting().run(begun(world), SOON)

    assert again.closed
    assert files_of(world, again) == files_of(world, first)
    manifests = {world.archive.files[each.manifest_key] for each in (first, again)}
    assert len(manifests) == 1


@pytest.mark.parametrize("close", [True, False])
def test_killed_before_or_behind_any_call_it_ends_with_the_same_bytes(close):
    world = World()
    tenant = world.sign_up("Larkfell")
    for minute in range(8):
        world.use(a_turn(tenant, NOON + timedelta(minutes=minute)))
    export = begun(world, close=close)
    parts = PlainPartFiles()
    whole = world.exporting(rows_per_part=10, parts=parts).run(export, SOON)
    expected, world.archive.files = world.archive.files, {}
    world.archive.kept.clear()

    for calls in range(1, 1000):
        world.exports.save(export, world.exports.get(export.id))
        fuse = [calls]
        dying = {
            "archive": Dying(world.archive, fuse),
            "exports": Dying(world.exports, fuse),
            "parts": Dying(parts, fuse),
            "periods": Dying(world.periods, fuse),
            "lines": replace(world.lines, ledger=Dying(world.ledger, fuse)),
        }
        try:
            world.exporting(rows_per_part=10, **dying).run(export, SOON)
        except Killed:
            standing = world.exports.get(export.id)
            world.exporting(rows_per_part=10, parts=parts).run(standing, SOON)
        else:
            break
        assert world.archive.files == expected
        assert world.exports.get(export.id) == whole
        world.archive.files, world.archive.kept = {}, {}
    assert calls > 40


def test_it_stops_when_its_time_is_over_and_goes_on_another_time(world):
    export = begun(world)
    exporting = world.exporting()
    assert exporting.run(export, NOON) == world.exports.get(export.id)
    assert world.exports.get(export.id).files == ()
    moments = iter([NOON] * 2 + [SOON] * 100)

    some = replace(exporting, now=lambda: next(moments)).run(world.exports.get(export.id), SOON)

    assert (some.status, len(some.files)) == ("running", 3)
    done = exporting.run(some, SOON)
    assert done.status == "ready"
    assert done.files[:3] == some.files


def test_of_two_workers_one_gives_up(world):
    export = begun(world, close=True)
    world.exporting().run(export, SOON)

    with pytest.raises(Conflict):
        world.exporting().run(export, SOON)


def test_what_is_ready_is_left_as_it_is(world):
    done = world.exporting().run(begun(world), SOON)
    world.archive.files.clear()

    assert world.exporting().run(done, SOON) == done
    assert world.archive.files == {}


def test_a_month_without_lines_has_a_manifest_and_no_files():
    world = World()
    world.sign_up("Larkfell")

    done = world.exporting().run(begun(world), SOON)

    assert (done.status, done.rows, done.files, done.totals) == ("ready", 0, (), ())
    assert json.loads(world.archive.files[done.manifest_key])["files"] == []
