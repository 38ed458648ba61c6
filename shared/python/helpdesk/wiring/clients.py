"""What this process is told, and the SDK clients that its adapters share."""

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from helpdesk.settings import Settings

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@cache
def settings() -> Settings:
    """What this process is told about its stage."""
    return Settings.from_env(os.environ)


@cache
def dynamodb() -> "DynamoDBClient":
    """The tables."""
    return client("dynamodb")  # type: ignore[no-any-return]


def client(service: str, **options: Any) -> Any:
    """A client whose every wait is bounded; ``options`` are botocore's."""
    import boto3
    from botocore.config import Config

    defaults = Config(
        connect_timeout=2,
        read_timeout=10,
        max_pool_connections=50,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return boto3.client(service, config=defaults.merge(Config(**options)))


@cache
def s3() -> Any:
    """The uploaded bytes."""
    # Presigned URLs carry content type and length only when signed by version 4.
    return client("s3", signature_version="s3v4")


@cache
def model_keys() -> Mapping[str, str]:
    """The keys of the model and of the embedding model."""
    from helpdesk.adapters.secrets_manager import read_json_secret

    return read_json_secret(client("secretsmanager"), settings().model_keys_secret)
