"""Reconciliations are read back as they were written last."""

from dataclasses import replace

import pytest

from helpdesk.adapters.dynamodb.reconciliations import DynamoDBReconciliations
from helpdesk.billing.reconciliation import (
    Difference,
    Reconciliation,
    ReconciliationId,
    ReconciliationRun,
)
from helpdesk.clock import utc_now
from helpdesk.errors import NotFound
from helpdesk.ids import new_id
from tests.contract.examples import a_tenant_id
from tests.fakes.reconciliations import MemoryReconciliations


@pytest.fixture
def reconciliations(cloud):
    if not cloud:
        return MemoryReconciliations()
    return DynamoDBReconciliations(cloud.client("dynamodb"), "books")


def a_run():
    now = utc_now()
    return ReconciliationRun(ReconciliationId(new_id("rec", now)), "2026-10", now, now)


def test_one_is_read_back_as_it_was_written_last(reconciliations):
    run = a_run()
    reconciliations.put(run)
    assert reconciliations.get(run.id) == run

    differences = (
        Difference("sums", a_tenant_id(), "EUR", {"ledger": 10**15, "focus": -1}),
        Difference("file", "closed/csv/billing_period=2026-10/part-00000.csv.gz"),
    )
    found = Reconciliation(
        period="2026-10",
        as_of=utc_now(),
        closed=True,
        sums={"ledger": {"EUR": 10**15, "USD": 3}, "csv": {}},
        differences=differences,
        unsettled=(a_tenant_id(),),
    )
    ended = replace(run, status="ready", found=found, differences=7)
    reconciliations.put(ended)

    assert reconciliations.get(run.id) == ended


def test_one_that_is_not_there_is_not_found(reconciliations):
    with pytest.raises(NotFound):
        reconciliations.get(a_run().id)
