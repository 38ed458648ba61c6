"""What finance asks of closed months, saved in its workgroup; for each ``?`` Athena asks back.

Each names its months as values: so Athena reads these months alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A saved query; its description names the parameters in their order."""

    name: str
    description: str
    sql: str


QUERIES = (
    Query(
        "Totals of a month",
        "What each tenant owes, as on its invoice. Month.",
        """
SELECT tenant_id, tenant_name, invoice_number, currency, sum(cost) AS total
FROM usage_lines
WHERE billing_period = ?
GROUP BY tenant_id, tenant_name, invoice_number, currency
ORDER BY total DESC, tenant_id
""",
    ),
    Query(
        "Conversations behind a line",
        "What each conversation added to a meter of a tenant. Month, tenant's id, meter.",
        """
SELECT conversation_id, min(occurred_at) AS first_at, sum(quantity) AS quantity,
    sum(cost) AS list_cost, currency
FROM usage_lines
WHERE billing_period = ? AND tenant_id = ? AND meter = ? AND conversation_id IS NOT NULL
GROUP BY conversation_id, currency
ORDER BY list_cost DESC, conversation_id
""",
    ),
    Query(
        "Two months compared",
        "Each tenant's lines side by side. Earlier month, later month, and both again.",
        """
SELECT tenant_id, line, currency,
    coalesce(sum(cost) FILTER (WHERE billing_period = ?), 0) AS earlier,
    coalesce(sum(cost) FILTER (WHERE billing_period = ?), 0) AS later
FROM usage_lines
WHERE billing_period IN (?, ?)
GROUP BY tenant_id, line, currency
ORDER BY tenant_id, line, currency
""",
    ),
    Query(
        "FOCUS: cost by service",
        "What is billed for each service and kind of charge. Month.",
        """
SELECT billingaccountid, servicename, chargecategory, billingcurrency,
    sum(billedcost) AS billed, sum(effectivecost) AS effective
FROM focus
WHERE billing_period = ?
GROUP BY billingaccountid, servicename, chargecategory, billingcurrency
ORDER BY billingaccountid, billed DESC
""",
    ),
)
