"""Finance is told when a month is closed, or does not add up: rule, topic, e-mail."""

from collections.abc import Sequence

from aws_cdk import CfnOutput
from aws_cdk.aws_events import EventField, EventPattern, Rule, RuleTargetInput
from aws_cdk.aws_events_targets import SnsTopic
from aws_cdk.aws_kms import Key
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from infra.domain_events import DomainEvents
from infra.parts.acknowledged import acknowledge
from infra.parts.platform import Platform
from infra.parts.queue import DeadLetters

_SOURCE = "helpdesk.platform"


class BillingNews(Construct):
    """A topic that people subscribe to; finance's address is subscribed where the stage has one."""

    def __init__(
        self, scope: Construct, name: str, platform: Platform, *, events: DomainEvents
    ) -> None:
        super().__init__(scope, name)
        stage = platform.stage
        # SNS's own key would not let EventBridge write.
        key = Key(self, "Key", enable_key_rotation=True, removal_policy=stage.removal_policy)
        self._topic = Topic(self, "Topic", enforce_ssl=True, master_key=key)
        if stage.finance_email:
            self._topic.add_subscription(EmailSubscription(stage.finance_email))
        self._given_up = DeadLetters(self, "GivenUp", platform.monitoring)
        acknowledge(self._given_up, "SQS3", "It holds what SNS did not take: the dead letters.")
        self._tell(events, "Closed", "billing.period_closed", _closed())
        self._tell(events, "Differs", "billing.period_differs", _differs())
        CfnOutput(self, "TopicArn", value=self._topic.topic_arn)

    def _tell(self, events: DomainEvents, name: str, kind: str, text: Sequence[str]) -> None:
        Rule(
            self,
            name,
            event_bus=events.bus,
            event_pattern=EventPattern(source=[_SOURCE], detail_type=[kind]),
            targets=[
                SnsTopic(
                    self._topic,
                    message=RuleTargetInput.from_multiline_text("\n".join(text)),
                    dead_letter_queue=self._given_up.queue,
                )
            ],
        )


def _closed() -> Sequence[str]:
    return (
        f"{_told('period')} is closed.",
        f"Export: {_told('export_id')}",
        f"SHA-256 of its manifest: {_told('manifest_sha256')}",
        f"SHA-256 of the close: {_told('sha256')}",
    )


def _differs() -> Sequence[str]:
    return (
        f"{_told('period')} does not add up: {_told('count')} differences.",
        f"Closed: {_told('closed')}",
        f"Which ones: helpdesk finance reconcile --period {_told('period')}",
    )


def _told(name: str) -> str:
    return EventField.from_path(f"$.detail.data.{name}")
