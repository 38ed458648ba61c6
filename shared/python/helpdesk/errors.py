"""Everything that the product refuses or fails at, as one tree.

HelpdeskError                code                    status
├── InvalidRequest           invalid_request         400
├── Unauthenticated          unauthenticated         401
├── BudgetExhausted          budget_exhausted        402
├── Forbidden                forbidden               403
├── NotFound                 not_found               404
├── MethodNotAllowed         method_not_allowed      405
├── Conflict                 conflict                409
│   └── IdempotencyConflict  idempotency_conflict    409
├── PayloadTooLarge          payload_too_large       413
├── UnsupportedMediaType     unsupported_media_type  415
├── ValidationFailed         validation_failed       422
├── PolicyViolation          policy_violation        422
│   └── OverLimit            policy_violation        422
├── RateLimited              rate_limited            429
└── Unavailable              unavailable             503

DocumentUnreadable stands outside: it ends as a document's status, never as an HTTP answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request; ``field`` is its dotted path."""

    field: str
    message: str


class HelpdeskError(Exception):
    """A failure that a caller is told about: a stable code, and a sentence that says what to do."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_seconds = retry_after_seconds


class InvalidRequest(HelpdeskError):
    """The request can't be understood: not JSON, not the stated shape."""

    code, status, title = "invalid_request", 400, "Invalid request"


class Unauthenticated(HelpdeskError):
    """No key, or one that is not (or no longer) known."""

    code, status, title = "unauthenticated", 401, "Not authenticated"


class BudgetExhausted(HelpdeskError):
    """The tenant's monthly budget is spent."""

    code, status, title = "budget_exhausted", 402, "Budget exhausted"


class Forbidden(HelpdeskError):
    """The key is known, but may not do this."""

    code, status, title = "forbidden", 403, "Forbidden"


class NotFound(HelpdeskError):
    """It does not exist for this caller; another tenant's things do not exist either."""

    code, status, title = "not_found", 404, "Not found"


class MethodNotAllowed(HelpdeskError):
    """The path is there, but not for this method."""

    code, status, title = "method_not_allowed", 405, "Method not allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"This path takes {', '.join(allowed)}.")
        self.allowed = tuple(allowed)


class Conflict(HelpdeskError):
    """The thing is not in a state that allows this."""

    code, status, title = "conflict", 409, "Conflict"


class IdempotencyConflict(Conflict):
    """An idempotency key was used again with another body."""

    code, title = "idempotency_conflict", "Idempotency key used for another request"


class PayloadTooLarge(HelpdeskError):
    """More bytes than we take."""

    code, status, title = "payload_too_large", 413, "Payload too large"


class UnsupportedMediaType(HelpdeskError):
    """A content type that we do not take."""

    code, status, title = "unsupported_media_type", 415, "Unsupported media type"


class ValidationFailed(HelpdeskError):
    """The request was understood, but a field holds what it must not."""

    code, status, title = "validation_failed", 422, "Validation failed"


class PolicyViolation(HelpdeskError):
    """The tenant's own rules forbid it."""

    code, status, title = "policy_violation", 422, "Not allowed by policy"


class OverLimit(PolicyViolation):
    """A limit that several actions share has no room left; ``counter`` names it and whose it is."""

    def __init__(self, detail: str, counter: str) -> None:
        super().__init__(detail)
        self.counter = counter


class RateLimited(HelpdeskError):
    """Too many requests; ``retry_after_seconds`` says when to come back."""

    code, status, title, retryable = "rate_limited", 429, "Too many requests", True


class Unavailable(HelpdeskError):
    """Something that we need does not answer in time."""

    code, status, title, retryable = "unavailable", 503, "Unavailable", True


UnreadableCode = Literal[
    "encrypted_document",
    "unsupported_format",
    "empty_document",
    "too_large",
    "malformed_document",
    "upload_expired",
    "processing_timeout",
]


class DocumentUnreadable(Exception):
    """An upload that can't become knowledge: a code, and a sentence that a tenant understands."""

    def __init__(self, code: UnreadableCode, message: str) -> None:
        super().__init__(message)
        self.code: UnreadableCode = code
        self.message = message
