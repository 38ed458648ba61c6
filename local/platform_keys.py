"""The two secrets that an operator fills on AWS; on one machine they are filled here."""

import json
from dataclasses import dataclass
from typing import Any

from helpdesk.keys import PREFIXES, Role, mint_key
from local.deploy import Outputs
from local.emulator import Emulator
from local.settings import Models


@dataclass(frozen=True, slots=True)
class PlatformKeys:
    """The operators' key and finance's."""

    operator: str
    finance: str


def fill_secrets(emulator: Emulator, outputs: Outputs, models: Models) -> PlatformKeys:
    """Puts the models' keys in, and new platform keys unless some are there already."""
    secrets = emulator.client("secretsmanager")
    _put(
        secrets, outputs.model_keys_secret, {"chat": models.key, "embeddings": models.embedding_key}
    )
    there = _platform_keys(secrets, outputs.platform_keys_secret)
    if there:
        return there
    made = PlatformKeys(mint_key(Role.OPERATOR), mint_key(Role.FINANCE))
    given = {"operator": made.operator, "finance": made.finance}
    _put(secrets, outputs.platform_keys_secret, given)
    return made


def _platform_keys(secrets: Any, name: str) -> PlatformKeys | None:
    """The keys; None while the secret still holds the random value that it was made with."""
    try:
        value = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
        keys = PlatformKeys(value["operator"], value["finance"])
    except (ValueError, KeyError, TypeError):
        return None
    return keys if keys.operator.startswith(PREFIXES[Role.OPERATOR]) else None


def _put(secrets: Any, name: str, value: dict[str, str]) -> None:
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(value))
