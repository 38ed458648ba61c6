"""A table, and what functions may do with it."""

from collections.abc import Sequence

from aws_cdk.aws_dynamodb import (
    Attribute,
    AttributeType,
    Billing,
    GlobalSecondaryIndexPropsV2,
    PointInTimeRecoverySpecification,
    StreamViewType,
    TableV2,
)
from aws_cdk.aws_iam import Grant
from constructs import Construct

from infra.parts.function import Function
from infra.stages import Stage

# No Scan and no PartiQL: the product asks by key.
_READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
_APPEND = ("dynamodb:PutItem",)
_WRITE = (
    *_APPEND,
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
)


class Table(Construct):
    """On demand, with point-in-time recovery; a grant tells the function the table's name."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        stage: Stage,
        *,
        keys: Sequence[str] = ("pk", "sk"),
        stream: StreamViewType | None = None,
        indexes: Sequence[GlobalSecondaryIndexPropsV2] = (),
        expires_by: str | None = None,
    ) -> None:
        super().__init__(scope, name)
        attributes = [Attribute(name=key, type=AttributeType.STRING) for key in keys]
        self.resource = TableV2(
            self,
            "Table",
            partition_key=attributes[0],
            sort_key=attributes[1] if len(attributes) > 1 else None,
            billing=Billing.on_demand(),
            dynamo_stream=stream,
            global_secondary_indexes=list(indexes) or None,
            time_to_live_attribute=expires_by,
            point_in_time_recovery_specification=PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=stage.keeps_data,
            removal_policy=stage.removal_policy,
        )
        self._setting = f"{name.upper()}_TABLE"

    def read_by(self, function: Function) -> None:
        """Lets a function read by key."""
        self._grant(function, *_READ)

    def index_read_by(self, function: Function, index: str) -> None:
        """Lets a function query an index."""
        Grant.add_to_principal(
            grantee=function,
            actions=["dynamodb:Query"],
            resource_arns=[f"{self.resource.table_arn}/index/{index}"],
        )

    def appended_by(self, function: Function) -> None:
        """Lets a function read by key and put items, but neither update nor delete any."""
        self._grant(function, *_READ, *_APPEND)

    def written_by(self, function: Function) -> None:
        """Lets a function read by key and write."""
        self._grant(function, *_READ, *_WRITE)

    def _grant(self, function: Function, *actions: str) -> None:
        """The table alone: its own grants would add every index by a wildcard."""
        Grant.add_to_principal(
            grantee=function, actions=list(actions), resource_arns=[self.resource.table_arn]
        )
        function.add_environment(self._setting, self.resource.table_name)
