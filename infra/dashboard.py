"""What operators look at: one page per stage."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk.aws_apigateway import RestApi
from aws_cdk.aws_cloudwatch import Dashboard as CloudWatchDashboard
from aws_cdk.aws_cloudwatch import GraphWidget, IMetric, IWidget
from constructs import Construct

from infra.parts.metrics import (
    FIRST_TOKEN,
    RETRIEVAL_DURATION,
    TOKEN_USAGE,
    TURN_COST,
    TURN_DURATION,
    each,
    turns,
)


class Dashboard(Construct):
    """Speed, money, and what was refused, failed or waits."""

    def __init__(
        self, scope: Construct, name: str, *, api: RestApi, queue_ages: Sequence[IMetric]
    ) -> None:
        super().__init__(scope, name)
        board = CloudWatchDashboard(self, "Dashboard", default_interval=Duration.hours(12))
        board.add_widgets(
            _graph("First token (s)", _percentiles(FIRST_TOKEN)),
            _graph("Whole answer (s)", _percentiles(TURN_DURATION)),
            _graph("Turns by how they ended", [each(TURN_DURATION, "SampleCount")]),
        )
        board.add_widgets(
            _graph("Retrieval, p95 (s)", [each(RETRIEVAL_DURATION, "p95")]),
            _graph("Tokens", [each(TOKEN_USAGE, "Sum")]),
            _graph("Cost (millionths of USD)", [each(TURN_COST, "Sum")]),
        )
        board.add_widgets(
            _graph("Requests", [api.metric_count()]),
            _graph("Refused and failed", [api.metric_client_error(), api.metric_server_error()]),
            _graph("Oldest message (s)", queue_ages),
        )


def _percentiles(metric: str) -> Sequence[IMetric]:
    return [turns(metric, percentile) for percentile in ("p50", "p95", "p99")]


def _graph(title: str, metrics: Sequence[IMetric]) -> IWidget:
    return GraphWidget(title=title, left=list(metrics), width=8)
