"""A Lambda function, said once."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, Size
from aws_cdk.aws_iam import Role, ServicePrincipal
from aws_cdk.aws_lambda import Architecture, Code, ILayerVersion, Runtime
from aws_cdk.aws_lambda import Function as LambdaFunction
from constructs import Construct

from infra.parts.acknowledged import acknowledge
from infra.parts.layers import UNWANTED
from infra.parts.log import Log
from infra.parts.platform import Platform
from infra.stages import ROOT

_PINNED = "Python and the layers' wheels move together, when a new version has been tried."


class Function(LambdaFunction):
    """The folder ``functions/<name>`` on Python 3.13 and arm64, over the shared layers.

    It has a role and a log group of its own, and an alarm on its errors.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        timeout: Duration,
        memory_mb: int,
        handler: str = "handler.handler",
        layers: Sequence[ILayerVersion] = (),
        environment: Mapping[str, str] | None = None,
        reserved_concurrency: int | None = None,
        disk_gb: int | None = None,
    ) -> None:
        stage = platform.stage
        self._missing = list(platform.layers.of_clients)
        log_group = Log(scope, "Log", stage)
        self.capability = name
        self.execution_role = Role(
            scope, "Role", assumed_by=ServicePrincipal("lambda.amazonaws.com")
        )
        log_group.grant_write(self.execution_role)
        super().__init__(
            scope,
            "Function",
            code=Code.from_asset(str(ROOT / "functions" / name), exclude=UNWANTED),
            handler=handler,
            runtime=Runtime.PYTHON_3_13,
            architecture=Architecture.ARM_64,
            timeout=timeout,
            memory_size=memory_mb,
            ephemeral_storage_size=Size.gibibytes(disk_gb) if disk_gb else None,
            layers=[*platform.layers.of_all, *layers],
            log_group=log_group,
            role=self.execution_role,
            reserved_concurrent_executions=reserved_concurrency,
            environment={
                "STAGE": stage.name,
                "POWERTOOLS_SERVICE_NAME": name,
                **(environment or {}),
            },
        )
        acknowledge(self, "L1", _PINNED)
        platform.monitoring.alarm(
            self,
            "Errors",
            self.metric_errors(period=Duration.minutes(5)),
            above=0,
            why=f"The {name} function raised or ran out of time.",
        )

    def use_clients(self) -> None:
        """Gives the function the layers that call models and search; once is enough."""
        layers, self._missing = self._missing, []
        self.add_layers(*layers)
