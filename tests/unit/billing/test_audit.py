"""The audit: a period that adds up says so, and each place where one does not is found by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from helpdesk.adapters.duckdb_export_files import DuckDBExportSums, DuckDBPartFiles
from helpdesk.billing.chain import sealed
from helpdesk.billing.closing import SETTLING_TIME
from helpdesk.billing.reconciliation import by_currency
from helpdesk.billing.statements import Statement
from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money
from helpdesk.usage import shard_of
from tests.unit.billing.closing_world import (
    FERN,
    NOVEMBER,
    OAK,
    OCTOBER,
    PINE,
    Platform,
    a_tenant,
    export_of,
)

OCTOBER_5 = datetime(2026, 10, 5, tzinfo=UTC)
EVERYWHERE = {"ledger", "fold", "csv", "parquet", "focus", "invoices"}


def used(platform: Platform) -> Platform:
    """September closed, and an October with usage of all tenants, some of it late."""
    platform.use(FERN, "late", datetime(2026, 9, 28, tzinfo=UTC), 70)
    late = platform.use(OAK, "later", datetime(2026, 9, 29, tzinfo=UTC))
    platform.books.close(OAK, "2026-09", 0)
    platform.close("2026-09")
    after = platform.use(PINE, "after", datetime(2026, 9, 30, tzinfo=UTC))
    platform.post(late, after)
    for number in range(30):
        tenant = (FERN, OAK, PINE)[number % 3]
        platform.use(tenant, f"{number:03}", OCTOBER_5, number, 1_000 + number)
    return platform


@pytest.fixture
def platform():
    """One whose October is closed."""
    platform = used(Platform(a_tenant(FERN), a_tenant(OAK, "pro-eur"), a_tenant(PINE, "standard")))
    platform.close(OCTOBER)
    return platform


def names(platform, period=OCTOBER):
    return [(each.name, each.where) for each in platform.reconcile(period).differences]


def test_a_closed_period_adds_up_to_the_cent_everywhere(platform):
    found = platform.reconcile(OCTOBER)

    assert found.differences == ()
    assert found.adds_up
    assert found.closed
    assert set(found.sums) == EVERYWHERE
    stated = platform.statements(OCTOBER)
    totals = by_currency(
        {(each.tenant, each.bill.currency): each.bill.total.micros for each in stated}
    )
    assert set(totals) == {"EUR", "USD"}
    assert all(micros and micros % 10_000 == 0 for micros in totals.values())
    assert [dict(said) for said in found.sums.values()] == [totals] * 6
    assert (found.as_of, found.unsettled) == (platform.now, ())


def test_the_real_files_add_up_too():
    tenants = a_tenant(FERN), a_tenant(OAK, "pro-eur"), a_tenant(PINE, "standard")
    platform = used(Platform(*tenants, files=DuckDBPartFiles(), sums=DuckDBExportSums()))
    platform.close(OCTOBER)

    assert platform.reconcile(OCTOBER).differences == ()


def test_an_open_period_is_ledger_and_fold(platform):
    platform.post(platform.use(FERN, "n", datetime(2026, 11, 2, tzinfo=UTC)))
    platform.use(FERN, "unposted", datetime(2026, 11, 3, tzinfo=UTC))

    found = platform.reconcile(NOVEMBER)

    assert (found.adds_up, found.closed) == (True, False)
    assert found.sums == {"ledger": {"USD": 990_007}, "fold": {"USD": 990_007}}


def test_a_period_that_is_being_closed_is_ledger_and_fold_until_its_files_are_written(platform):
    platform.now = datetime(2026, 12, 1, tzinfo=UTC) + SETTLING_TIME
    platform.exports.add(
        replace(platform.exports.get(export_of(OCTOBER)), id=export_of(NOVEMBER), manifest_key=None)
    )
    platform.closing().begin(NOVEMBER, export_of(NOVEMBER))

    assert set(platform.reconcile(NOVEMBER).sums) == {"ledger", "fold"}


def test_a_tenant_that_never_stands_still_is_named_and_not_compared(platform):
    class Busy:
        """Books to which something is posted whenever they are read."""

        def __getattr__(self, name: str) -> Any:
            return getattr(platform.books, name)

        def totals(self, tenant: TenantId, period: str) -> Any:
            if tenant == FERN:
                moment = datetime(2026, 11, 2, tzinfo=UTC)
                platform.post(platform.use(FERN, next(busy_names), moment))
            return platform.books.totals(tenant, period)

    busy_names = (f"n{n}" for n in count() if shard_of(EventId(f"evt_n{n}")) == 3)
    audit = platform.audit()
    busy = replace(audit, books=replace(audit.books, books=Busy()))

    found = busy.reconcile(NOVEMBER)

    assert (found.adds_up, found.unsettled) == (True, (FERN,))


def test_a_platform_without_tenants_adds_up():
    platform = Platform()
    platform.close(OCTOBER)

    found = platform.reconcile(OCTOBER)

    assert found.adds_up
    assert found.sums == {source: {} for source in EVERYWHERE}


# What is found


def test_an_event_that_is_not_in_the_books_is_found(platform):
    event = platform.use(FERN, "forgotten", OCTOBER_5)
    platform.books._notes.clear()

    (found,) = platform.reconcile(OCTOBER).differences

    assert (found.name, found.where, found.currency) == ("sums", FERN, "USD")
    said = dict(found.micros)
    assert said.pop("ledger") == said["fold"] + event.cost.micros
    assert len({*said.values()}) == 1


def test_books_that_were_changed_are_found(platform):
    (shard, *_) = platform.books.totals(OAK, OCTOBER)
    changed = {
        account: replace(sum_, micros=sum_.micros + 1) for account, sum_ in shard.accounts.items()
    }
    key = OAK, OCTOBER, shard.shard
    platform.books._totals[key] = replace(shard, accounts=changed)

    assert names(platform) == [("sums", OAK), ("statement", OAK)]


def test_a_charge_that_was_changed_or_is_missing_is_found(platform):
    (charge, *_) = platform.charges.of_period(FERN, OCTOBER)
    key = FERN, OCTOBER, charge.id
    line = replace(charge.line, amount=Money(charge.line.amount.micros - 10_000, "USD"))
    platform.charges._charges[key] = replace(charge, line=line)
    assert names(platform) == [("sums", FERN), ("charges", FERN)]

    del platform.charges._charges[key]
    assert names(platform) == [("sums", FERN), ("charges", FERN)]


CHANGES: dict[str, Callable[[Statement], Statement]] = {
    "another name": lambda it: replace(it, tenant_name="Somebody"),
    "another address": lambda it: replace(it, details=replace(it.details, address=("Elsewhere",))),
    "another date": lambda it: replace(it, issued_on=it.issued_on + timedelta(days=1)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_statement_that_was_changed_is_found_by_the_seal(platform, change):
    tamper(platform, FERN, change)

    assert names(platform) == [("statements", OCTOBER)]


def test_a_statement_whose_amounts_were_changed_is_found(platform):
    def a_cent_less(statement):
        *lines, tax = statement.bill.lines
        less = replace(tax, amount=Money(tax.amount.micros - 10_000, "USD"))
        return replace(statement, bill=replace(statement.bill, lines=(*lines, less)))

    tamper(platform, FERN, a_cent_less)

    assert names(platform) == [("sums", FERN), ("charges", FERN), ("statements", OCTOBER)]


def test_usage_that_was_moved_from_one_line_to_another_is_found(platform):
    def moved(statement):
        def change(line):
            by = {"resolutions": 1, "input_tokens": -1}.get(line.meter, 0)
            by *= line.kind == "usage" and line.period == OCTOBER
            return replace(line, amount=Money(line.amount.micros + by, "USD"))

        return replace(
            statement,
            bill=replace(statement.bill, lines=tuple(map(change, statement.bill.lines))),
        )

    tamper(platform, FERN, moved)

    assert names(platform) == [("statement", FERN), ("statements", OCTOBER)]


def test_a_statement_that_is_missing_is_found(platform):
    del platform.periods._statements[FERN, OCTOBER]

    assert names(platform) == [
        ("sums", FERN),
        ("statement", FERN),
        ("numbers", "HD-000003"),
        ("statements", OCTOBER),
    ]


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (None, ["HD-000003"]),
        ("HD-000006", ["HD-000003", "HD-000006"]),
        ("HD-000004", ["HD-000003", "HD-000004"]),
        ("HD-000002", ["HD-000002", "HD-000003"]),
    ],
)
def test_numbers_with_a_gap_or_twice_are_found(platform, number, wrong):
    tamper(platform, FERN, lambda statement: replace(statement, number=number))

    assert names(platform) == [*(("numbers", each) for each in wrong), ("statements", OCTOBER)]


def test_a_close_that_was_changed_is_found_even_if_its_hash_was_made_anew(platform):
    september = platform.periods.get("2026-09")
    platform.periods._closes["2026-09"] = replace(september, last_number=7)
    assert ("chain", "2026-09") in names(platform)

    platform.periods._closes["2026-09"] = sealed(replace(september, manifest_sha256="0" * 64))
    assert names(platform) == [("chain", OCTOBER)]


def test_a_file_that_was_changed_or_is_missing_is_found(platform):
    file = next(each for each in platform.exports.get(export_of(OCTOBER)).files)
    content = platform.archive.files.pop(file.key)
    assert ("file", file.key) in names(platform)

    platform.archive.files[file.key] = content + b"\n"
    assert ("file", file.key) in names(platform)
    assert {name for name, _ in names(platform)} == {"sums", "file"}


def test_a_manifest_that_was_changed_or_is_missing_is_found(platform):
    key = platform.exports.get(export_of(OCTOBER)).manifest_key
    content = platform.archive.files.pop(key)
    assert names(platform) == [("manifest", key)]

    platform.archive.files[key] = content + b" "
    assert names(platform) == [("manifest", key)]


def test_usage_of_whom_nobody_bills_is_found(platform):
    """Somebody who signed up after the period, with usage in it."""
    newcomer = TenantId("ten_9new")
    platform.tenants.add(
        a_tenant(newcomer, "standard", since=datetime(2026, 11, 3, tzinfo=UTC)), []
    )
    platform.post(platform.use(newcomer, "early", OCTOBER_5))

    assert names(platform) == [("sums", newcomer)]


def tamper(platform, tenant, change):
    """Somebody writes another statement into the table."""
    key = tenant, OCTOBER
    platform.periods._statements[key] = change(platform.periods._statements[key])
