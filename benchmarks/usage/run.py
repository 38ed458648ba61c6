"""The run: load, deliver, check, close, late events, close again, compare with the oracle."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.usage.closer import Closed, close, kill_times, reconciled
from benchmarks.usage.cloud import Cloud
from benchmarks.usage.deliveries import Delivered, Stream, order_of
from benchmarks.usage.facts import NEXT_PERIOD, PERIOD, Fact, companies, event_of, facts
from benchmarks.usage.oracle import Month, invoice_totals, used_by
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.usage_items import event_writes
from helpdesk.billing.checking import Checking, CheckReport, Whose
from helpdesk.billing.periods import end_of, start_of
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.clock import utc_now
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.tenants import Tenant

_LOADERS = 2
_AT_ONCE = 500
_MILLION = Decimal(1_000_000)
_CLOSE_KILLS = 3

Totals = Mapping[tuple[str, TenantId], Decimal]
"""What each company owes, by period."""


@dataclass(frozen=True, slots=True)
class BadDay:
    """So many facts, and the share of their events that is told of twice."""

    events: int
    duplicates: float
    seed: int


@dataclass(slots=True)
class Ended:
    """What happened, and what is wrong with it."""

    events: int
    late: int
    loaded_seconds: float
    delivered: Sequence[Delivered] = ()
    checked: CheckReport | None = None
    checked_seconds: float = 0.0
    closed: Mapping[str, Closed] = field(default_factory=dict)
    reconciled: Mapping[str, Reconciliation] = field(default_factory=dict)
    totals: Totals = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)


def run(cloud: Cloud, folder: Path, day: BadDay, say: Callable[[str], None]) -> Ended:
    """Runs all of it, and says from time to time where it is."""
    tenants, chance = companies(), random.Random(day.seed)
    happened = list(facts(day.events, day.seed))
    punctual = [fact.number for fact in happened if not fact.late]
    late = [fact.number for fact in happened if fact.late]
    for tenant in tenants:
        cloud.tenants.add(tenant, [])
    say(f"writing {len(punctual):,} events and their notes …")
    ended = Ended(day.events, len(late), _timed(lambda: _load(cloud, happened, punctual)))

    def deliver(numbers: list[int], name: str) -> Delivered:
        say(f"telling workers of {len(numbers):,} events, and of {day.duplicates:.0%} twice …")
        order = order_of(numbers, day.duplicates, chance)
        return Stream(cloud, happened, tenants, order, folder / name).deliver(chance)

    first = deliver(punctual, "punctual")
    say("comparing the accounts with the ledger …")
    started = time.monotonic()
    ended.checked = _check(cloud)
    ended.checked_seconds = time.monotonic() - started
    say(f"closing {PERIOD} …")
    longest = max(2.0, day.events / 25_000)
    closed = {PERIOD: close(cloud, PERIOD, kill_times(chance, _CLOSE_KILLS, longest))}
    _load(cloud, happened, late)
    ended.delivered = [first, deliver(late, "late")]
    say(f"closing {NEXT_PERIOD} …")
    closed[NEXT_PERIOD] = close(cloud, NEXT_PERIOD, kill_times(chance, _CLOSE_KILLS, 2.0))
    ended.closed = closed
    say("reading everything back …")
    ended.reconciled = {period: reconciled(cloud, period) for period in closed}
    ended.totals = _oracle(happened, tenants)
    ended.wrongs = list(_wrongs(cloud, ended, tenants))
    return ended


def _load(cloud: Cloud, happened: Sequence[Fact], numbers: Sequence[int]) -> None:
    """As the product writes them, but many at once: the transactions are for other tests."""
    parts = [numbers[start::_LOADERS] for start in range(_LOADERS)]
    told = [[happened[number] for number in part] for part in parts]
    with ProcessPoolExecutor(_LOADERS) as pool:
        list(pool.map(_load_part, [cloud] * _LOADERS, told))


def _load_part(cloud: Cloud, told: Sequence[Fact]) -> None:
    database, tenants = Database(cloud.client("dynamodb")), companies()
    for start in range(0, len(told), _AT_ONCE):
        part = told[start : start + _AT_ONCE]
        writes = [event_writes(cloud.tables, event_of(fact, tenants[fact.tenant])) for fact in part]
        database.put_many(cloud.tables.books, {note.key: note.fields for _, note in writes})
        database.put_many(cloud.tables.ledger, {event.key: event.fields for event, _ in writes})


def _check(cloud: Cloud) -> CheckReport:
    books = cloud.books
    posting = PostingUsage(books)
    checking = Checking(cloud.ledger, books, cloud.tenants, posting, utc_now, lambda _: None)
    return checking.check(PERIOD, Whose(utc_now() + timedelta(hours=10)))


def _oracle(happened: Sequence[Fact], tenants: list[Tenant]) -> Totals:
    punctual = used_by((fact for fact in happened if not fact.late), tenants)
    everything = used_by(happened, tenants)
    month, following = (Month(start_of(period), end_of(period)) for period in (PERIOD, NEXT_PERIOD))
    totals: dict[tuple[str, TenantId], Decimal] = {}
    for tenant in tenants:
        used, used_in_all = punctual.get(tenant.id, {}), everything.get(tenant.id, {})
        first, second = invoice_totals(tenant, used, used_in_all, month, following)
        totals[PERIOD, tenant.id], totals[NEXT_PERIOD, tenant.id] = first, second
    return totals


def _wrongs(cloud: Cloud, ended: Ended, tenants: list[Tenant]) -> Iterator[str]:
    if ended.checked and (not ended.checked.equal or ended.checked.overdue):
        yield f"the check found {len(ended.checked.differences)}, posted {ended.checked.overdue}"
    for period, found in ended.reconciled.items():
        yield from (f"{period}: {each.name} at {each.where}" for each in found.differences)
        yield from _against_oracle(cloud, ended.totals, period, tenants)
        expected = _by_currency(ended.totals, period, tenants)
        for source, sums in found.sums.items():
            said = {key: Decimal(micros) / _MILLION for key, micros in sums.items() if micros}
            if said != {key: total for key, total in expected.items() if total}:
                yield f"{period}: {source} says {said}, the oracle {expected}"


def _against_oracle(
    cloud: Cloud, totals: Totals, period: str, tenants: list[Tenant]
) -> Iterator[str]:
    for tenant in tenants:
        try:
            micros = cloud.periods.statement(tenant.id, period).bill.total.micros
        except NotFound:
            micros = 0
        expected = totals[period, tenant.id]
        if Decimal(micros) / _MILLION != expected:
            yield f"{period}: {tenant.id} owes {micros} micros, the oracle says {expected}"


def _by_currency(totals: Totals, period: str, tenants: list[Tenant]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for tenant in tenants:
        currency = tenant.terms[0].plan.currency
        sums[currency] = sums.get(currency, Decimal(0)) + totals[period, tenant.id]
    return sums


def _timed(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started
