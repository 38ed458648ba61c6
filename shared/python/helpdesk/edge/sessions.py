"""Visitors' sessions: opened by the widget with the publishable key of the site that it is on."""

from typing import Annotated

from pydantic import ConfigDict, Field

from helpdesk.edge.answers import Answer, Moment
from helpdesk.edge.chat_requests import EndUserRequest
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.errors import FieldError, Forbidden, ValidationFailed
from helpdesk.identity import Scope


class SessionIn(Request):
    """Who visits: somebody whom the tenant's server knows, with its signature; or nobody known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"end_user": {"id": "u-17", "name": "Ada"}, "signature": "5f1c…"},
                {},
            ]
        }
    )
    end_user: EndUserRequest | None = None
    signature: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=255,
            description="HMAC-SHA256 of end_user.id in hex; its key is a signing secret's text.",
        ),
    ] = None


class SessionOut(Answer):
    """A visitor's token: a key for chat and his own conversations, until it expires."""

    token: Annotated[str, Field(examples=["hd_vt_…"])]
    expires_at: Moment


def open_session(services: Services, call: Call) -> SessionOut:
    """Opens a session."""
    body: SessionIn = call.body
    if body.signature and not body.end_user:
        wrong = FieldError("signature", "A signature belongs to an end_user.")
        raise ValidationFailed("Check: signature.", errors=[wrong])
    if (key := call.caller.key) is None:
        raise Forbidden("A session is opened with a publishable key.")
    end_user = body.end_user.value() if body.end_user else None
    opened = services.sessions().open(call.tenant, key, call.origin, end_user, body.signature)
    return SessionOut(token=opened.token, expires_at=opened.expires_at)


# No Idempotency-Key: a session leaves nothing behind, and all visitors of a site share its
# publishable key, so that one who guesses another's key and body would be given his token.
OPERATIONS = (
    Operation(
        "POST",
        "/v1/sessions",
        "openSession",
        "Open a visitor's session, for 15 minutes, from one of the tenant's allowed origins.",
        "Sessions",
        open_session,
        scope=Scope.SESSIONS,
        body=SessionIn,
        status=201,
        answer=SessionOut,
    ),
)
