"""Months of usage, told of late, twice and in any order, and of closes that are killed: in the end
each event is billed once, and what was closed stays."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from helpdesk.billing.accounts import Accounts, merged
from helpdesk.billing.chain import verify
from helpdesk.billing.periods import next_period, previous_period, start_of
from helpdesk.billing.rating import Bill, accounts_of, rate
from helpdesk.billing.statements import PeriodClose, invoice_number
from helpdesk.clock import period_of
from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.tenants import BillingDetails
from helpdesk.usage import UsageEvent, UsageLine
from tests.unit.billing.closing_world import (
    FERN,
    OAK,
    SEPTEMBER_20,
    Killed,
    Platform,
    Reaper,
    a_tenant,
)

ANY = st.integers(0, 999)


class Months(RuleBasedStateMachine):
    """A platform over several months."""

    def __init__(self) -> None:
        super().__init__()
        self.platform = Platform(a_tenant(FERN), a_tenant(OAK, "standard"))
        self.events: list[UsageEvent] = []
        self.stated: dict[str, object] = {}
        self.names = iter(range(10_000))

    @initialize()
    def some_usage(self) -> None:
        """So that no run is about nothing."""
        self.use(0, 0, 3, 40)
        self.use(1, 0, 5, 60)

    @rule(who=ANY, months_ago=st.integers(0, 2), resolutions=st.integers(1, 90), tokens=ANY)
    def use(self, who: int, months_ago: int, resolutions: int, tokens: int) -> None:
        """Something is used: now, or it happened earlier and is written only now."""
        tenant, now = self._tenant(who), self.platform.now
        month = period_of(now)
        for _ in range(months_ago):
            month = previous_period(month)
        when = now if not months_ago else start_of(month) + timedelta(days=who % 28)
        when = max(when, tenant.created_at)
        name = f"{next(self.names):04}"
        self.events.append(self.platform.use(tenant.id, name, when, resolutions, tokens))

    @rule(which=ANY)
    def take_back(self, which: int) -> None:
        """An event is corrected by another, which happens now."""
        wrong = self.events[which % len(self.events)]
        lines = tuple(_negative(line) for line in wrong.lines)
        correction = replace(
            wrong,
            id=EventId(f"evt_{next(self.names):04}"),
            type="correction",
            occurred_at=self.platform.now,
            lines=lines,
            corrects=wrong.id,
            corrects_in=wrong.month,
        )
        self.events.append(self.platform.ledger.record(correction))

    @rule(which=st.lists(ANY, max_size=8))
    def tell(self, which: list[int]) -> None:
        """Somebody tells of events, of some twice."""
        self.platform.post(*(self.events[number % len(self.events)] for number in which))

    @rule(who=ANY, plan=st.sampled_from(["pro", "standard"]))
    def change_plan(self, who: int, plan: str) -> None:
        """A tenant has another plan, name and tax from now on."""
        tenant = self._tenant(who)
        terms = (*tenant.terms, PlanTerm(PLANS[plan], self.platform.now))
        tax = replace(tenant.billing, tax_basis_points=700 * (who % 4))
        changed = replace(tenant, name=f"Company {who}", terms=terms, billing=tax)
        self.platform.tenants.save(changed.with_settings(tenant.settings))

    @rule(where=ANY)
    def sign_up(self, where: int) -> None:
        """Somebody comes, whose id is anywhere in the order."""
        newcomer = TenantId(f"ten_{where:03}_{next(self.names):04}")
        self.platform.tenants.add(a_tenant(newcomer, since=self.platform.now), [])

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        """Time goes by."""
        self.platform.now += timedelta(days=days)

    @rule(kill_at=st.none() | st.integers(1, 150))
    def close(self, kill_at: int | None) -> None:
        """The next month, or the one that was begun, is closed; the worker may be killed."""
        with suppress(Killed):
            self.platform.close(self._due(), Reaper(kill_at))

    @precondition(lambda self: self.closed())
    @rule(which=ANY, kind=st.sampled_from(["statement", "charge", "close"]), where=ANY)
    def tamper(self, which: int, kind: str, where: int) -> None:
        """Somebody changes what is closed, and is found out; then it is put back."""
        platform, period = self.platform, self.closed()[which % len(self.closed())]
        tables: dict[str, tuple[dict[Any, Any], Callable[[Any], bool]]] = {
            "statement": (platform.periods._statements, lambda key: key[1] == period),
            "charge": (platform.charges._charges, lambda key: key[1] == period),
            "close": (platform.periods._closes, lambda key: key == period),
        }
        table, of_period = tables[kind]
        keys = sorted(filter(of_period, table))
        if not keys:
            return
        key = keys[where % len(keys)]
        was = table[key]
        table[key] = _changed(was)
        assert not platform.reconcile(period).adds_up, (kind, key)
        table[key] = was

    @invariant()
    def what_is_closed_stays(self) -> None:
        for period in self.closed():
            now = self.platform.statements(period), self.platform.periods.get(period)
            assert self.stated.setdefault(period, now) == now

    @invariant()
    def every_event_is_billed_once(self) -> None:
        """Once in the files of one closed month, or in none and then it is still to come."""
        rows = [row for period in self.closed() for row in self._rows(period)]
        assert len({(event, line) for _, event, line in rows}) == len(rows)
        closed = {event for _, event, _ in rows}
        books = self.platform.books
        for event in self.events:
            late = {each.event: each.posted_to for each in books._late_of(event.tenant)}
            period = late.get(event.id, period_of(event.occurred_at))
            unposted = (event.tenant, event.id) in books._notes
            assert (event.id in closed) == (period in self.closed() and not unposted)

    @invariant()
    def bills_and_open_accounts_are_the_ledger(self) -> None:
        platform = self.platform
        recorded, billed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for event in self.events:
            for line in event.lines:
                recorded[event.tenant, line.meter] += line.cost.micros
                if (event.tenant, event.id) in platform.books._notes:
                    billed[event.tenant, line.meter] += line.cost.micros
        for period in self.closed():
            for statement in platform.statements(period):
                for bill_line in statement.bill.lines:
                    if bill_line.kind == "usage":
                        billed[statement.tenant, str(bill_line.meter)] += bill_line.amount.micros
        for (tenant, period, _), shard in platform.books._totals.items():
            if period not in self.closed():
                for account, sum_ in shard.accounts.items():
                    billed[tenant, account.meter] += sum_.micros
        assert recorded == billed

    @invariant()
    def all_bills_together_cost_what_their_months_would_have(self) -> None:
        """Had everything that is billed come in time."""
        for tenant in self.platform.tenants.all(None, 1_000):
            stated = [each.bill for each in self.platform.periods.statements(tenant.id)]
            used = merged(accounts_of(bill) for bill in stated)
            months = {account.period for account in used}
            in_time = [
                rate(month, tenant.terms, _of_month(month, used), BillingDetails())
                for month in months
            ]
            assert _for_usage(stated) == _for_usage(in_time)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        numbers = sorted(
            each.number for each in self.platform.periods._statements.values() if each.number
        )
        assert numbers == [invoice_number(place) for place in range(1, len(numbers) + 1)]

    @invariant()
    def the_chain_holds(self) -> None:
        assert verify(self._sealed()) is None

    def teardown(self) -> None:
        """Everything that there is adds up in the end."""
        for period in [*self.closed(), self._due()]:
            found = self.platform.reconcile(period)
            assert found.differences == (), found

    def closed(self) -> list[str]:
        """The periods that are sealed."""
        return [each.period for each in self._sealed()]

    def _sealed(self) -> list[PeriodClose]:
        return [each for each in self.platform.periods.all() if each.status == "closed"]

    def _due(self) -> str:
        last = self.platform.periods.last()
        if last is None:
            return period_of(SEPTEMBER_20)
        return last.period if last.status == "closing" else next_period(last.period)

    def _tenant(self, who: int):
        tenants = self.platform.tenants.all(None, 1_000)
        return tenants[who % len(tenants)]

    def _rows(self, period: str) -> list[tuple[str, str, str]]:
        prefix = f"closed/csv/billing_period={period}/"
        files = self.platform.archive.files.items()
        lines = [
            line for key, text in files if key.startswith(prefix) for line in text.splitlines()
        ]
        rows = [json.loads(line) for line in lines]
        return [(tenant, event, line) for tenant, _, _, event, line in rows]


def _of_month(month: str, accounts: Accounts) -> Accounts:
    return {account: sum_ for account, sum_ in accounts.items() if account.period == month}


def _for_usage(bills: Iterable[Bill]) -> int:
    others = ("subscription", "rounding", "tax")
    lines = (line for bill in bills for line in bill.lines)
    return sum(line.amount.micros for line in lines if line.kind not in others)


def _negative(line: UsageLine) -> UsageLine:
    cost = Money(-line.cost.micros, line.cost.currency)
    return replace(line, quantity=-line.quantity, cost=cost)


def _changed(was):
    """The same with something small that is different."""
    if hasattr(was, "manifest_sha256"):
        return replace(was, last_number=was.last_number + 1)
    if hasattr(was, "line"):
        return replace(was, line=replace(was.line, amount=was.line.amount + Money(1)))
    return replace(was, tenant_name=f"{was.tenant_name} & Sons")


TestMonths = Months.TestCase
TestMonths.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
