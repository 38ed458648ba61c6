"""Two months are used, posted, closed, exported and audited over the tables themselves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from helpdesk.adapters.dynamodb.books import DynamoDBBooks
from helpdesk.adapters.dynamodb.charges import DynamoDBCharges
from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger
from helpdesk.adapters.dynamodb.periods import DynamoDBPeriods
from helpdesk.billing.closing import SETTLING_TIME
from helpdesk.billing.periods import end_of
from helpdesk.clock import utc_now
from helpdesk.errors import Conflict
from helpdesk.ids import TenantId, new_id
from tests.contract.lanes import AT_ONCE
from tests.unit.billing.closing_world import FOR_EVER, Killed, Platform, Reaper, a_tenant, export_of

SEPTEMBER, OCTOBER, NOVEMBER = "2026-09", "2026-10", "2026-11"
SEPTEMBER_28, OCTOBER_5 = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)


@pytest.fixture
def tenants():
    """Three, in the order of their ids."""
    return [TenantId(new_id("ten", utc_now())) for _ in range(3)]


@pytest.fixture
def platform(cloud, tenants):
    """Closes are of the whole platform, so each test has tables of its own."""
    fern, oak, pine = sorted(tenants)
    platform = Platform(a_tenant(fern), a_tenant(oak, "pro-eur"), a_tenant(pine, "standard"))
    if cloud:
        client = cloud.client("dynamodb")
        ledger, books = new_table(client, "ledger"), new_table(client, "books")
        platform.ledger = DynamoDBLedger(client, ledger, books)
        platform.books = DynamoDBBooks(client, books)
        platform.charges = DynamoDBCharges(client, ledger)
        platform.periods = DynamoDBPeriods(client, books)
    return platform


def new_table(client, kind):
    name = new_id(kind, utc_now())
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    return name


def test_months_are_closed_and_add_up_whatever_comes_late_or_is_killed(platform, tenants):
    fern, oak, pine = sorted(tenants)
    early = [platform.use(each, f"a{n}", SEPTEMBER_28, 70) for n, each in enumerate((fern, oak))]
    platform.post(*early, early[0])
    with pytest.raises(Killed):
        platform.close(SEPTEMBER, Reaper(40))
    september = platform.close(SEPTEMBER)
    late = platform.use(pine, "late", SEPTEMBER_28)
    stated = platform.statements(SEPTEMBER)
    platform.post(late, *early)
    platform.use(fern, "unposted", OCTOBER_5)

    october = platform.close(OCTOBER)

    assert platform.statements(SEPTEMBER) == stated
    numbers = [each.number for month in (SEPTEMBER, OCTOBER) for each in platform.statements(month)]
    assert numbers == ["HD-000001", "HD-000002", None, "HD-000003", "HD-000004", "HD-000005"]
    (adjusted,) = {line.period for line in platform.statements(OCTOBER)[2].bill.lines} - {OCTOBER}
    assert adjusted == SEPTEMBER
    assert (september.last_number, october.last_number) == (2, 5)
    assert platform.periods.all() == [september, october]
    for period in (SEPTEMBER, OCTOBER, NOVEMBER):
        found = platform.reconcile(period)
        assert found.differences == ()
        assert found.closed == (period != NOVEMBER)


@AT_ONCE
def test_what_is_posted_while_a_month_is_closed_is_billed_once(platform, tenants):
    fern = min(tenants)
    events = [platform.use(fern, f"{n:03}", SEPTEMBER_28) for n in range(40)]

    with ThreadPoolExecutor(4) as threads:
        posts = [threads.submit(platform.post, event) for event in events]
        platform.close(SEPTEMBER)
        for post in posts:
            post.result()
    platform.close(OCTOBER)

    billed = [
        line.quantity
        for period in (SEPTEMBER, OCTOBER)
        for line in platform.statements(period)[0].bill.lines
        if (line.kind, line.meter) == ("usage", "resolutions")
    ]
    assert sum(billed) == 40
    assert platform.reconcile(SEPTEMBER).adds_up
    assert platform.reconcile(OCTOBER).adds_up


@AT_ONCE
def test_workers_that_close_one_month_at_once_state_it_once(platform, tenants):
    for number, tenant in enumerate(sorted(tenants) * 4):
        platform.use(tenant, f"{number:03}", SEPTEMBER_28)
    platform.now = end_of(SEPTEMBER) + SETTLING_TIME

    def work(_):
        while True:
            try:
                close = platform.closing().begin(SEPTEMBER, export_of(SEPTEMBER))
                return platform.closing().close_books(close, FOR_EVER)
            except Conflict:  # the other one was first
                continue

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(work, range(3))) == [True] * 3

    platform.close(SEPTEMBER)
    numbers = [each.number for each in platform.statements(SEPTEMBER)]
    assert numbers == ["HD-000001", "HD-000002", "HD-000003"]
    assert platform.reconcile(SEPTEMBER).differences == ()
