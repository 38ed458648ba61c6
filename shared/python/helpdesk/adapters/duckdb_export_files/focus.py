"""FOCUS 1.2: all its columns, made in SQL out of ours.

Source: https://focus.finops.org/focus-specification/v1-2/. Where that leaves a choice:

- A discount is a row of its own (Credit), so a usage row is billed at its list price. Only rounding
  to a micro divides BilledCost from ListCost, which is the exact product that the standard wants.
- EffectiveCost is BilledCost: nothing here is prepaid. A subscription is billed with the very month
  that it is for, and there are no commitments to amortise.
- ChargeClass is Correction for what belongs to an earlier, invoiced period: it came too late for
  that, or corrects what happened then. A correction within the period is plain negative usage.
- A usage row's charge period is the second in which its fact happened; of storage it is the day.
- There are no regions, resources, sub accounts, capacity reservations, commitments or tags.
"""

_USAGE = "type <> 'charge'"
_SUBSCRIPTION = "line = 'subscription'"
_PRICED = f"({_USAGE} OR {_SUBSCRIPTION})"
_TAX = "line = 'tax'"
_SKU = "line || coalesce('/' || model, '')"
_PERIOD_START = "(billing_period || '-01 00:00:00+00')::TIMESTAMPTZ"
_CHARGED_PERIOD_START = (
    "(coalesce(adjustment_of, billing_period) || '-01 00:00:00+00')::TIMESTAMPTZ"
)
_DAILY = "meter = 'storage_mb_days'"
_MONEY = "DECIMAL(18, 6)"
_PRODUCT = "DECIMAL(38, 12)"
_QUANTITY = "DECIMAL(25, 6)"


def _when(condition: str, value: str, otherwise: str = "NULL") -> str:
    return f"CASE WHEN {condition} THEN {value} ELSE {otherwise} END"


_UNIT = _when("unit = 'megabyte-days'", "'MB-Days'", "upper(unit[1]) || unit[2:]")
_PRICING_QUANTITY = (
    f"CASE WHEN {_SUBSCRIPTION} THEN 1"
    # Exact: what a million units cost is the only other price there is.
    " WHEN priced_per = 1000000 THEN quantity * 0.000001::DECIMAL(7, 6)"
    f" ELSE quantity END::{_QUANTITY}"
)
_PRICING_UNIT = (
    f"CASE WHEN {_SUBSCRIPTION} THEN 'Subscriptions'"
    f" WHEN priced_per > 1 THEN priced_per || ' ' || {_UNIT}"
    f" WHEN quantity IS NOT NULL THEN {_UNIT} END"
)
_UNIT_PRICE = f"CASE WHEN {_USAGE} THEN unit_price WHEN {_SUBSCRIPTION} THEN cost END::{_MONEY}"
_LIST_COST = _when(_PRICED, f"({_PRICING_QUANTITY}) * ({_UNIT_PRICE})", "cost") + f"::{_PRODUCT}"
_NONE = "NULL::VARCHAR"

FOCUS_COLUMNS: dict[str, str] = {
    "AvailabilityZone": _NONE,
    "BilledCost": "cost",
    "BillingAccountId": "tenant_id",
    "BillingAccountName": "tenant_name",
    "BillingAccountType": "'Tenant'",
    "BillingCurrency": "currency",
    "BillingPeriodEnd": f"{_PERIOD_START} + INTERVAL 1 MONTH",
    "BillingPeriodStart": _PERIOD_START,
    "CapacityReservationId": _NONE,
    "CapacityReservationStatus": _NONE,
    "ChargeCategory": (
        f"CASE WHEN {_USAGE} THEN 'Usage' WHEN {_SUBSCRIPTION} THEN 'Purchase'"
        f" WHEN {_TAX} THEN 'Tax' WHEN line = 'rounding' THEN 'Adjustment' ELSE 'Credit' END"
    ),
    "ChargeClass": _when("adjustment_of IS NOT NULL", "'Correction'"),
    "ChargeDescription": "coalesce(description || ': ' || reason, description)",
    "ChargeFrequency": (
        f"CASE WHEN {_USAGE} THEN 'Usage-Based' WHEN {_SUBSCRIPTION} THEN 'Recurring'"
        " ELSE 'One-Time' END"
    ),
    "ChargePeriodEnd": (
        f"CASE WHEN occurred_at IS NULL THEN {_CHARGED_PERIOD_START} + INTERVAL 1 MONTH"
        f" WHEN {_DAILY} THEN date_trunc('day', occurred_at) + INTERVAL 1 DAY"
        " ELSE date_trunc('second', occurred_at) + INTERVAL 1 SECOND END"
    ),
    "ChargePeriodStart": (
        f"CASE WHEN occurred_at IS NULL THEN {_CHARGED_PERIOD_START}"
        f" WHEN {_DAILY} THEN date_trunc('day', occurred_at)"
        " ELSE date_trunc('second', occurred_at) END"
    ),
    "CommitmentDiscountCategory": _NONE,
    "CommitmentDiscountId": _NONE,
    "CommitmentDiscountName": _NONE,
    "CommitmentDiscountQuantity": f"NULL::{_QUANTITY}",
    "CommitmentDiscountStatus": _NONE,
    "CommitmentDiscountType": _NONE,
    "CommitmentDiscountUnit": _NONE,
    "ConsumedQuantity": _when(_USAGE, "quantity") + f"::{_QUANTITY}",
    "ConsumedUnit": _when(_USAGE, _UNIT),
    "ContractedCost": _LIST_COST,
    "ContractedUnitPrice": _UNIT_PRICE,
    "EffectiveCost": "cost",
    "InvoiceId": "invoice_number",
    "InvoiceIssuerName": "'Helpdesk AI'",
    "ListCost": _LIST_COST,
    "ListUnitPrice": _UNIT_PRICE,
    "PricingCategory": _when(_PRICED, "'Standard'"),
    "PricingCurrency": "currency",
    "PricingCurrencyContractedUnitPrice": _UNIT_PRICE,
    "PricingCurrencyEffectiveCost": "cost",
    "PricingCurrencyListUnitPrice": _UNIT_PRICE,
    "PricingQuantity": _PRICING_QUANTITY,
    "PricingUnit": _PRICING_UNIT,
    "ProviderName": "'Helpdesk AI'",
    "PublisherName": "'Helpdesk AI'",
    "RegionId": _NONE,
    "RegionName": _NONE,
    "ResourceId": _NONE,
    "ResourceName": _NONE,
    "ResourceType": _NONE,
    "ServiceCategory": "'AI and Machine Learning'",
    "ServiceName": "'Helpdesk AI'",
    "ServiceSubcategory": "'Bots'",
    "SkuId": _when(_PRICED, _SKU),
    "SkuMeter": _when(_SUBSCRIPTION, "'Subscription'", _when(_USAGE, "description")),
    "SkuPriceDetails": _when(_USAGE, "json_object('x_PriceVersion', price_version)::VARCHAR"),
    "SkuPriceId": _when(_PRICED, f"plan || '/' || {_SKU}"),
    "SubAccountId": _NONE,
    "SubAccountName": _NONE,
    "SubAccountType": _NONE,
    "Tags": _NONE,
    "x_AdjustmentOf": "adjustment_of",
    "x_ConversationId": "conversation_id",
    "x_Corrects": "corrects",
    "x_Estimated": "estimated",
    "x_EventId": "event_id",
    "x_Line": "line",
    "x_Meter": "meter",
    "x_Model": "model",
    "x_Plan": "plan",
    "x_PriceVersion": "price_version",
    "x_Quantity": "quantity",
    "x_Reason": "reason",
    "x_Subject": "subject",
    "x_Type": "type",
}
"""Each column of a FOCUS file, and what it is made of. Ours begin with ``x_``."""

AS_FOCUS = ", ".join(f"{value} AS {name}" for name, value in FOCUS_COLUMNS.items())
