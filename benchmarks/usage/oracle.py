"""What the month must come to, worked out from the facts alone: by decimals and plain loops, with
the plans' and the prices' data but none of the product's arithmetic."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from benchmarks.usage.facts import Fact
from helpdesk.plans import MeterTerms, Plan
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tenants import Tenant

_MICRO = Decimal("0.000001")
_CENT = Decimal("0.01")
_MILLION = Decimal(1_000_000)


@dataclass(slots=True)
class Used:
    """What one company used under one plan: units by meter, and what its models cost."""

    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    models: Decimal = Decimal(0)


Usage = Mapping[str, Mapping[str, Used]]
"""By company's id, then by plan."""


def used_by(facts: Iterable[Fact], tenants: list[Tenant]) -> Usage:
    """Adds up the facts."""
    found: dict[str, dict[str, Used]] = defaultdict(lambda: defaultdict(Used))
    for fact in facts:
        tenant = tenants[fact.tenant]
        plan = _plan_of(tenant, fact)
        _add(found[tenant.id][plan.ref], fact, plan)
    return found


def _plan_of(tenant: Tenant, fact: Fact) -> Plan:
    begun = [term for term in tenant.terms if term.since <= fact.at]
    return max(begun, key=lambda term: term.since).plan


def _add(used: Used, fact: Fact, plan: Plan) -> None:
    if fact.kind == "turn":
        price = PRICE_BOOK.prices[fact.model]
        _tokens(used, plan, price.input_micros, fact.input_tokens - fact.cached_tokens)
        _tokens(used, plan, price.cached_micros or 0, fact.cached_tokens)
        _tokens(used, plan, price.output_micros, fact.output_tokens)
        used.units["turns"] += 1
        used.units["conversations"] += fact.opens_conversation
    elif fact.kind == "embedding":
        _tokens(used, plan, PRICE_BOOK.prices[fact.model].input_micros, fact.input_tokens)
    else:
        meter = {"resolution": "resolutions", "action": "actions", "storage": "storage_mb_days"}
        used.units[meter[fact.kind]] += fact.quantity


def _tokens(used: Used, plan: Plan, micros_per_million: int, tokens: int) -> None:
    rate = Decimal(plan.usd_rate_ppm) / _MILLION
    unit = (Decimal(micros_per_million) / _MILLION * rate).quantize(_MICRO, ROUND_HALF_UP)
    with localcontext(prec=50):
        cost = (unit * tokens / _MILLION).quantize(_MICRO, ROUND_HALF_UP)
    used.models += cost


@dataclass(frozen=True, slots=True)
class Month:
    """From when until when a month is."""

    begin: datetime
    end: datetime


def invoice_totals(
    tenant: Tenant,
    punctual: Mapping[str, Used],
    everything: Mapping[str, Used],
    month: Month,
    following: Month,
) -> tuple[Decimal, Decimal]:
    """What a company's invoices of a month, and of the one after it, must come to, tax included:
    the first is for what was punctual, the second for what the first month costs more with
    everything. In the second month nothing happens."""
    in_time, with_late = _usage(tenant, punctual, month), _usage(tenant, everything, month)
    first = _fees(tenant, month) + in_time
    return _invoiced(tenant, first), _invoiced(
        tenant, _fees(tenant, following) + with_late - in_time
    )


def _fees(tenant: Tenant, month: Month) -> Decimal:
    fees = (
        _fraction_half_up(Fraction(plan.base_fee_micros) * share)
        for plan, share in _shares(tenant, month).items()
    )
    return sum(fees, start=Decimal(0))


def _usage(tenant: Tenant, used: Mapping[str, Used], month: Month) -> Decimal:
    cost = Decimal(0)
    for plan, share in _shares(tenant, month).items():
        of_plan = used.get(plan.ref, Used())
        cost += sum((_metered(terms, of_plan, share) for terms in plan.meters), start=Decimal(0))
        allowance = Decimal(int(plan.allowance_micros * share)) / _MILLION
        cost += of_plan.models - min(of_plan.models, allowance)
    return cost


def _invoiced(tenant: Tenant, net: Decimal) -> Decimal:
    net = net.quantize(_CENT, ROUND_HALF_UP)
    tax = net * tenant.billing.tax_basis_points / 10_000
    return net + tax.quantize(_CENT, ROUND_HALF_UP)


def _shares(tenant: Tenant, month: Month) -> Mapping[Plan, Fraction]:
    seconds: dict[Plan, int] = defaultdict(int)
    terms = sorted(tenant.terms, key=lambda term: term.since)
    for place, term in enumerate(terms):
        until = terms[place + 1].since if place + 1 < len(terms) else month.end
        inside = min(until, month.end) - max(term.since, month.begin)
        seconds[term.plan] += max(0, int(inside.total_seconds()))
    whole = int((month.end - month.begin).total_seconds())
    return {plan: Fraction(part, whole) for plan, part in seconds.items() if part}


def _metered(terms: MeterTerms, used: Used, share: Fraction) -> Decimal:
    """The first units are included; each of the others costs what its tier says."""
    left = max(0, used.units[terms.meter] - int(terms.included * share))
    cost = done = 0
    for tier in terms.tiers:
        here = left if tier.up_to is None else min(left, max(0, int(tier.up_to * share) - done))
        cost += here * tier.unit_micros
        left -= here
        done += here
    return Decimal(cost) / _MILLION


def _fraction_half_up(micros: Fraction) -> Decimal:
    whole = (2 * micros.numerator + micros.denominator) // (2 * micros.denominator)
    return Decimal(whole) / _MILLION
