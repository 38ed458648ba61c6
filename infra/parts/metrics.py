"""The product's own metrics, by the names that its functions write."""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import IMetric, MathExpression, Metric

NAMESPACE = "Helpdesk"
FIRST_TOKEN = "helpdesk.turn.first_token"
TURN_DURATION = "helpdesk.turn.duration"
TURN_COST = "helpdesk.turn.cost_micros"
RETRIEVAL_DURATION = "helpdesk.retrieval.duration"
TOKEN_USAGE = "gen_ai.client.token.usage"
DEAD_DELIVERIES = "helpdesk.webhooks.dead"
USAGE_CONFLICTS = "helpdesk.usage.conflicts"
USAGE_DIFFERENCES = "helpdesk.usage.differences"
EXPORTS_FAILED = "helpdesk.billing.exports_failed"
BILLING_DIFFERENCES = "helpdesk.billing.differences"

_FINISH_REASON = "helpdesk.finish_reason"


def turns(metric: str, statistic: str, finish_reason: str = "answered") -> Metric:
    """A metric of the turns that ended in one way."""
    return Metric(
        namespace=NAMESPACE,
        metric_name=metric,
        dimensions_map={"service": "chat", _FINISH_REASON: finish_reason},
        statistic=statistic,
        period=Duration.minutes(5),
    )


def counted_by(service: str, metric: str) -> Metric:
    """The sum of a metric that one function counts."""
    return Metric(
        namespace=NAMESPACE,
        metric_name=metric,
        dimensions_map={"service": service},
        statistic="Sum",
        period=Duration.minutes(5),
    )


def each(metric: str, statistic: str) -> IMetric:
    """A metric under every combination of its dimensions that there is."""
    search = f'SEARCH(\'Namespace="{NAMESPACE}" MetricName="{metric}"\', "{statistic}", 300)'
    return MathExpression(expression=search, label="", using_metrics={})
