"""Plans: written by operators, chosen by companies, tried on a month before they take force."""

from datetime import timedelta
from uuid import uuid4

import pytest

from helpdesk.billing.accounts import Account, Sum
from helpdesk.billing.periods import next_period, previous_period, start_of
from helpdesk.billing.postings import ShardTotals
from helpdesk.clock import period_of, rfc3339, utc_now
from helpdesk.plan_book import STANDARD

NOW = utc_now()
THIS_MONTH = period_of(NOW)
LAST_MONTH = previous_period(THIS_MONTH)
NEXT_MONTH = rfc3339(start_of(next_period(THIS_MONTH)))
TEAM = {
    "title": "Team",
    "base_fee": {"amount": "19.00"},
    "meters": [
        {
            "meter": "resolutions",
            "included": 10,
            "tiers": [
                {"up_to": 100, "unit_price": {"amount": "0.80"}},
                {"unit_price": {"amount": "0.60"}},
            ],
        }
    ],
}


@pytest.fixture
def operator(world):
    return world.platform_keys.operator


@pytest.fixture
def name():
    """A plan's name that no other test has used."""
    return f"p{uuid4().hex[:16]}"


def put(world, key, name, **changes):
    return world.call("PUT", f"/v1/plans/{name}", TEAM | changes, key=key)


def change(world, key, tenant, headers=None, **body):
    return world.call("POST", f"/v1/tenants/{tenant}/plan", body, key=key, headers=headers)


def preview(world, key, tenant, **body):
    return world.call("POST", f"/v1/tenants/{tenant}/plan/preview", body, key=key)


def own_tenant(world, company):
    return world.call("GET", "/v1/tenant", key=company.secret).json


def test_a_plan_reads_as_it_was_written(world, operator, name):
    written = put(world, operator, name).json

    assert written == world.call("GET", f"/v1/plans/{name}", key=operator).json
    assert (written["name"], written["version"], written["usd_rate"]) == (name, 1, "1")
    assert written["base_fee"] == {"amount": "19.00", "currency": "USD"}
    assert written["allowance"] == {"amount": "0.00", "currency": "USD"}
    assert written["meters"] == [
        {
            "meter": "resolutions",
            "unit": "resolutions",
            "included": 10,
            "tiers": [
                {"up_to": 100, "unit_price": {"amount": "0.80", "currency": "USD"}},
                {"up_to": None, "unit_price": {"amount": "0.60", "currency": "USD"}},
            ],
        }
    ]


def test_a_change_is_a_new_version_and_a_repetition_is_none(world, operator, name):
    first = put(world, operator, name).json
    assert put(world, operator, name).json == first
    changed = put(world, operator, name, title="Team, dearer").json
    assert (changed["version"], changed["title"]) == (2, "Team, dearer")
    assert put(world, operator, name).json["version"] == 3


def test_a_plan_of_the_book_gets_its_second_version(world, operator):
    changes = {
        "currency": "EUR",
        "usd_rate": "0.93",
        "base_fee": {"amount": "1", "currency": "EUR"},
    }
    written = put(world, operator, "pro-eur", **changes, meters=[]).json

    assert (written["version"], written["usd_rate"]) == (2, "0.93")
    body = {"name": "Acme", "email": "ops@acme.example", "plan": "pro-eur"}
    tenant = world.call("POST", "/v1/tenants", body).json["tenant"]
    assert (tenant["plan"], tenant["plan_details"]) == ("pro-eur", written)


def test_a_tenant_sees_what_anybody_may_choose_and_the_platform_sees_all(
    world, acme, operator, name
):
    put(world, operator, name)
    finance = world.platform_keys.finance

    def listed(key):
        items = world.call("GET", "/v1/plans", key=key, query={"limit": "100"}).json["items"]
        return [plan["name"] for plan in items]

    assert listed(acme.secret) == ["pro", "pro-eur", "standard"]
    assert {name, "pro"} <= {*listed(operator)} == {*listed(finance)}
    assert world.call("GET", f"/v1/plans/{name}", key=acme.secret).code == "not_found"
    assert world.call("GET", f"/v1/plans/{name}", key=finance).json["name"] == name
    assert world.call("GET", "/v1/plans/pro", key=acme.secret).json["name"] == "pro"
    assert world.call("GET", "/v1/plans/unheard-of", key=operator).code == "not_found"


def test_plans_are_listed_page_by_page(world, acme):
    first = world.call("GET", "/v1/plans", key=acme.secret, query={"limit": "2"}).json
    query = {"limit": "2", "cursor": first["next_cursor"]}
    second = world.call("GET", "/v1/plans", key=acme.secret, query=query).json

    names = [plan["name"] for page in (first, second) for plan in page["items"]]
    assert names == ["pro", "pro-eur", "standard"]
    assert second["next_cursor"] is None


def meter(*bounds, meter="actions", price=None):
    tiers = [{"up_to": bound, "unit_price": price or {"amount": "1.00"}} for bound in bounds]
    return {"meters": [{"meter": meter, "tiers": tiers}]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (meter(), "meters.0.tiers"),
        (meter(10), "meters.0.tiers"),
        (meter(None, None), "meters.0.tiers"),
        (meter(20, 10, None), "meters.0.tiers"),
        (meter(10, 10, None), "meters.0.tiers"),
        (meter(0, None), "meters.0.tiers.0.up_to"),
        (meter(None, meter="input_tokens"), "meters.0.meter"),
        (meter(None, meter="embedding_tokens"), "meters.0.meter"),
        (meter(None, meter="smiles"), "meters.0.meter"),
        ({"meters": meter(None)["meters"] * 2}, "meters"),
        (meter(None, price={"amount": "1.00", "currency": "EUR"}), "body"),
        ({"base_fee": {"amount": "1.00", "currency": "GBP"}}, "body"),
        ({"base_fee": {"amount": "-1.00"}}, "base_fee.amount"),
        ({"base_fee": {"amount": "0.0000001"}}, "base_fee.amount"),
        ({"currency": "XYZ"}, "currency"),
        ({"usd_rate": "1e3"}, "usd_rate"),
        ({"title": ""}, "title"),
        ({"version": 7}, "version"),
    ],
)
def test_a_plan_that_can_not_be_is_refused_by_its_field(world, operator, name, wrong, field):
    answer = put(world, operator, name, **wrong)

    assert (answer.code, answer.fields) == ("validation_failed", [field])
    assert world.call("GET", f"/v1/plans/{name}", key=operator).status == 404


@pytest.mark.parametrize("wrong", ["Pro", "1st", "a b", "x" * 33])
def test_what_can_be_no_name_is_no_plan(world, operator, wrong):
    assert put(world, operator, wrong).code == "not_found"


def test_a_change_of_plan_takes_force_in_two_minutes_and_the_tenant_sees_it_coming(
    world, acme, operator, name
):
    put(world, operator, name)

    changed = change(world, operator, acme.id, plan=name).json

    assert changed == own_tenant(world, acme)
    assert (changed["plan"], changed["next_plan"]["plan"]["name"]) == ("standard", name)
    since = changed["next_plan"]["since"]
    assert rfc3339(NOW + timedelta(minutes=2)) <= since < rfc3339(NOW + timedelta(minutes=12))


def test_a_later_plan_is_replaced_and_settings_stay(world, acme, operator, name):
    put(world, operator, name)
    change(world, operator, acme.id, plan=name, **{"from": NEXT_MONTH})

    world.call("PATCH", "/v1/tenant", {"persona": "a pirate"}, key=acme.secret)
    changed = change(world, operator, acme.id, plan="pro", **{"from": NEXT_MONTH}).json

    assert changed["next_plan"]["since"] == NEXT_MONTH
    assert changed["next_plan"]["plan"]["name"] == "pro"
    assert changed["persona"] == "a pirate"
    (first, second) = world.tenants.get(acme.id).terms
    assert (first.plan.name, second.plan.name) == ("standard", "pro")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"plan": "pro", "from": rfc3339(NOW)}, ["from"]),
        ({"plan": "pro", "from": "2020-01-01T00:00:00Z"}, ["from"]),
        ({"plan": "pro", "from": "2099-01-01T00:00:00"}, ["from"]),
        ({"plan": "pro", "from": "tomorrow"}, ["from"]),
        ({"plan": "pro-eur"}, ["plan"]),
        ({"plan": "unheard-of"}, ["plan"]),
        ({}, ["plan"]),
    ],
)
def test_a_change_that_can_not_be_is_refused(world, acme, operator, body, fields):
    answer = change(world, operator, acme.id, **body)

    assert (answer.code, answer.fields) == ("validation_failed", fields)
    assert own_tenant(world, acme)["next_plan"] is None


def test_a_company_stays_in_its_currency_from_any_day_on(world, acme, operator):
    refused = change(world, operator, acme.id, plan="pro-eur", **{"from": NEXT_MONTH})

    assert (refused.code, refused.fields) == ("validation_failed", ["plan"])


def test_a_repeated_change_is_done_once(world, acme, operator, once):
    first = change(world, operator, acme.id, once, plan="pro")
    again = change(world, operator, acme.id, once, plan="pro")

    assert again.json == first.json
    assert again.headers["idempotency-replayed"] == "true"


def use(world, tenant, period, meter, quantity, micros, model=""):
    """What a month's books hold of a meter."""
    account = Account(period, "standard@1", meter, model, 0, "USD")
    accounts = {account: Sum(quantity, micros, 1)}
    shard = len(world.books.totals(tenant, period))
    world.books.replace(ShardTotals(tenant, period, shard, accounts=accounts))


def test_a_plan_is_tried_on_last_month(world, acme, operator, name):
    put(world, operator, name, allowance={"amount": "1.00"})
    tenant = world.tenants.get(acme.id)
    world.tenants.save(tenant.with_plan(STANDARD, start_of(LAST_MONTH)))
    use(world, acme.id, LAST_MONTH, "resolutions", 150, 0)
    use(world, acme.id, LAST_MONTH, "input_tokens", 2_000_000, 2_500_000, "gpt-5")

    tried = preview(world, operator, acme.id, plan=name).json

    assert tried["plan"] == f"{name}@1"
    assert tried["before"]["total"] == {"amount": "2.50", "currency": "USD"}
    lines = [(line["kind"], line["amount"]["amount"]) for line in tried["after"]["lines"]]
    assert lines == [
        ("subscription", "19.00"),
        ("usage", "2.50"),
        ("usage", "120.00"),
        ("included", "-8.00"),
        ("volume_discount", "-8.00"),
        ("allowance", "-1.00"),
    ]
    assert tried["after"]["total"]["amount"] == "124.50"
    assert tried["difference"] == {"amount": "122.00", "currency": "USD"}
    assert own_tenant(world, acme)["next_plan"] is None


def test_a_preview_in_another_currency_has_no_difference(world, acme, operator):
    tried = preview(world, operator, acme.id, plan="pro-eur", period=THIS_MONTH).json

    assert tried["after"]["total"]["currency"] == "EUR"
    assert tried["difference"] is None


@pytest.mark.parametrize(
    ("body", "fields"),
    [({"plan": "unheard-of"}, ["plan"]), ({"plan": "pro", "period": "2026-13"}, ["period"])],
)
def test_a_preview_that_can_not_be_is_refused(world, acme, operator, body, fields):
    assert preview(world, operator, acme.id, **body).fields == fields


def test_what_invoices_say_reads_as_it_was_written(world, acme, operator):
    body = {
        "legal_name": "Acme Outdoor GmbH",
        "address": ["Bergweg 1", "80331 München"],
        "tax_id": "DE123456789",
        "tax_name": "USt",
        "tax_basis_points": 1900,
    }

    path = f"/v1/tenants/{acme.id}/billing-details"
    answer = world.call("PUT", path, body, key=operator)

    assert answer.json["billing_details"] == body | {"tax_note": ""}
    assert own_tenant(world, acme) == answer.json
    for wrong in ({"tax_basis_points": -1}, {"legal_name": ""}, {"address": [""]}):
        assert world.call("PUT", path, body | wrong, key=operator).code == "validation_failed"


UNKNOWN = f"ten_{'0' * 26}"


@pytest.mark.parametrize("tenant", [UNKNOWN, "ten_1", "X", "doc_" + "0" * 26])
def test_a_tenant_that_there_is_not_is_not_found(world, operator, tenant):
    details = {"legal_name": "Nobody"}
    path = f"/v1/tenants/{tenant}/billing-details"

    assert change(world, operator, tenant, plan="pro").code == "not_found"
    assert preview(world, operator, tenant, plan="pro").code == "not_found"
    assert world.call("PUT", path, details, key=operator).code == "not_found"


def test_no_tenant_and_not_finance_changes_a_plan(world, acme, rival):
    details = {"legal_name": "Acme"}
    for key in (acme.secret, rival.secret, acme.publishable, world.platform_keys.finance):
        assert put(world, key, "pro").code == "forbidden"
        assert change(world, key, acme.id, plan="pro").code == "forbidden"
        assert preview(world, key, acme.id, plan="pro").code == "forbidden"
        path = f"/v1/tenants/{acme.id}/billing-details"
        assert world.call("PUT", path, details, key=key).code == "forbidden"
