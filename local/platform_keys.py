"""What an operator puts into secrets on AWS; on one machine they are filled here."""

import json
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from helpdesk.keys import PREFIXES, Role, mint_key
from local.deploy import Outputs
from local.emulator import Emulator
from local.settings import Models

_ROOT_BYTES = 32


@dataclass(frozen=True, slots=True)
class PlatformKeys:
    """The operators' key and finance's."""

    operator: str
    finance: str


def fill_secrets(emulator: Emulator, outputs: Outputs, models: Models) -> PlatformKeys:
    """Puts the models' keys in; a new root and new platform keys unless there are some already."""
    secrets = emulator.client("secretsmanager")
    _put(
        secrets, outputs.model_keys_secret, {"chat": models.key, "embeddings": models.embedding_key}
    )
    if not _has_root(secrets, outputs.signing_secret):
        # The emulator's own random value is neither hexadecimal nor safe from guesses.
        _put(secrets, outputs.signing_secret, {"current": token_hex(_ROOT_BYTES)})
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


def _has_root(secrets: Any, name: str) -> bool:
    try:
        value = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
        return len(bytes.fromhex(value["current"])) == _ROOT_BYTES
    except (ValueError, KeyError, TypeError):
        return False


def _put(secrets: Any, name: str, value: dict[str, str]) -> None:
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(value))
