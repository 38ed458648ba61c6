"""First answers by Powertools idempotency in a DynamoDB table; secret ones sealed by KMS."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
)
from aws_lambda_powertools.utilities.idempotency.base import IdempotencyHandler
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from aws_lambda_powertools.utilities.idempotency.serialization.base import (
    BaseIdempotencySerializer,
)

from helpdesk.errors import Conflict, IdempotencyConflict, Unavailable
from helpdesk.replies import KEPT_FOR, KeyedRequest, Reply

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kms import KMSClient

Body = Mapping[str, Any]

# API Gateway gives up on an answer after 29 s, so a first request that is older has died.
_LONGEST_REQUEST_MS = 30_000


class PowertoolsReplies:
    """Replies over a table with partition key ``id`` and TTL attribute ``expiration``.

    Not safe for threads: Powertools keeps the scope of the request at hand in its store.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, kms: "KMSClient", seal_key: str
    ) -> None:
        self._store = DynamoDBPersistenceLayer(table, boto3_client=dynamodb)
        self._kms = kms
        self._seal_key = seal_key

    def once(self, request: KeyedRequest, answer: Callable[[], Body]) -> Reply:
        """Answers a request, or repeats what the first one under its key was answered.

        A refusal is not kept: the next request tries again. Raises IdempotencyConflict for another
        request under the same key, Conflict while the first is being answered, and Unavailable.
        """
        repetitions: list[object] = []
        handler = IdempotencyHandler(
            function=answer,
            function_payload={"key": request.key, "content": request.content},
            config=_config(repetitions),
            persistence_store=self._store,
            output_serializer=self._seal(request.scope) if request.secret else None,
            key_prefix=request.scope,
            function_args=(),
            function_kwargs={},
        )
        try:
            body = handler.handle()
        except IdempotencyValidationError:
            raise IdempotencyConflict(
                "This Idempotency-Key was used for another request. Use a new one."
            ) from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise Conflict(
                "The first request with this Idempotency-Key is still being answered.",
                retry_after_seconds=1,
            ) from None
        except IdempotencyPersistenceLayerError as error:
            raise Unavailable("Try again in a moment.", retry_after_seconds=1) from error
        return Reply(body, repeated=bool(repetitions))

    def _seal(self, scope: str) -> "_Seal":
        return _Seal(self._kms, self._seal_key, scope)


class _Seal(BaseIdempotencySerializer):
    """Encrypts a reply (KMS takes up to 4 KB), bound to its scope."""

    def __init__(self, kms: "KMSClient", key: str, scope: str) -> None:
        self._kms = kms
        self._key = key
        self._context = {"scope": scope}

    def to_dict(self, data: Any) -> dict[str, Any]:
        sealed = self._kms.encrypt(
            KeyId=self._key,
            Plaintext=json.dumps(data).encode(),
            EncryptionContext=self._context,
        )
        return {"sealed": base64.b64encode(sealed["CiphertextBlob"]).decode()}

    def from_dict(self, data: dict[str, Any]) -> Any:
        opened = self._kms.decrypt(
            KeyId=self._key,
            CiphertextBlob=base64.b64decode(data["sealed"]),
            EncryptionContext=self._context,
        )
        return json.loads(opened["Plaintext"])


class _Remaining:
    """Tells Powertools when a request that is being answered counts as dead."""

    def get_remaining_time_in_millis(self) -> int:
        return _LONGEST_REQUEST_MS


def _config(repetitions: list[object]) -> IdempotencyConfig:
    def repeated(response: Any, idempotent_data: DataRecord) -> Any:
        repetitions.append(idempotent_data)
        return response

    return IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="content",
        expires_after_seconds=int(KEPT_FOR.total_seconds()),
        hash_function="sha256",
        lambda_context=_Remaining(),  # type: ignore[arg-type]
        response_hook=repeated,
    )
