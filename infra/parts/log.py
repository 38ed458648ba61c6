"""A log group, kept as long as the stage keeps logs."""

from aws_cdk.aws_logs import LogGroup
from constructs import Construct

from infra.stages import Stage


class Log(LogGroup):
    """Nothing is logged for ever."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(
            scope, name, retention=stage.log_retention, removal_policy=stage.removal_policy
        )
