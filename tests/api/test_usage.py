"""Usage: the running bill, the events behind it, the dashboard; each tenant sees its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.billing.periods import previous_period
from helpdesk.clock import period_of, utc_now
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.tenants import BillingDetails
from helpdesk.usage import METERS


def meters_of(usage):
    return {each["meter"]: (each["quantity"], each["unit"]) for each in usage["meters"]}


def everything(world, company):
    """All of a tenant's events of this month."""
    events, query = [], {"limit": "2"}
    while True:
        page = world.call("GET", "/v1/usage/events", key=company.secret, query=query).json
        events += page["items"]
        if page["next_cursor"] is None:
            return events
        query["cursor"] = page["next_cursor"]


def posted(world, tenant):
    """Everything of a tenant is posted."""
    notes = [note for shard in range(8) for note in world.books.unposted(tenant, shard)]
    places = [(note.period, note.event) for note in notes]
    world.posting.post(world.ledger.get_many(tenant, places))


def test_usage_is_the_exact_sum_of_the_turns(world, acme):
    for _ in range(3):
        world.turn(acme.id)
    world.turn(acme.id, settle=False)

    usage = world.call("GET", "/v1/usage", key=acme.secret).json

    assert [each["meter"] for each in usage["meters"]] == [*METERS]
    used = {meter: said for meter, said in meters_of(usage).items() if said[0]}
    assert used == {
        "conversations": (3, "conversations"),
        "turns": (3, "turns"),
        "input_tokens": (3000, "tokens"),
        "output_tokens": (30, "tokens"),
    }
    # 3 × (1,000 × 0.15 + 10 × 0.60) USD for a million tokens
    assert usage["total"] == {"amount": "0.000468", "currency": "USD"}
    assert (usage["period"], usage["closed"]) == (period_of(utc_now()), False)
    assert (usage["plan"], usage["currency"], usage["invoice"]) == ("standard@1", "USD", None)
    assert usage["as_of"].endswith("Z")


def test_posting_changes_nothing_of_the_bill(world, acme):
    world.turn(acme.id)
    before = world.call("GET", "/v1/usage", key=acme.secret).json
    posted(world, acme.id)

    after = world.call("GET", "/v1/usage", key=acme.secret).json

    same = ("period", "meters", "lines", "net", "tax", "total")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


def test_a_bill_has_all_lines_of_the_plan_and_adds_up(world, acme):
    tenant = world.tenants.get(acme.id)
    terms = (PlanTerm(PLANS["pro-eur"], tenant.created_at),)
    details = BillingDetails(legal_name="Acme Ltd", tax_basis_points=1900)
    pro = replace(tenant, terms=terms, billing=details)
    world.tenants.save(pro.with_settings(tenant.settings))
    world.turn(acme.id)

    usage = world.call("GET", "/v1/usage", key=acme.secret).json

    assert (usage["plan"], usage["currency"]) == ("pro-eur@1", "EUR")
    kinds = {line["kind"] for line in usage["lines"]}
    assert kinds == {"subscription", "usage", "allowance", "tax"}
    (tokens,) = [line for line in usage["lines"] if line["meter"] == "output_tokens"]
    assert tokens == {
        "kind": "usage",
        "description": "Output tokens of gpt-4o-mini",
        "plan": "pro-eur@1",
        "meter": "output_tokens",
        "model": "gpt-4o-mini",
        "quantity": 10,
        "unit_price": {"amount": "0.552", "currency": "EUR"},
        "amount": {"amount": "0.000006", "currency": "EUR"},
        "period": None,
    }
    micros = [micros_of(line["amount"]) for line in usage["lines"]]
    assert micros_of(usage["total"]) == sum(micros)
    assert micros_of(usage["net"]) + micros_of(usage["tax"]) == sum(micros)
    assert micros_of(usage["forecast"]) % 10_000 == 0


def micros_of(money):
    whole, _, part = money["amount"].partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 1_000_000 + sign * int(part.ljust(6, "0"))


def test_finance_reads_any_tenants_usage_and_must_say_whose(world, acme):
    world.turn(acme.id)
    finance = world.platform_keys.finance

    for path in ("/v1/usage", "/v1/usage/events"):
        own = world.call("GET", path, key=acme.secret).json
        theirs = world.call("GET", path, key=finance, query={"tenant": acme.id}).json
        assert theirs.get("meters") == own.get("meters")
        assert theirs.get("items") == own.get("items")
        assert world.call("GET", path, key=finance).fields == ["tenant"]
    unknown = {"tenant": f"ten_{'0' * 26}"}
    assert world.call("GET", "/v1/usage", key=finance, query=unknown).code == "not_found"
    assert world.call("GET", "/v1/tenant", key=finance).code == "forbidden"


@pytest.mark.parametrize("path", ["/v1/usage", "/v1/usage/events"])
def test_a_tenant_does_not_find_anothers_usage(world, acme, rival, path):
    world.turn(acme.id)

    answer = world.call("GET", path, key=rival.secret, query={"tenant": acme.id})

    assert answer.code == "not_found"
    own = {"tenant": rival.id}
    assert world.call("GET", path, key=rival.secret, query=own).status == 200


def test_a_month_without_turns_costs_nothing(world, acme):
    world.turn(acme.id)

    usage = world.call("GET", "/v1/usage", key=acme.secret, query={"period": "2020-01"}).json

    assert usage["total"]["amount"] == "0.00"


@pytest.mark.parametrize("path", ["/v1/usage", "/v1/usage/events"])
@pytest.mark.parametrize("period", ["2026-13", "2026-1", "november", "", "2026-11-24"])
def test_a_period_is_a_month(world, acme, period, path):
    answer = world.call("GET", path, key=acme.secret, query={"period": period})

    assert answer.fields == ["period"]


# Events


def test_the_events_behind_a_bill_are_cloud_events_with_their_conversations(world, acme, rival):
    turns = [world.turn(acme.id) for _ in range(5)]
    world.turn(rival.id)
    posted(world, acme.id)

    events = everything(world, acme)

    assert [event["subject"] for event in events] == sorted(turn.id for turn in turns)
    found = {event["data"]["conversation_id"] for event in events}
    assert found == {turn.conversation for turn in turns}
    (first, *_) = events
    assert {name: first[name] for name in first if name not in ("id", "subject", "time")} == {
        "specversion": "1.0",
        "source": f"/tenants/{acme.id}/usage",
        "type": "helpdesk.usage.turn",
        "datacontenttype": "application/json",
        "data": first["data"],
    }
    line = {line["meter"]: line for line in first["data"]["lines"]}["input_tokens"]
    assert line == {
        "meter": "input_tokens",
        "quantity": 1000,
        "unit": "tokens",
        "model": "gpt-4o-mini",
        "unit_price": {"amount": "0.15", "currency": "USD"},
        "cost": {"amount": "0.00015", "currency": "USD"},
    }


def test_the_events_of_a_line_or_a_conversation_are_found(world, acme):
    turn, _ = world.turn(acme.id), world.turn(acme.id)

    def found(**query):
        answer = world.call("GET", "/v1/usage/events", key=acme.secret, query=query)
        return [event["subject"] for event in answer.json["items"]]

    assert found(conversation=turn.conversation) == [turn.id]
    assert len(found(meter="output_tokens", model="gpt-4o-mini")) == 2
    assert found(meter="output_tokens", model="gpt-5") == []
    assert found(meter="actions") == []
    assert found(period=previous_period(period_of(utc_now()))) == []
    wrong = {"meter": "wishes", "conversation": "x", "happened_in": "y", "cursor": "z"}
    for name, value in wrong.items():
        answer = world.call("GET", "/v1/usage/events", key=acme.secret, query={name: value})
        assert answer.fields == [name]


def test_anothers_cursor_leads_into_ones_own_events(world, acme, rival):
    for _ in range(3):
        world.turn(acme.id)
    own = world.turn(rival.id)
    query = {"limit": "1"}
    cursor = world.call("GET", "/v1/usage/events", key=acme.secret, query=query).json["next_cursor"]

    answer = world.call("GET", "/v1/usage/events", key=rival.secret, query={"cursor": cursor})

    assert [event["subject"] for event in answer.json["items"]] == [own.id]


# The dashboard


def test_the_dashboard_counts_what_is_posted_and_says_how_old_that_is(world, acme, rival):
    for _ in range(2):
        world.turn(acme.id)
    posted(world, acme.id)
    fresh = world.call("GET", "/v1/dashboard", key=acme.secret).json
    waiting = world.turn(acme.id)

    stale = world.call("GET", "/v1/dashboard", key=acme.secret, query={"days": "2"}).json

    today = utc_now().date()
    counts = {"conversations": 2, "turns": 2, "resolutions": 0, "actions": 0}
    assert fresh["today"] == {"date": today.isoformat(), **counts}
    assert fresh["age_seconds"] == 0
    assert [day["date"] for day in stale["days"]] == [
        (today - timedelta(days=ago)).isoformat() for ago in (1, 0)
    ]
    assert stale["today"] == fresh["today"] == stale["days"][-1]
    assert stale["as_of"][:23] == waiting.started_at.isoformat(timespec="milliseconds")[:23]
    assert stale["age_seconds"] > 0
    theirs = world.call("GET", "/v1/dashboard", key=rival.secret).json
    assert (len(theirs["days"]), theirs["today"]["turns"]) == (7, 0)


@pytest.mark.parametrize("days", ["0", "93", "x"])
def test_a_dashboard_shows_up_to_three_months(world, acme, days):
    answer = world.call("GET", "/v1/dashboard", key=acme.secret, query={"days": days})

    assert answer.fields == ["days"]
