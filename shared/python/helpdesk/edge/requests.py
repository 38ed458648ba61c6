"""Requests read strictly: the right media type and size, JSON, and no unknown or wrong field."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from helpdesk.errors import (
    FieldError,
    HelpdeskError,
    InvalidRequest,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
)
from helpdesk.money import Money

MAX_BODY_BYTES = 256 * 1024

_JSON = "application/json"
# Unknown fields are named by the caller: what we send back stays small.
_MAX_ERRORS, _MAX_FIELD_CHARS = 20, 100
_MESSAGES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not known.",
    "string_pattern_mismatch": "This does not have the form that the API's description states.",
}


class Request(BaseModel):
    """A request's body: no unknown fields, no silent conversions, no stray white space."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class Query(BaseModel):
    """A request's query: as a body, but everything arrives as text."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True
    )


class MoneyIn(Request):
    """An amount of money: a decimal string of up to six places."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$", examples=["50.00"])]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])] = "USD"

    def money(self) -> Money:
        """It as the core has it."""
        return Money.of(self.amount, self.currency)


R = TypeVar("R", bound=Request)
Q = TypeVar("Q", bound=Query)


def read_body(model: type[R], content: bytes, content_type: str | None) -> R:
    """A JSON body as its model.

    Raises PayloadTooLarge, UnsupportedMediaType, InvalidRequest or ValidationFailed.
    """
    if len(content) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"Send at most {MAX_BODY_BYTES} bytes of JSON.")
    if content_type is not None and content_type.partition(";")[0].strip().lower() != _JSON:
        raise UnsupportedMediaType(f"Send the body as {_JSON}.")
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise _refusal(error, whole="body") from None


def read_query(model: type[Q], query: Mapping[str, str]) -> Q:
    """A query as its model. Raises ValidationFailed."""
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise _refusal(error, whole="query") from None


def _refusal(error: ValidationError, whole: str) -> HelpdeskError:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    if details[0]["type"] == "json_invalid":
        at = FieldError(whole, "This is not valid JSON.")
        return InvalidRequest("The body is not valid JSON.", errors=[at])
    if not details[0]["loc"] and details[0]["type"] == "model_type":
        at = FieldError(whole, "This must be a JSON object.")
        return InvalidRequest("The body must be a JSON object.", errors=[at])
    errors = [
        FieldError(_path(detail)[:_MAX_FIELD_CHARS] or whole, _message(detail))
        for detail in details[:_MAX_ERRORS]
    ]
    fields = ", ".join(dict.fromkeys(each.field for each in errors))
    return ValidationFailed(f"Check: {fields}.", errors=errors)


def _path(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"])


def _message(detail: ErrorDetails) -> str:
    said = _MESSAGES.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    said = said.replace("Tuple ", "List ").replace("valid tuple", "list")
    return said if said.endswith(".") else f"{said}."
