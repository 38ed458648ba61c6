"""Closes of periods and statements: each written once; numbers are nobody's twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from helpdesk.adapters.dynamodb.periods import DynamoDBPeriods
from helpdesk.billing.chain import GENESIS, sealed
from helpdesk.billing.exports import ExportId
from helpdesk.billing.rating import Bill, BillLine
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.clock import utc_now
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import new_id
from helpdesk.money import Money
from helpdesk.tenants import BillingDetails
from tests.contract.examples import a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.fakes.periods import MemoryPeriods

OCTOBER, NOVEMBER = "2026-10", "2026-11"
BEGAN = datetime(2026, 12, 1, 6, 0, 0, 125_000, tzinfo=UTC)


@pytest.fixture
def periods(cloud):
    """Closes are of the whole platform, so each test has a table of its own."""
    if not cloud:
        return MemoryPeriods()
    client, table = cloud.client("dynamodb"), new_id("books", utc_now())
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    return DynamoDBPeriods(client, table)


def a_close(period=NOVEMBER, export="exp_1"):
    return PeriodClose(period, ExportId(export), BEGAN, GENESIS, last_number=41)


def the_end_of(close, manifest="5eal" * 16):
    return sealed(
        replace(
            close,
            status="closed",
            manifest_sha256=manifest,
            statements_sha256="57a7" * 16,
            closed_at=BEGAN,
            last_number=43,
        )
    )


def a_statement(tenant, number="HD-000042", period=NOVEMBER, micros=10**15):
    usage = BillLine(
        "usage",
        "Turns — “früh”",
        Money(micros, "EUR"),
        OCTOBER,
        "pro@1",
        "turns",
        quantity=3,
        unit_price=Money(1, "EUR"),
    )
    tax = BillLine("tax", "USt 19 %", Money(-(10**15), "EUR"), period)
    return Statement(
        tenant=tenant,
        tenant_name="Ærø & Søn 🏝",
        details=BillingDetails("Ærø ApS", ("Vej 1", "Ærø"), "DK1", "moms", 1900, "note"),
        bill=Bill(period, "EUR", (usage, tax)),
        issued_on=date(2026, 12, 1),
        number=number,
    )


def test_a_period_without_a_close_is_open(periods):
    assert periods.get(NOVEMBER) is None
    assert periods.last() is None
    assert periods.all() == []


def test_the_close_that_is_begun_first_stands(periods):
    first, second = a_close(), a_close(export="exp_2")

    assert periods.begin(first) == first
    assert periods.begin(second) == first
    assert periods.begin(first) == first

    assert periods.get(NOVEMBER) == first
    assert periods.get(OCTOBER) is None


def test_closes_come_in_order(periods):
    closes = [a_close(period) for period in (OCTOBER, NOVEMBER, "2027-01")]
    for close in reversed(closes):
        periods.begin(close)

    assert periods.all() == closes
    assert periods.last() == closes[-1]


def test_a_close_is_sealed_once(periods):
    close = periods.begin(a_close())
    end = the_end_of(close)

    periods.seal(end)
    periods.seal(end)
    with pytest.raises(Conflict):
        periods.seal(the_end_of(close, "other"))

    assert periods.get(NOVEMBER) == end
    assert periods.begin(close) == end


def test_only_a_close_that_is_begun_by_the_same_export_is_sealed(periods):
    with pytest.raises(Conflict):
        periods.seal(the_end_of(a_close()))
    periods.begin(a_close())
    with pytest.raises(Conflict):
        periods.seal(the_end_of(a_close(export="exp_2")))

    assert periods.get(NOVEMBER) == a_close()


def test_a_statement_is_read_back_exactly(periods):
    statement = a_statement(a_tenant_id())

    periods.state(statement)
    periods.state(statement)

    assert periods.statement(statement.tenant, NOVEMBER) == statement
    with pytest.raises(NotFound):
        periods.statement(statement.tenant, OCTOBER)
    with pytest.raises(NotFound):
        periods.statement(a_tenant_id(), NOVEMBER)


def test_what_is_stated_stays(periods):
    statement = a_statement(a_tenant_id())
    periods.state(statement)

    for other in (
        a_statement(statement.tenant, micros=1),
        replace(statement, number="HD-000043"),
        replace(statement, number=None),
    ):
        with pytest.raises(Conflict):
            periods.state(other)

    assert periods.statement(statement.tenant, NOVEMBER) == statement
    assert periods.last_number() == 42


def test_no_two_statements_have_one_number(periods):
    mine, theirs = a_statement(a_tenant_id()), a_statement(a_tenant_id())
    periods.state(mine)

    for taken in (theirs, a_statement(mine.tenant, period=OCTOBER)):
        with pytest.raises(Conflict):
            periods.state(taken)

    with pytest.raises(NotFound):
        periods.statement(theirs.tenant, NOVEMBER)
    assert periods.statements(mine.tenant) == [mine]


def test_numbers_count_over_all_tenants_and_past_a_million(periods):
    assert periods.last_number() == 0
    for number in ("HD-999999", "HD-1000000", "HD-000007", None, None):
        periods.state(a_statement(a_tenant_id(), number))

    assert periods.last_number() == 1_000_000


def test_statements_of_a_tenant_come_newest_first(periods):
    tenant = a_tenant_id()
    months = [a_statement(tenant, f"HD-{n:06}", f"2026-{n:02}") for n in (9, 10, 11)]
    for statement in months:
        periods.state(statement)
    periods.state(a_statement(a_tenant_id()))

    assert periods.statements(tenant) == months[::-1]
    assert periods.statements(a_tenant_id()) == []


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_of_many_that_begin_at_once_one_stands_for_all(periods):
    with ThreadPoolExecutor(6) as threads:
        begun = list(threads.map(lambda n: periods.begin(a_close(export=f"exp_{n}")), range(12)))

    assert set(begun) == {periods.get(NOVEMBER)}


@AT_ONCE
def test_of_many_that_take_a_number_at_once_one_gets_it(periods):
    def take(_):
        try:
            periods.state(statement := a_statement(a_tenant_id()))
        except Conflict:
            return None
        return statement

    with ThreadPoolExecutor(6) as threads:
        got = [statement for statement in threads.map(take, range(12)) if statement]

    assert len(got) == 1
    assert periods.statement(got[0].tenant, NOVEMBER) == got[0]
