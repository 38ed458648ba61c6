"""Reconciliations: finance has a month's money compared, wherever it stands."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from helpdesk.billing.periods import PERIOD
from helpdesk.billing.reconciliation import (
    Difference,
    DifferenceName,
    Reconciliation,
    ReconciliationId,
    ReconciliationRun,
    Source,
)
from helpdesk.edge.answers import Answer, Moment, MoneyOut
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.identity import Scope
from helpdesk.money import Money


class ReconciliationIn(Request):
    """Which month is reconciled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-11"}]})
    period: Annotated[str, Field(pattern=PERIOD, description="A UTC month.")]


class SumOut(Answer):
    """What one source says that a month comes to, in each currency."""

    source: Source
    totals: Sequence[MoneyOut]


class DifferenceOut(Answer):
    """What does not add up, and where; ``sums`` is what each source says of it."""

    name: DifferenceName
    where: str
    sums: Mapping[Source, MoneyOut]

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        """A difference at the border."""
        said = {
            source: MoneyOut.of(Money(micros, difference.currency))
            for source, micros in difference.micros.items()
        }
        return cls(name=difference.name, where=difference.where, sums=said)


class ReconciliationOut(Answer):
    """A reconciliation as it stands. ``adds_up`` is null until it is ready.

    A month that is not closed has no files and no invoices yet; ``unsettled`` are tenants that used
    too much meanwhile to be compared.
    """

    id: Annotated[str, Field(examples=["rec_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    status: Literal["queued", "ready", "failed"]
    period: str
    closed: bool
    adds_up: bool | None
    sums: Sequence[SumOut]
    difference_count: int
    differences: Annotated[Sequence[DifferenceOut], Field(description="The first 200 of them.")]
    unsettled: Sequence[str]
    error: Annotated[str | None, Field(description="Why it failed.")]
    as_of: Moment
    created_at: Moment

    @classmethod
    def of(cls, run: ReconciliationRun) -> "ReconciliationOut":
        """A reconciliation at the border."""
        found = run.found or Reconciliation(run.period, run.updated_at, False, {})
        return cls(
            id=run.id,
            status=run.status,
            period=run.period,
            closed=found.closed,
            adds_up=run.differences == 0 if run.status == "ready" else None,
            sums=[_sum(source, said) for source, said in found.sums.items()],
            difference_count=run.differences,
            differences=[DifferenceOut.of(each) for each in found.differences],
            unsettled=list(found.unsettled),
            error=run.failure,
            as_of=found.as_of,
            created_at=run.created_at,
        )


def request(services: Services, call: Call) -> ReconciliationOut:
    """Asks for a reconciliation."""
    body: ReconciliationIn = call.body
    return ReconciliationOut.of(services.reconciliations().request(body.period))


def read(services: Services, call: Call) -> ReconciliationOut:
    """One reconciliation."""
    reconciliation = ReconciliationId(call.id("reconciliation_id", "rec"))
    return ReconciliationOut.of(services.reconciliations().get(reconciliation))


def _sum(source: Source, said: Mapping[str, int]) -> SumOut:
    totals = [MoneyOut.of(Money(micros, currency)) for currency, micros in said.items()]
    return SumOut(source=source, totals=totals)


OPERATIONS = (
    Operation(
        "POST",
        "/v1/reconciliations",
        "createReconciliation",
        "Have ledger, accounts, files and invoices of a month compared.",
        "Finance",
        request,
        scope=Scope.EXPORTS,
        body=ReconciliationIn,
        status=202,
        answer=ReconciliationOut,
        idempotent=True,
    ),
    Operation(
        "GET",
        "/v1/reconciliations/{reconciliation_id}",
        "getReconciliation",
        "A reconciliation: the sums, and where they differ.",
        "Finance",
        read,
        scope=Scope.EXPORTS,
        answer=ReconciliationOut,
    ),
)
