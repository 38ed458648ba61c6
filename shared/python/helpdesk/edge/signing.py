"""A tenant's signing secrets: it verifies our calls and signs its customers' ids with them."""

from typing import Annotated

from pydantic import Field

from helpdesk.edge.answers import Answer, ListOut, Moment
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.errors import Conflict
from helpdesk.signing import SigningSecret, SigningSecrets


class SigningSecretOut(Answer):
    """A signing secret; its whole text is the key of an HMAC-SHA256."""

    version: int
    secret: Annotated[str, Field(examples=["hd_sig_…"])]
    expires_at: Annotated[Moment | None, Field(description="null while it is the current one.")]

    @classmethod
    def of(cls, secret: SigningSecret) -> "SigningSecretOut":
        """A signing secret at the border."""
        return cls(version=secret.version, secret=secret.text, expires_at=secret.expires_at)


class SigningSecretsOut(ListOut[SigningSecretOut]):
    """The signing secrets that hold, the current one first."""

    @classmethod
    def of(cls, secrets: SigningSecrets) -> "SigningSecretsOut":
        """Signing secrets at the border: those that are to be used, not a former root's."""
        held = [secrets.current, *([secrets.previous] if secrets.previous else [])]
        return cls(items=[SigningSecretOut.of(each) for each in held], next_cursor=None)


def list_secrets(services: Services, call: Call) -> SigningSecretsOut:
    """The secrets that hold."""
    return SigningSecretsOut.of(services.signing().secrets_of(call.tenant))


def rotate(services: Services, call: Call) -> SigningSecretsOut:
    """Makes the next one current."""
    return SigningSecretsOut.of(services.signing().rotate(call.tenant))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/signing-secrets",
        "listSigningSecrets",
        "The signing secrets that hold, the current one first.",
        "Keys",
        list_secrets,
        answer=SigningSecretsOut,
    ),
    Operation(
        "POST",
        "/v1/signing-secrets",
        "rotateSigningSecret",
        "Make a new signing secret. The one before it holds for 24 hours more, none before that.",
        "Keys",
        rotate,
        status=201,
        answer=SigningSecretsOut,
        idempotent=True,
        stores_secret=True,
        refusals=(Conflict,),
    ),
)
