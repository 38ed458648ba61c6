"""The first versions of the plans that anybody may choose. Operators write further versions, and
other plans, as data."""

from helpdesk.plans import MeterTerms, Plan, Tier

STANDARD = Plan("standard", 1, "Pay for what the models cost")

_PRO = Plan(
    "pro",
    1,
    "49 USD a month; 50 resolutions and 20 USD of model usage included",
    base_fee_micros=49_000_000,
    allowance_micros=20_000_000,
    meters=(
        MeterTerms(
            "resolutions",
            (Tier(1_000, 990_000), Tier(10_000, 790_000), Tier(None, 590_000)),
            included=50,
        ),
        MeterTerms("storage_mb_days", (Tier(None, 10),), included=30_000),
    ),
)

_PRO_EUR = Plan(
    "pro-eur",
    1,
    "45 EUR a month; 50 resolutions and 18 EUR of model usage included",
    currency="EUR",
    base_fee_micros=45_000_000,
    allowance_micros=18_000_000,
    meters=(
        MeterTerms(
            "resolutions",
            (Tier(1_000, 900_000), Tier(10_000, 720_000), Tier(None, 540_000)),
            included=50,
        ),
        MeterTerms("storage_mb_days", (Tier(None, 9),), included=30_000),
    ),
    usd_rate_ppm=920_000,
)

PLANS = {plan.name: plan for plan in (STANDARD, _PRO, _PRO_EUR)}
