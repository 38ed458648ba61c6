"""What only the platform knows: its own people's keys, and those of the models."""

from aws_cdk.aws_secretsmanager import Secret
from constructs import Construct

from infra.parts.acknowledged import acknowledge
from infra.parts.function import Function
from infra.stages import Stage


class Secrets(Construct):
    """Two secrets, made with a random value; an operator puts the real ones in.

    Platform keys are ``{"operator": key, "finance": key}``; model keys are
    ``{"chat": key, "embeddings": key}``.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self.platform_keys = Secret(self, "PlatformKeys", removal_policy=stage.removal_policy)
        self.model_keys = Secret(self, "ModelKeys", removal_policy=stage.removal_policy)
        by_hand = "Keys are issued by people and by the models' vendors: nothing can rotate them."
        acknowledge(self.platform_keys, "SMG4", by_hand)
        acknowledge(self.model_keys, "SMG4", by_hand)

    def platform_keys_read_by(self, function: Function) -> None:
        """Lets a function recognise the platform's own people."""
        self.platform_keys.grant_read(function)
        function.add_environment("PLATFORM_KEYS_SECRET", self.platform_keys.secret_arn)
