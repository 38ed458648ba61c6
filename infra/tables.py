"""The tables: the truth about tenants, documents, conversations and usage."""

from aws_cdk.aws_dynamodb import (
    Attribute,
    AttributeType,
    GlobalSecondaryIndexPropsV2,
    ProjectionType,
    StreamViewType,
)
from constructs import Construct

from infra.parts.table import Table
from infra.stages import Stage

OPEN_TURNS = "open-turns"


class Tables(Construct):
    """One table per capability, each with the tenant in its partition key."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        changes = StreamViewType.NEW_AND_OLD_IMAGES
        self.tenants = Table(self, "Tenants", stage)
        self.knowledge = Table(self, "Knowledge", stage, stream=changes)
        self.conversations = Table(
            self,
            "Conversations",
            stage,
            stream=changes,
            indexes=[_open_turns()],
            expires_by="expires_at",
        )
        self.ledger = Table(self, "Ledger", stage, stream=StreamViewType.NEW_IMAGE)


def _open_turns() -> GlobalSecondaryIndexPropsV2:
    """Sparse: a turn is in it from its claim until it is settled, so the sweeper finds orphans."""
    return GlobalSecondaryIndexPropsV2(
        index_name=OPEN_TURNS,
        partition_key=Attribute(name="open_shard", type=AttributeType.STRING),
        sort_key=Attribute(name="opened_at", type=AttributeType.STRING),
        projection_type=ProjectionType.ALL,
    )
