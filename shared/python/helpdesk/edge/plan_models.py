"""Plans as the API takes and shows them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from helpdesk.edge.answers import Answer, ListOut, MoneyOut
from helpdesk.edge.requests import MoneyIn, Request
from helpdesk.plans import PARTS_PER_MILLION, MeterTerms, Plan, Tier
from helpdesk.usage import METERS, PRICED_PER, UNITS, Meter

_MOST_TIERS = 20
_MOST_UNITS = 10**12


class TierIn(Request):
    """The price of a unit, up to so many billable units of a month; without ``up_to``: of all."""

    up_to: Annotated[int | None, Field(ge=1, le=_MOST_UNITS)] = None
    unit_price: MoneyIn


class MeterIn(Request):
    """What a month includes of a meter, and what each unit beyond that costs."""

    meter: Meter
    included: Annotated[int, Field(ge=0, le=_MOST_UNITS)] = 0
    tiers: Annotated[
        tuple[TierIn, ...],
        Field(
            min_length=1,
            max_length=_MOST_TIERS,
            description="Graduated: each prices its own units alone. The last is open.",
        ),
    ]

    @field_validator("meter")
    @classmethod
    def _is_priced_by_plans(cls, meter: Meter) -> Meter:
        if PRICED_PER[meter] > 1:
            raise ValueError("Tokens are priced by the price book of models, never by a plan.")
        return meter

    @field_validator("tiers")
    @classmethod
    def _ascend(cls, tiers: tuple[TierIn, ...]) -> tuple[TierIn, ...]:
        *closed, last = (tier.up_to for tier in tiers)
        bounds = [bound for bound in closed if bound is not None]
        if last is not None or len(bounds) < len(closed):
            raise ValueError("The last tier has no up_to, and all others have one.")
        if bounds != sorted(set(bounds)):
            raise ValueError("Each tier's up_to is above that of the tier before.")
        return tiers

    def terms(self) -> MeterTerms:
        """It as plans have it."""
        tiers = (Tier(tier.up_to, tier.unit_price.money().micros) for tier in self.tiers)
        return MeterTerms(self.meter, tuple(tiers), self.included)


class PlanIn(Request):
    """A plan: what a month costs, what it includes, and what is paid beyond that.

    ``allowance`` is how much of what models cost a month includes. Models are priced in USD;
    ``usd_rate`` is what a USD of that costs in the plan's currency.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "99 USD a month; 200 resolutions included",
                    "currency": "USD",
                    "base_fee": {"amount": "99.00", "currency": "USD"},
                    "allowance": {"amount": "50.00", "currency": "USD"},
                    "meters": [
                        {
                            "meter": "resolutions",
                            "included": 200,
                            "tiers": [
                                {"up_to": 1000, "unit_price": {"amount": "0.80"}},
                                {"unit_price": {"amount": "0.60"}},
                            ],
                        }
                    ],
                }
            ]
        }
    )
    title: Annotated[str, Field(min_length=1, max_length=200)]
    currency: Literal["USD", "EUR", "GBP"] = "USD"
    base_fee: MoneyIn | None = None
    allowance: MoneyIn | None = None
    usd_rate: Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$", examples=["0.92"])] = "1"
    meters: Annotated[tuple[MeterIn, ...], Field(max_length=len(METERS))] = ()

    @field_validator("meters")
    @classmethod
    def _once_each(cls, meters: tuple[MeterIn, ...]) -> tuple[MeterIn, ...]:
        if len({each.meter for each in meters}) < len(meters):
            raise ValueError("Name each meter once.")
        return meters

    @model_validator(mode="after")
    def _in_one_currency(self) -> "PlanIn":
        prices = [tier.unit_price for meter in self.meters for tier in meter.tiers]
        given = (self.base_fee, self.allowance, *prices)
        if any(money and money.currency != self.currency for money in given):
            raise ValueError(f"All amounts of this plan are in {self.currency}.")
        return self

    def plan(self, name: str) -> Plan:
        """The first version of the plan that it describes."""
        return Plan(
            name=name,
            version=1,
            title=self.title,
            currency=self.currency,
            base_fee_micros=_micros(self.base_fee),
            allowance_micros=_micros(self.allowance),
            meters=tuple(meter.terms() for meter in self.meters),
            usd_rate_ppm=int(Decimal(self.usd_rate) * PARTS_PER_MILLION),
        )


class TierOut(Answer):
    """The price of a unit, up to so many billable units of a month."""

    up_to: int | None
    unit_price: MoneyOut


class MeterTermsOut(Answer):
    """What a plan says of a meter."""

    meter: Meter
    unit: str
    included: int
    tiers: Sequence[TierOut]


class PlanOut(Answer):
    """A version of a plan. What it does not name is free; tokens cost what models cost."""

    name: str
    version: int
    title: str
    currency: str
    base_fee: MoneyOut
    allowance: MoneyOut
    usd_rate: Annotated[str, Field(examples=["0.92"])]
    meters: Sequence[MeterTermsOut]

    @classmethod
    def of(cls, plan: Plan) -> "PlanOut":
        """A plan at the border."""
        return cls(
            name=plan.name,
            version=plan.version,
            title=plan.title,
            currency=plan.currency,
            base_fee=MoneyOut.of(plan.money(plan.base_fee_micros)),
            allowance=MoneyOut.of(plan.money(plan.allowance_micros)),
            usd_rate=f"{Decimal(plan.usd_rate_ppm) / PARTS_PER_MILLION:f}",
            meters=[_meter(plan, terms) for terms in plan.meters],
        )


class PlansOut(ListOut[PlanOut]):
    """Plans by name, each in its newest version."""


def _meter(plan: Plan, terms: MeterTerms) -> MeterTermsOut:
    tiers = [
        TierOut(up_to=tier.up_to, unit_price=MoneyOut.of(plan.money(tier.unit_micros)))
        for tier in terms.tiers
    ]
    unit = UNITS[terms.meter]
    return MeterTermsOut(meter=terms.meter, unit=unit, included=terms.included, tiers=tiers)


def _micros(given: MoneyIn | None) -> int:
    return given.money().micros if given else 0
