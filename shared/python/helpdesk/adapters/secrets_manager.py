"""Secrets Manager: the platform's own keys, the root of all signatures, the keys of the models."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from botocore.exceptions import ClientError
from pydantic import TypeAdapter, ValidationError

from helpdesk.adapters.aws_errors import aws_errors, code_of
from helpdesk.errors import Unavailable
from helpdesk.keys import Role, hash_key
from helpdesk.roots import Roots

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

KNOWN_FOR_SECONDS = 60.0
"""How long a secret that was replaced is still believed."""

_WHAT = "The keeper of secrets"
_PLATFORM_ROLES = (Role.OPERATOR, Role.FINANCE)
_SHORTEST_ROOT_BYTES = 32
_SECRET = TypeAdapter(dict[str, str])

_Meaning = TypeVar("_Meaning")


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
        raise _misshapen() from None


class SecretsManagerPlatformKeys:
    """The hashes of the platform's keys, at most ``KNOWN_FOR_SECONDS`` old. Safe for threads."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hashes = _Remembered(client, secret_id, _hashes_of, monotonic)

    def hashes(self) -> Mapping[Role, str]:
        """The hash of each platform role's key. Raises Unavailable."""
        return self._hashes.read()


class SecretsManagerRootSecrets:
    """The root secrets, ``{"current": hex, "previous": hex?}``, at most ``KNOWN_FOR_SECONDS`` old.
    Safe for threads."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roots = _Remembered(client, secret_id, _roots_of, monotonic)

    def roots(self) -> Roots:
        """The roots that hold. Raises Unavailable."""
        return self._roots.read()


class _Remembered(Generic[_Meaning]):
    def __init__(
        self,
        client: "SecretsManagerClient",
        secret_id: str,
        meaning_of: Callable[[Mapping[str, str]], _Meaning],
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._meaning_of = meaning_of
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: tuple[float, _Meaning] | None = None

    def read(self) -> _Meaning:
        """What the secret means, by a value that is young enough."""
        with self._lock:
            if self._known and self._monotonic() < self._known[0]:
                return self._known[1]
            meaning = self._meaning_of(read_json_secret(self._client, self._secret_id))
            self._known = (self._monotonic() + KNOWN_FOR_SECONDS, meaning)
            return meaning


def _hashes_of(secret: Mapping[str, str]) -> Mapping[Role, str]:
    return {role: hash_key(secret[role]) for role in _PLATFORM_ROLES if role in secret}


def _roots_of(secret: Mapping[str, str]) -> Roots:
    previous = secret.get("previous")
    return Roots(_root(secret.get("current", "")), _root(previous) if previous else None)


def _root(text: str) -> bytes:
    try:
        root = bytes.fromhex(text)
    except ValueError:
        # Not chained: the error's text would show the secret.
        raise _misshapen() from None
    if len(root) < _SHORTEST_ROOT_BYTES:
        raise _misshapen()
    return root


def _misshapen() -> Unavailable:
    return Unavailable("A secret does not hold what it should.")
