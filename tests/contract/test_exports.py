"""Export jobs: each is replaced only by who knows how it stands, and read back exactly."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.adapters.dynamodb.exports import DynamoDBExports
from helpdesk.billing.exports import FORMATS, Export, ExportFile, ExportId, Position
from helpdesk.errors import Conflict, NotFound, ValidationFailed
from helpdesk.ids import new_id
from helpdesk.money import Money
from tests.contract.examples import a_tenant_id
from tests.fakes.exports import MemoryExports

NOW = datetime(2026, 12, 1, 4, 0, 0, 125_000, tzinfo=UTC)


@pytest.fixture
def exports(cloud):
    return DynamoDBExports(cloud.client("dynamodb"), "books") if cloud else MemoryExports()


def an_export(now=NOW):
    return Export(ExportId(new_id("exp", now)), "2026-11", now, now)


def a_file(part, format_="csv"):
    key = f"closed/{format_}/billing_period=2026-11/part-{part:05}.csv.gz"
    digest = hashlib.sha256(key.encode()).hexdigest()
    return ExportFile(format_, part, key, 500_000, digest, 123_456_789)


def a_full_export():
    tenant = a_tenant_id()
    return replace(
        an_export(),
        tenant=tenant,
        close=True,
        status="failed",
        closed=True,
        rows=10**12,
        totals=(Money(10**17, "EUR"), Money(-5)),
        files=tuple(a_file(part, format_) for part in range(3) for format_ in FORMATS),
        position=Position(tenant, "late", "evt_1"),
        manifest_key="closed/manifests/2026-11.json",
        failure="It does not add up.",
    )


def test_an_export_is_read_back_exactly(exports):
    for export in (an_export(), a_full_export()):
        exports.add(export)

        assert exports.get(export.id) == export


def test_what_is_not_there_is_not_found(exports):
    with pytest.raises(NotFound):
        exports.get(an_export().id)


def test_an_export_is_added_once(exports):
    export = an_export()
    exports.add(export)

    with pytest.raises(Conflict):
        exports.add(replace(export, period="2026-10"))

    assert exports.get(export.id) == export


def test_only_who_knows_how_it_stands_replaces_it(exports):
    export = an_export()
    exports.add(export)
    running = replace(export, status="running")
    exports.save(running, export)

    with pytest.raises(Conflict):
        exports.save(replace(export, status="failed"), export)
    with pytest.raises(Conflict):
        exports.save(replace(running, rows=2), replace(running, rows=1))

    assert exports.get(export.id) == running


def test_what_was_never_added_is_not_replaced(exports):
    export = an_export()

    with pytest.raises(Conflict):
        exports.save(export, export)


def test_an_export_may_have_thousands_of_files(exports):
    export = an_export()
    exports.add(export)
    files = tuple(a_file(part, format_) for part in range(2_000) for format_ in FORMATS)

    exports.save(replace(export, files=files), export)

    assert exports.get(export.id).files == files


def test_exports_come_page_by_page_the_newest_first(exports):
    # After all that other tests have written.
    new = [an_export(datetime(2099, 1, 1, tzinfo=UTC) + timedelta(hours=hour)) for hour in range(5)]
    for export in new:
        exports.add(export)

    first = exports.page(2, None)
    second = exports.page(2, first.next_cursor)

    assert [*first.items, *second.items] == new[:0:-1]
    assert second.next_cursor
    with pytest.raises(ValidationFailed):
        exports.page(2, "moon")
