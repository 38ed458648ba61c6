"""Secrets Manager: the platform's own keys, and the keys of the models."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pydantic import TypeAdapter, ValidationError

from helpdesk.adapters.aws_errors import aws_errors, code_of
from helpdesk.errors import Unavailable
from helpdesk.keys import Role, hash_key

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

KNOWN_FOR_SECONDS = 60.0
"""How long a replaced platform key still works."""

_WHAT = "The keeper of secrets"
_PLATFORM_ROLES = (Role.OPERATOR, Role.FINANCE)
_SECRET = TypeAdapter(dict[str, str])


def read_json_secret(client: "SecretsManagerClient", secret_id: str) -> Mapping[str, str]:
    """A secret that is a JSON object of texts.

    Raises Unavailable also while nobody has put a value in: that passes, and trying again helps.
    """
    with aws_errors(_WHAT):
        try:
            text = client.get_secret_value(SecretId=secret_id)["SecretString"]
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                raise Unavailable("A secret has no value yet.") from error
            raise
    try:
        return _SECRET.validate_json(text)
    except ValidationError:
        # Not chained: the error's text would show the secret.
        raise Unavailable("A secret does not hold what it should.") from None


class SecretsManagerPlatformKeys:
    """The hashes of the platform's keys, at most ``KNOWN_FOR_SECONDS`` old. Safe for threads."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: Mapping[Role, str] = {}
        self._known_until = float("-inf")

    def hashes(self) -> Mapping[Role, str]:
        """The hash of each platform role's key. Raises Unavailable."""
        with self._lock:
            if self._monotonic() >= self._known_until:
                keys = read_json_secret(self._client, self._secret_id)
                self._known = {
                    role: hash_key(keys[role]) for role in _PLATFORM_ROLES if role in keys
                }
                self._known_until = self._monotonic() + KNOWN_FOR_SECONDS
            return self._known
