"""The tables: the truth about tenants, documents, conversations and usage."""

from aws_cdk.aws_dynamodb import (
    Attribute,
    AttributeType,
    GlobalSecondaryIndexPropsV2,
    ProjectionType,
    StreamViewType,
)
from constructs import Construct

from infra.parts.function import Function
from infra.parts.table import Table
from infra.stages import Stage

OPEN_TURNS = "open-turns"
DUE_LANES = "due-lanes"
DUE_ACTIONS = "due-actions"


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
        self.books = Table(self, "Books", stage)
        self.actions = Table(self, "Actions", stage, stream=changes, indexes=[_due_actions()])
        # Of its items the delivery log alone says when it expires.
        self.webhooks = Table(
            self, "Webhooks", stage, indexes=[_due_lanes()], expires_by="expires_at"
        )

    def metered_by(self, function: Function) -> None:
        """Lets a function write usage events, each with the note that it is unposted, and price
        them by their tenant's plan. What is written it can't change."""
        self.ledger.appended_by(function)
        self.books.appended_by(function)
        self.tenants.read_by(function)


def _open_turns() -> GlobalSecondaryIndexPropsV2:
    """A turn is in it from its claim until it is settled, so the sweeper finds orphans."""
    return _sparse_index(OPEN_TURNS, "open_shard", "opened_at")


def _due_lanes() -> GlobalSecondaryIndexPropsV2:
    """A lane is in it while deliveries wait there, so what is due is found each minute."""
    return _sparse_index(DUE_LANES, "lane_shard", "due_at")


def _due_actions() -> GlobalSecondaryIndexPropsV2:
    """An action is in it while it waits for anything, so that nobody waits for ever."""
    return _sparse_index(DUE_ACTIONS, "due_shard", "look_at")


def _sparse_index(name: str, shard: str, moment: str) -> GlobalSecondaryIndexPropsV2:
    """Holds the items that have both attributes, a shard's by their moments."""
    return GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_key=Attribute(name=shard, type=AttributeType.STRING),
        sort_key=Attribute(name=moment, type=AttributeType.STRING),
        projection_type=ProjectionType.ALL,
    )
