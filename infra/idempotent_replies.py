"""First answers to requests that may be repeated: a table, and a key that seals secret ones."""

from aws_cdk.aws_iam import Grant
from aws_cdk.aws_kms import Key
from constructs import Construct

from infra.parts.function import Function
from infra.parts.table import Table
from infra.stages import Stage


class IdempotentReplies(Construct):
    """Replies expire by themselves; one that holds a new key of a tenant is encrypted."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self._table = Table(self, "Idempotency", stage, keys=["id"], expires_by="expiration")
        self._seal = Key(
            self, "Seal", enable_key_rotation=True, removal_policy=stage.removal_policy
        )

    def kept_by(self, function: Function) -> None:
        """Lets a function keep replies and repeat them."""
        self._table.written_by(function)
        # The key's own grant would add actions that end in wildcards.
        Grant.add_to_principal(
            grantee=function,
            actions=["kms:Encrypt", "kms:Decrypt"],
            resource_arns=[self._seal.key_arn],
        )
        function.add_environment("REPLIES_KEY_ID", self._seal.key_id)
