"""What is stored is billed once a day, however often and however far it is recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.billing.storage import StorageMetering
from helpdesk.documents import DocumentStatus
from helpdesk.ids import TenantId
from helpdesk.plan_book import PLANS
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tenant_tariffs import TenantTariffs
from helpdesk.usage import SHARDS
from tests.contract.examples import a_document
from tests.fakes.documents import MemoryDocuments
from tests.fakes.keys import MemoryKeys
from tests.fakes.ledger import MemoryLedger
from tests.fakes.tariffs import standard_tenant
from tests.fakes.tenants import MemoryTenants

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
ACME, RIVAL, EMPTY = (TenantId(f"ten_{name}") for name in ("acme", "rival", "zero"))


class World:
    """Three companies, and what they have uploaded."""

    def __init__(self):
        self.tenants = MemoryTenants(MemoryKeys())
        for tenant in (RIVAL, EMPTY, ACME):
            self.tenants.add(standard_tenant(tenant), [])
        self.documents = MemoryDocuments()
        self.ledger = MemoryLedger()
        tariffs = TenantTariffs(self.tenants, PRICE_BOOK)
        self.metering = StorageMetering(
            self.tenants, self.documents, self.ledger, tariffs, lambda: NOON
        )

    def upload(self, tenant, size_bytes, published=1, status=DocumentStatus.READY, **changes):
        document = a_document(
            tenant,
            now=NOON - timedelta(minutes=1),
            size_bytes=size_bytes,
            status=status,
            published_version=published,
            **changes,
        )
        self.documents.add(document)

    def recorded(self, tenant):
        pages = (self.ledger.pages(tenant, "2026-11", shard) for shard in range(SHARDS))
        return [event for shard in pages for page in shard for event in page]

    def megabytes(self, tenant):
        return [line.quantity for event in self.recorded(tenant) for line in event.lines]


@pytest.fixture
def world():
    return World()


def test_a_tenants_documents_are_added_up_and_rounded_up_once(world):
    for _ in range(3):
        world.upload(ACME, 400_000)
    world.upload(RIVAL, 1)

    assert world.metering.record(TODAY, LATER) is None

    (event,) = world.recorded(ACME)
    assert (event.id, event.type, event.subject) == (
        "evt_acme_storage_2026-11-24",
        "storage",
        "2026-11-24",
    )
    assert event.occurred_at == datetime(2026, 11, 24, tzinfo=UTC)
    assert world.megabytes(ACME) == [2]
    assert world.megabytes(RIVAL) == [1]
    assert world.recorded(EMPTY) == []


def test_more_documents_than_a_page_are_all_counted(world):
    for _ in range(230):
        world.upload(ACME, 1_000_000)

    world.metering.record(TODAY, LATER)

    assert world.megabytes(ACME) == [230]


def test_what_answers_or_is_being_read_is_stored_and_nothing_else(world):
    world.upload(ACME, 1_000_000)
    world.upload(ACME, 2_000_000, None, DocumentStatus.PROCESSING)
    world.upload(ACME, 4_000_000, 1, DocumentStatus.FAILED)
    world.upload(ACME, 8_000_000, None, DocumentStatus.FAILED)
    world.upload(ACME, 16_000_000, None, DocumentStatus.AWAITING_UPLOAD)
    late = NOON - timedelta(seconds=1)
    world.upload(ACME, 32_000_000, None, DocumentStatus.PROCESSING, deadline=late)

    world.metering.record(TODAY, LATER)

    assert world.megabytes(ACME) == [7]


def test_a_day_that_was_recorded_stays_as_it_is(world):
    world.upload(ACME, 1_000_000)
    world.metering.record(TODAY, LATER)
    before = world.recorded(ACME)
    world.upload(ACME, 9_000_000)

    world.metering.record(TODAY, LATER)
    assert world.recorded(ACME) == before

    world.metering.record(TODAY + timedelta(days=1), LATER)
    assert sorted(world.megabytes(ACME)) == [1, 10]


def test_what_runs_out_of_time_goes_on_where_it_was(world):
    for tenant in (ACME, RIVAL):
        world.upload(tenant, 1_000_000)

    reached, after = [], None
    while after := world.metering.record(TODAY, NOON, after):
        reached.append((after, world.megabytes(ACME), world.megabytes(RIVAL)))

    assert reached == [(ACME, [1], []), (RIVAL, [1], [1]), (EMPTY, [1], [1])]


def test_it_costs_what_the_plan_of_that_day_says(world):
    tenant = world.tenants.get(ACME)
    world.tenants.save(tenant.with_plan(PLANS["pro"], datetime(2026, 11, 24, tzinfo=UTC)))
    world.upload(ACME, 3_000_000)

    world.metering.record(TODAY, LATER)
    world.metering.record(TODAY - timedelta(days=1), LATER)

    found = {event.subject: (event.plan, event.cost.micros) for event in world.recorded(ACME)}
    assert found == {"2026-11-24": ("pro@1", 30), "2026-11-23": ("standard@1", 0)}


def test_tenants_without_end_are_all_recorded(world):
    for number in range(205):
        tenant = TenantId(f"ten_many{number:03}")
        world.tenants.add(standard_tenant(tenant), [])
        world.upload(tenant, 1)

    assert world.metering.record(TODAY, LATER) is None
    assert len([t for t in range(205) if world.megabytes(TenantId(f"ten_many{t:03}"))]) == 205
