"""Alarms, and the topic that they speak to."""

from aws_cdk import CfnOutput
from aws_cdk.aws_cloudwatch import Alarm as CloudWatchAlarm
from aws_cdk.aws_cloudwatch import ComparisonOperator, IMetric, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import Topic
from constructs import Construct

from infra.stages import Stage


class Monitoring(Construct):
    """Who is told when something is wrong: a topic that operators subscribe to.

    A stage that is not monitored has neither.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self.enabled = stage.monitored
        if self.enabled:
            topic = Topic(self, "Topic", enforce_ssl=True)
            self._action = SnsAction(topic)
            CfnOutput(self, "TopicArn", value=topic.topic_arn)

    def alarm(
        self,
        scope: Construct,
        name: str,
        metric: IMetric,
        above: float,
        why: str,
        *,
        periods: int = 1,
        tolerated: int = 0,
    ) -> None:
        """Raises an alarm when the metric is above a value in more than ``tolerated`` periods."""
        if not self.enabled:
            return
        CloudWatchAlarm(
            scope,
            name,
            metric=metric,
            threshold=above,
            comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=periods,
            datapoints_to_alarm=tolerated + 1,
            treat_missing_data=TreatMissingData.NOT_BREACHING,
            alarm_description=why,
        ).add_alarm_action(self._action)
