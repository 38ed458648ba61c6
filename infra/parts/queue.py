"""A queue of work, its dead letters, and the alarms on both."""

from aws_cdk import Duration
from aws_cdk.aws_lambda import IFunction
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from aws_cdk.aws_sqs import DeadLetterQueue, Queue, QueueEncryption
from constructs import Construct

from infra.parts.monitoring import Monitoring

_TRIES = 3
_OLDEST = Duration.minutes(15)


class DeadLetters(Construct):
    """Where messages end that no try could handle; a single one raises an alarm."""

    def __init__(
        self, scope: Construct, name: str, monitoring: Monitoring, *, fifo: bool = False
    ) -> None:
        super().__init__(scope, name)
        self.queue = Queue(
            self,
            "Queue",
            encryption=QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            fifo=fifo or None,
            retention_period=Duration.days(14),
        )
        monitoring.alarm(
            self,
            "NotEmpty",
            self.queue.metric_approximate_number_of_messages_visible(period=Duration.minutes(1)),
            above=0,
            why="Work was given up: read the dead letters, mend the cause, redrive.",
        )


class WorkQueue(Construct):
    """A queue for one worker function: three tries, then dead letters.

    Senders to a standard queue give the tenant as message group, so that one busy tenant does not
    delay the others; in a ``fifo`` one a group is worked on by one worker at a time, in order.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        monitoring: Monitoring,
        *,
        worker_timeout: Duration,
        fifo: bool = False,
        oldest: Duration = _OLDEST,
        why_old: str = "Tenants wait for their documents: the workers fail or are too few.",
    ) -> None:
        super().__init__(scope, name)
        dead_letters = DeadLetters(self, "DeadLetters", monitoring, fifo=fifo)
        self.queue = Queue(
            self,
            "Queue",
            encryption=QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            fifo=fifo or None,
            # Six times the worker's timeout, as Lambda asks: a throttled batch is tried again
            # before another worker sees it.
            visibility_timeout=Duration.seconds(6 * worker_timeout.to_seconds()),
            dead_letter_queue=DeadLetterQueue(queue=dead_letters.queue, max_receive_count=_TRIES),
        )
        self.age = self.queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(1))
        monitoring.alarm(
            self,
            "Old",
            self.age,
            above=oldest.to_seconds(),
            why=why_old,
            periods=5,
            tolerated=2,
        )

    def worked_by(self, function: IFunction, *, batch_size: int, max_concurrency: int) -> None:
        """Hands the messages to a function, which names those that it could not handle."""
        function.add_event_source(
            SqsEventSource(
                self.queue,
                batch_size=batch_size,
                max_concurrency=max_concurrency,
                report_batch_item_failures=True,
            )
        )
