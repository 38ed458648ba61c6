"""Ingesting usage: facts and corrections that come from outside, priced by us, each once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from helpdesk.billing.correcting import Unit, correction_lines
from helpdesk.billing.periods import periods_between
from helpdesk.clock import Clock, period_of
from helpdesk.errors import Conflict, FieldError, Unavailable, ValidationFailed
from helpdesk.ids import EventId, TenantId
from helpdesk.ports import Ledger, Tenants
from helpdesk.tariffs import Tariffs
from helpdesk.usage import UsageEvent, UsageType

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far ahead of ours a sender's clock may be."""

_FROM_OUTSIDE = "evt_ext_"
_TRIES = 8


@dataclass(frozen=True, slots=True)
class FactLine:
    """So many of a unit, without a price; in a correction fewer than none."""

    unit: Unit
    quantity: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What somebody says was used, or was not. ``source`` and ``id`` name it for ever.

    A correction is one that ``corrects`` an event.
    """

    source: str
    id: str
    tenant: TenantId
    type: UsageType
    subject: str
    occurred_at: datetime
    lines: tuple[FactLine, ...]
    corrects: EventId | None = None
    reason: str | None = None

    @property
    def event(self) -> EventId:
        """The id of its usage event, of a form that none of ours has."""
        digest = hashlib.sha256(f"{self.source}\0{self.id}".encode()).hexdigest()
        return EventId(f"{_FROM_OUTSIDE}{digest[:32]}")

    def is_in(self, event: UsageEvent) -> bool:
        """Whether an event says the same, at whatever prices."""
        said = [(line.unit.meter, line.unit.model, line.quantity) for line in self.lines]
        written = [(line.meter, line.model, line.quantity) for line in event.lines]
        return said == written and (
            (self.type, self.subject, self.occurred_at, self.corrects, self.reason)
            == (event.type, event.subject, event.occurred_at, event.corrects, event.reason)
        )


Ingested = Literal["recorded", "repeated", "conflict"]


@dataclass(frozen=True, slots=True)
class IngestingUsage:
    """Records facts that the product itself did not see."""

    ledger: Ledger
    tenants: Tenants
    tariffs: Tariffs
    now: Clock
    conflicted: Callable[[Fact], None]

    def ingest(self, fact: Fact) -> Ingested:
        """Records a fact, or says that it was recorded before, or another one under its name.

        Raises NotFound and ValidationFailed when it can't be recorded, and Unavailable.
        """
        standing = self._find(fact.tenant, fact.event)
        if standing is None:
            self._check_time(fact)
            standing = self._correct(fact) if fact.corrects else self._record(fact)
            if fact.is_in(standing):
                return "recorded"
        if fact.is_in(standing):
            return "repeated"
        self.conflicted(fact)
        return "conflict"

    def _record(self, fact: Fact) -> UsageEvent:
        tariff = self.tariffs.at(fact.tenant, fact.occurred_at)
        event = UsageEvent(
            id=fact.event,
            tenant=fact.tenant,
            type=fact.type,
            subject=fact.subject,
            occurred_at=fact.occurred_at,
            plan=tariff.plan.ref,
            price_version=tariff.prices.version,
            lines=tuple(
                tariff.line(line.unit.meter, line.quantity, line.unit.model) for line in fact.lines
            ),
            reason=fact.reason,
        )
        return self.ledger.record(event)

    def _correct(self, fact: Fact) -> UsageEvent:
        """At the prices of what it corrects; another correction at the same time is seen."""
        corrected = self._corrected(fact)
        asked = {line.unit: line.quantity for line in fact.lines}
        for _ in range(_TRIES):
            earlier = self.ledger.corrections(fact.tenant, corrected.id)
            if same := [event for event in earlier if event.id == fact.event]:
                return same[0]
            event = replace(
                corrected,
                id=fact.event,
                type=fact.type,
                subject=fact.subject,
                occurred_at=fact.occurred_at,
                lines=tuple(correction_lines(corrected, earlier, asked)),
                corrects=corrected.id,
                # A clock that is behind may put it before what it corrects.
                corrects_in=min(corrected.month, period_of(fact.occurred_at)),
                reason=fact.reason,
            )
            try:
                return self.ledger.correct(event, len(earlier) + 1)
            except Conflict:
                continue
        raise Unavailable("This event is being corrected just now. Try again.")

    def _corrected(self, fact: Fact) -> UsageEvent:
        event = self._find(fact.tenant, fact.corrects) if fact.corrects else None
        if event is None:
            raise _refused("data.corrects", "This tenant has no such event.")
        if event.corrects:
            raise _refused("data.corrects", "This is a correction itself.")
        if event.type == "resolution" and not event.id.startswith(_FROM_OUTSIDE):
            # The credit that then follows is of the whole resolution.
            raise _refused("data.corrects", "Open the conversation again: that takes it back.")
        return event

    def _find(self, tenant: TenantId, event: EventId) -> UsageEvent | None:
        """An event of any month since the tenant signed up."""
        first = period_of(self.tenants.get(tenant).created_at)
        last = period_of(self.now() + CLOCKS_DIFFER_BY)
        found = self.ledger.get_many(tenant, [(p, event) for p in periods_between(first, last)])
        return found[0] if found else None

    def _check_time(self, fact: Fact) -> None:
        if fact.occurred_at > self.now() + CLOCKS_DIFFER_BY:
            raise _refused("time", "This is in the future.")
        if fact.occurred_at < self.tenants.get(fact.tenant).created_at:
            raise _refused("time", "This is before the tenant signed up.")


def _refused(field: str, message: str) -> ValidationFailed:
    return ValidationFailed(f"Check: {field}.", errors=[FieldError(field, message)])
