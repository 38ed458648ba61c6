"""What only the platform knows: its people's keys, the models', and the root of signatures."""

from aws_cdk.aws_secretsmanager import Secret, SecretStringGenerator
from constructs import Construct

from infra.parts.acknowledged import acknowledge
from infra.parts.function import Function
from infra.stages import Stage


class Secrets(Construct):
    """Three secrets, made with a random value; into two of them an operator puts the real one.

    Platform keys are ``{"operator": key, "finance": key}``; model keys are
    ``{"chat": key, "embeddings": key}``. Signing is ``{"current": hex, "previous": hex?}``, good as
    it is made; whoever replaces its root keeps the old one as ``previous`` for a time.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self.platform_keys = Secret(self, "PlatformKeys", removal_policy=stage.removal_policy)
        self.model_keys = Secret(self, "ModelKeys", removal_policy=stage.removal_policy)
        self.signing = Secret(
            self,
            "Signing",
            generate_secret_string=_a_root(),
            removal_policy=stage.removal_policy,
        )
        by_hand = "Keys are issued by people and by the models' vendors: nothing can rotate them."
        acknowledge(self.platform_keys, "SMG4", by_hand)
        acknowledge(self.model_keys, "SMG4", by_hand)
        overlap = "A root must hold until no tenant uses what it gave: that, people decide."
        acknowledge(self.signing, "SMG4", overlap)

    def platform_keys_read_by(self, function: Function) -> None:
        """Lets a function recognise the platform's own people."""
        self.platform_keys.grant_read(function)
        function.add_environment("PLATFORM_KEYS_SECRET", self.platform_keys.secret_arn)

    def signing_read_by(self, function: Function) -> None:
        """Lets a function sign, and check what was signed."""
        self.signing.grant_read(function)
        function.add_environment("SIGNING_SECRET", self.signing.secret_arn)


def _a_root() -> SecretStringGenerator:
    """256 bits of chance as 64 digits of hexadecimal."""
    return SecretStringGenerator(
        secret_string_template="{}",  # noqa: S106  (to be filled)
        generate_string_key="current",
        password_length=64,
        exclude_uppercase=True,
        exclude_punctuation=True,
        exclude_characters="ghijklmnopqrstuvwxyz",
        require_each_included_type=False,
    )
