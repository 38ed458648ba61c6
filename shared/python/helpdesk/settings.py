"""The environment, read once: the only file that names its variables."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, Self

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Settings:
    """What a function is told about the stage it runs on. Each field is an environment variable
    of the same name in capitals; a function is given only those it uses."""

    stage: str = ""
    sign_up: Literal["open", "operator"] = "operator"

    # tables, buckets, queues
    tenants_table: str = ""
    knowledge_table: str = ""
    conversations_table: str = ""
    ledger_table: str = ""
    books_table: str = ""
    actions_table: str = ""
    idempotency_table: str = ""
    replies_key_id: str = ""
    uploads_bucket: str = ""
    embedding_queue_url: str = ""
    action_queue_url: str = ""
    event_bus_name: str = ""
    webhooks_table: str = ""
    delivery_queue_url: str = ""
    platform_keys_secret: str = ""
    signing_secret: str = ""

    # whether tenants' URLs may lead to this machine and its network, over plain HTTP too
    private_endpoints: bool = False

    # retrieval: an OpenSearch endpoint, or a folder for the embedded index
    opensearch_url: str = ""
    opensearch_service: Literal["es", "aoss"] = "es"
    opensearch_engine: Literal["faiss", "lucene"] = "faiss"
    index_folder: str = ""

    # models: OpenAI-compatible endpoints; the secret holds {"chat": key, "embeddings": key}
    model_url: str = ""
    model_name: str = "helpdesk-extractive-1"
    model_timeout_seconds: float = 20.0
    embedding_url: str = ""
    embedding_model: str = "all-MiniLM-L6-v2"
    embedding_dimensions: int = 384
    model_keys_secret: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Reads the variables that are there. Raises pydantic's ValidationError for a bad value."""
        given = {f.name: environ[f.name.upper()] for f in fields(cls) if f.name.upper() in environ}
        return TypeAdapter(cls).validate_python(given)
