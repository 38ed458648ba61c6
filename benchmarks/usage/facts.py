"""A synthetic month: what happened at some companies, drawn from a seed, in no order."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from helpdesk.charging import charge
from helpdesk.conversations import Turn, TurnStatus
from helpdesk.ids import ConversationId, EventId, TenantId, TurnId
from helpdesk.model import TokenUsage
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tariffs import Tariff
from helpdesk.tenants import BillingDetails, Tenant
from helpdesk.usage import Meter, UsageEvent, UsageType

PERIOD, NEXT_PERIOD = "2026-10", "2026-11"
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)
LATE_BY = timedelta(days=7)

_TENANTS = 24
_MODELS = ("gpt-5-mini", "gpt-5-nano", "gpt-4o", "gpt-5.4-mini")
_EMBEDDING_MODEL = "text-embedding-3-small"
_LATE_SHARE = 0.01

Kind = Literal["turn", "resolution", "action", "embedding", "storage"]
_KINDS: tuple[Kind, ...] = ("turn", "resolution", "action", "embedding", "storage")
_KIND_WEIGHTS = (80, 8, 4, 6, 2)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to be billed. A late one is heard of only after its month was closed."""

    number: int
    tenant: int
    kind: Kind
    at: datetime
    late: bool = False
    model: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    opens_conversation: bool = False
    quantity: int = 1


def tenant_id(number: int) -> TenantId:
    """A company's id; they sort by number."""
    return TenantId(f"ten_{number:026}")


def companies() -> list[Tenant]:
    """On all plans; every fifth changes its plan in the middle of the month, some pay tax."""
    return [_company(number) for number in range(_TENANTS)]


def _company(number: int) -> Tenant:
    names = ("standard", "pro", "pro-eur")
    terms = [PlanTerm(PLANS[names[number % 3]], BEGIN)]
    if number % 5 == 0 and number % 3 != 2:
        changed = PLANS["pro" if number % 3 == 0 else "standard"]
        terms.append(PlanTerm(changed, BEGIN + timedelta(days=9, seconds=12_345 + number)))
    tax = 1900 if number % 4 == 1 else 0
    return Tenant(
        id=tenant_id(number),
        name=f"Company {number} & Søns",
        email=f"billing{number}@example.com",
        created_at=terms[0].since,
        terms=tuple(terms),
        billing=BillingDetails(legal_name=f"Company {number} Ltd", tax_basis_points=tax),
    )


def facts(count: int, seed: int) -> Iterator[Fact]:
    """So many facts; the first company has about 40 % of them."""
    chance = random.Random(seed)
    weights = [1 / (rank + 1) ** 1.4 for rank in range(_TENANTS)]
    tenants = chance.choices(range(_TENANTS), weights, k=count)
    kinds = chance.choices(_KINDS, _KIND_WEIGHTS, k=count)
    for number, (tenant, kind) in enumerate(zip(tenants, kinds, strict=True)):
        at = BEGIN + timedelta(milliseconds=chance.randrange(31 * 24 * 3_600_000))
        late = chance.random() < _LATE_SHARE
        if late:
            at = END - timedelta(milliseconds=chance.randrange(24 * 3_600_000))
        yield _detailed(Fact(number, tenant, kind, at, late), chance)


def _detailed(fact: Fact, chance: random.Random) -> Fact:
    if fact.kind == "turn":
        read = chance.randrange(200, 6_000)
        return replace(
            fact,
            model=chance.choice(_MODELS),
            input_tokens=read,
            cached_tokens=chance.choice((0, 0, read // 2)),
            output_tokens=chance.randrange(1, 900),
            opens_conversation=chance.random() < 0.4,
        )
    if fact.kind == "embedding":
        return replace(fact, model=_EMBEDDING_MODEL, input_tokens=chance.randrange(100, 40_000))
    return replace(fact, quantity=chance.randrange(1, 2_000)) if fact.kind == "storage" else fact


def event_of(fact: Fact, tenant: Tenant) -> UsageEvent:
    """The usage event of a fact, as the product prices it."""
    tariff = Tariff(tenant.plan_at(fact.at), PRICE_BOOK)
    conversation = ConversationId(f"conv_{fact.number // 3:026}")
    if fact.kind == "turn":
        turn = Turn(
            tenant.id,
            conversation,
            TurnId(f"turn_{fact.number:026}"),
            TurnStatus.RUNNING,
            "",
            fact.at,
        )
        used = TokenUsage(fact.model, fact.input_tokens, fact.output_tokens, fact.cached_tokens)
        return charge(turn, used, tariff, opens_conversation=fact.opens_conversation).event
    meters: dict[Kind, tuple[UsageType, Meter]] = {
        "resolution": ("resolution", "resolutions"),
        "action": ("action", "actions"),
        "embedding": ("embedding", "embedding_tokens"),
        "storage": ("storage", "storage_mb_days"),
    }
    type_, meter = meters[fact.kind]
    quantity = fact.input_tokens or fact.quantity
    return UsageEvent(
        id=EventId(f"evt_{fact.number:026}"),
        tenant=tenant.id,
        type=type_,
        subject=f"subject_{fact.number}",
        occurred_at=fact.at,
        plan=tariff.plan.ref,
        price_version=tariff.prices.version,
        lines=(tariff.line(meter, quantity, fact.model or None),),
        conversation=conversation if fact.kind in ("resolution", "action") else None,
    )
