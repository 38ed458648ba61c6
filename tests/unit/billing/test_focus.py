"""FOCUS: a file with every kind of line is valid, and adds up to what we bill."""

import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from helpdesk.adapters.duckdb_export_files.focus import FOCUS_COLUMNS
from tests.unit.billing.export_world import (
    PERIOD,
    SOON,
    World,
    a_full_month,
    an_export,
)

VALIDATOR = Path(__file__).parents[3] / ".focus-validator"
"""Version 1, with rules 1.0. Version 2, with rules 1.2, runs on Python 3.12 alone; by hand: of the
224 rules that apply, it finds two broken, for it does not look at their conditions. It wants
InvoiceId to be null and not to be, and of purchases no EffectiveCost, be they prepaid or not."""

# Rules 1.0 name four columns as no version of FOCUS does (InvoiceIssuerName …), and ask for a
# ChargeType that became ChargeCategory in 1.0. A decimal they take for none: they want a float.
RENAMED = {
    "InvoiceIssuerName": "InvoiceIssuer",
    "ProviderName": "Provider",
    "PublisherName": "Publisher",
    "ResourceId": "ResourceID",
}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    world = World()
    for place, tenant in enumerate(a_full_month(world), start=1):
        world.state(tenant, f"HD-{place:06}")
    export = an_export(close=True)
    world.exports.add(export)
    world.exporting(rows_per_part=1000).run(export, SOON)
    path = tmp_path_factory.mktemp("focus") / "focus.parquet"
    key = f"closed/focus/billing_period={PERIOD}/part-00000.parquet"
    path.write_bytes(world.archive.files[key])
    return path


@pytest.fixture(scope="module")
def focus(file):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection.read_parquet(str(file))


def only(focus, condition, *columns):
    """The one set of values that rows have."""
    (found,) = focus.filter(condition).project(", ".join(columns)).distinct().fetchall()
    return found


def verdict(file):
    """What the FinOps Foundation's validator says of a file, without any network."""
    if not (program := VALIDATOR / "bin" / "focus-validator").exists():
        pytest.skip("The validator's numpy has no wheels for this Python.")
    nowhere = "http://127.0.0.1:9"
    answer = subprocess.run(
        [program, "--data-file", file, "--validate-version", "1.0"],
        # Where it looks for its list of currencies.
        cwd=next(VALIDATOR.glob("lib/python3.*/site-packages")),
        env={"HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def test_the_validator_accepts_it(focus, tmp_path):
    columns = [
        f"{name}{'::DOUBLE' if type_.id == 'decimal' else ''} AS {RENAMED.get(name, name)}"
        for name, type_ in zip(focus.columns, focus.types, strict=True)
    ]
    copy = tmp_path / "copy.parquet"
    focus.project(", ".join([*columns, "ChargeCategory AS ChargeType"])).write_parquet(str(copy))

    assert verdict(copy) == "Validation succeeded."


def test_the_validator_refuses_what_is_not_valid(focus, tmp_path):
    copy = tmp_path / "copy.parquet"
    focus.project("BillingAccountId, 'moon' AS BillingCurrency").write_parquet(str(copy))

    said = verdict(copy)

    assert "BillingCurrency_IsCurrencyCode failed" in said
    assert "BilledCost_Required failed" in said


def test_it_has_the_columns_of_the_standard_and_ours_begin_with_x(focus):
    standard = [name for name in focus.columns if not name.startswith("x_")]
    assert focus.columns == list(FOCUS_COLUMNS)
    assert standard == sorted(standard)
    assert len(standard) == 57


def test_it_adds_up_to_the_bill(focus):
    dollars = focus.filter("BillingCurrency = 'USD'")
    columns = "sum(BilledCost), sum(EffectiveCost), sum(PricingCurrencyEffectiveCost)"
    assert dollars.aggregate(columns).fetchall() == [(Decimal("57.425847"),) * 3]


@pytest.mark.parametrize(
    ("line", "category", "frequency"),
    [
        ("turns", "Usage", "Usage-Based"),
        ("input_tokens", "Usage", "Usage-Based"),
        ("storage_mb_days", "Usage", "Usage-Based"),
        ("subscription", "Purchase", "Recurring"),
        ("included", "Credit", "One-Time"),
        ("volume_discount", "Credit", "One-Time"),
        ("allowance", "Credit", "One-Time"),
        ("rounding", "Adjustment", "One-Time"),
        ("tax", "Tax", "One-Time"),
    ],
)
def test_each_kind_of_line_has_its_category(focus, line, category, frequency):
    assert only(focus, f"x_Line = '{line}'", "ChargeCategory", "ChargeFrequency") == (
        category,
        frequency,
    )


def test_only_what_belongs_to_an_invoiced_month_is_a_correction(focus):
    corrections = focus.filter("ChargeClass IS NOT NULL")
    assert only(corrections, "true", "ChargeClass", "x_AdjustmentOf") == ("Correction", "2026-10")
    assert {row[0] for row in corrections.project("x_Type").fetchall()} == {
        "turn",
        "correction",
        "charge",
    }
    charge = only(corrections, "x_Type = 'charge'", "ChargePeriodStart", "BilledCost")
    assert charge == (datetime(2026, 10, 1, tzinfo=UTC), Decimal("0.99"))
    assert only(focus, "x_Type = 'resolution_reopened'", "ChargeClass") == (None,)


def test_tokens_are_priced_by_the_million_and_consumed_one_by_one(focus):
    found = only(
        focus,
        "x_Line = 'input_tokens'",
        "ConsumedQuantity",
        "ConsumedUnit",
        "PricingQuantity",
        "PricingUnit",
        "ListUnitPrice",
        "ListCost",
        "BilledCost",
        "SkuId",
        "SkuPriceId",
    )
    assert found == (
        Decimal(1234),
        "Tokens",
        Decimal("0.001234"),
        "1000000 Tokens",
        Decimal("0.15"),
        Decimal("0.0001851"),
        Decimal("0.000185"),
        "input_tokens/gpt-4o-mini",
        "pro@1/input_tokens/gpt-4o-mini",
    )


@pytest.mark.parametrize(
    "broken",
    [
        "ListUnitPrice * PricingQuantity <> ListCost",
        "ContractedUnitPrice * PricingQuantity <> ContractedCost",
        "ListUnitPrice < 0",
        "abs(ListCost - BilledCost) > 0.0000005",
        "ListUnitPrice IS NULL AND ListCost <> BilledCost",
        "(PricingUnit IS NULL) <> (PricingQuantity IS NULL)",
        "(ConsumedUnit IS NULL) <> (ConsumedQuantity IS NULL)",
        "(ConsumedQuantity IS NULL) <> (ChargeCategory <> 'Usage')",
        "ChargeCategory IN ('Usage', 'Purchase') AND (SkuId IS NULL OR SkuPriceId IS NULL"
        " OR PricingCategory IS NULL OR PricingQuantity IS NULL OR ListUnitPrice IS NULL)",
        "ChargeCategory = 'Tax' AND (SkuId IS NOT NULL OR SkuPriceId IS NOT NULL"
        " OR PricingCategory IS NOT NULL OR PricingQuantity IS NOT NULL"
        " OR ListUnitPrice IS NOT NULL OR ContractedUnitPrice IS NOT NULL)",
        "SkuPriceId IS NULL AND SkuPriceDetails IS NOT NULL",
        "ChargePeriodStart >= ChargePeriodEnd",
        "BillingPeriodStart <> '2026-11-01 00:00:00+00'::TIMESTAMPTZ",
        "BillingPeriodEnd <> '2026-12-01 00:00:00+00'::TIMESTAMPTZ",
        "ChargeClass IS NULL AND NOT (ChargePeriodStart >= BillingPeriodStart"
        " AND ChargePeriodEnd <= BillingPeriodEnd)",
        "trim(ChargeDescription) = '' OR InvoiceId IS NULL OR BillingAccountName IS NULL",
    ],
)
def test_no_row_breaks_a_rule_of_1_2(focus, broken):
    assert focus.filter(broken).fetchall() == []
