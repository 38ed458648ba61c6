"""Charges: put once, by tenant and month, in order; what is there never changes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from helpdesk.adapters.dynamodb.charges import DynamoDBCharges
from helpdesk.billing.charges import PeriodCharge, charge_id, charges_of
from helpdesk.billing.rating import Bill, BillLine
from helpdesk.errors import Conflict
from helpdesk.money import Money
from tests.contract.examples import a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.fakes.charges import MemoryCharges

NOVEMBER, DECEMBER = "2026-11", "2026-12"


@pytest.fixture
def charges(cloud):
    return DynamoDBCharges(cloud.client("dynamodb"), "ledger") if cloud else MemoryCharges()


def some_charges(tenant, count=3, period=NOVEMBER):
    lines = [
        BillLine(
            "included",
            f"Größe {number} — included",
            Money(-(10**15) - number, "EUR"),
            period,
            plan="pro@1",
            meter="resolutions",
            quantity=-number,
            unit_price=Money(990_000, "EUR"),
        )
        for number in range(count)
    ]
    usage = BillLine("usage", "Turns", Money(1, "EUR"), period)
    return charges_of(tenant, Bill(period, "EUR", (usage, *lines)))


def test_they_are_read_back_exactly_and_in_order(charges):
    tenant = a_tenant_id()
    written = some_charges(tenant, 12)

    charges.add(written[6:])
    charges.add(written[:6])

    assert charges.of_period(tenant, NOVEMBER) == written
    assert [charge.id for charge in written] == [
        charge_id(tenant, NOVEMBER, place) for place in range(1, 13)
    ]


def test_they_are_a_tenants_and_a_months(charges):
    tenant, other = a_tenant_id(), a_tenant_id()
    charges.add(some_charges(tenant))
    charges.add(some_charges(tenant, 1, DECEMBER))
    charges.add(some_charges(other, 2))

    assert charges.of_period(tenant, NOVEMBER) == some_charges(tenant)
    assert charges.of_period(tenant, DECEMBER) == some_charges(tenant, 1, DECEMBER)
    assert charges.of_period(other, NOVEMBER) == some_charges(other, 2)
    assert charges.of_period(other, DECEMBER) == []


def test_one_that_adjusts_an_earlier_month_is_of_the_month_that_it_is_billed_in(charges):
    tenant = a_tenant_id()
    line = BillLine("included", "Resolutions included", Money(990_000), NOVEMBER)
    written = charges_of(tenant, Bill(DECEMBER, "USD", (line,)))

    charges.add(written)

    assert charges.of_period(tenant, DECEMBER) == written
    assert charges.of_period(tenant, NOVEMBER) == []


def test_none_at_all_may_be_added(charges):
    tenant = a_tenant_id()
    charges.add([])

    assert charges.of_period(tenant, NOVEMBER) == []


def test_adding_again_changes_nothing_and_adds_what_was_missing(charges):
    tenant = a_tenant_id()
    written = some_charges(tenant, 4)
    charges.add(written[1:3])

    charges.add(written)
    charges.add(written)

    assert charges.of_period(tenant, NOVEMBER) == written


def test_one_that_is_there_with_other_content_is_a_conflict(charges):
    tenant = a_tenant_id()
    written = some_charges(tenant)
    charges.add(written)
    line = replace(written[1].line, amount=Money(0, "EUR"))

    with pytest.raises(Conflict):
        charges.add([replace(written[1], line=line)])

    assert charges.of_period(tenant, NOVEMBER) == written


def test_there_may_be_more_than_one_transaction_takes(charges):
    tenant = a_tenant_id()
    written = some_charges(tenant, 130)

    charges.add(written)
    charges.add(written)

    assert charges.of_period(tenant, NOVEMBER) == written


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_many_that_add_the_same_at_once_all_succeed(charges):
    tenant = a_tenant_id()
    written = some_charges(tenant)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(charges.add, [written] * 12))

    found: list[PeriodCharge] = list(charges.of_period(tenant, NOVEMBER))
    assert found == written
