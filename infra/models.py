"""The models: OpenAI-compatible endpoints, and the secret with their keys."""

from aws_cdk.aws_secretsmanager import ISecret

from infra.parts.function import Function
from infra.stages import Stage


class Models:
    """Tells functions where the models are and lets them read the keys."""

    def __init__(self, stage: Stage, keys: ISecret) -> None:
        self._stage = stage
        self._keys = keys

    def answer_for(self, function: Function) -> None:
        """Lets a function call the language model."""
        self._read_keys(function)
        function.add_environment("MODEL_URL", self._stage.model_url)
        self.price_for(function)

    def price_for(self, function: Function) -> None:
        """Tells a function which language model is charged for; it can't call it."""
        function.add_environment("MODEL_NAME", self._stage.model_name)

    def embed_for(self, function: Function) -> None:
        """Lets a function call the embedding model."""
        self._read_keys(function)
        function.add_environment("EMBEDDING_URL", self._stage.embedding_url)
        function.add_environment("EMBEDDING_MODEL", self._stage.embedding_model)
        function.add_environment("EMBEDDING_DIMENSIONS", str(self._stage.embedding_dimensions))

    def _read_keys(self, function: Function) -> None:
        function.use_clients()
        self._keys.grant_read(function)
        function.add_environment("MODEL_KEYS_SECRET", self._keys.secret_arn)
