"""Keys: a tenant lists, creates and revokes its own; old and new ones overlap."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from helpdesk.edge.answers import Answer, ListOut, Moment
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.errors import Conflict
from helpdesk.ids import KeyId
from helpdesk.keys import Key, Role


class KeyIn(Request):
    """Which kind of key to make."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "secret"}]})
    role: Literal["secret", "publishable"] = "secret"


class KeyOut(Answer):
    """A key, without its text."""

    id: Annotated[str, Field(examples=["key_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    role: Role
    hint: Annotated[str, Field(examples=["hd_sk_…x7Qa"])]
    created_at: Moment

    @classmethod
    def of(cls, key: Key) -> "KeyOut":
        """A key at the border."""
        return cls(id=key.id, role=key.role, hint=key.hint, created_at=key.created_at)


class NewKeyOut(KeyOut):
    """A new key; ``key`` is shown now and never again."""

    key: Annotated[str, Field(examples=["hd_sk_…"])]


class KeysOut(ListOut[KeyOut]):
    """All keys that hold, oldest first."""


def list_keys(services: Services, call: Call) -> KeysOut:
    """The keys that hold."""
    return KeysOut(
        items=[KeyOut.of(key) for key in services.keyring().all(call.tenant)], next_cursor=None
    )


def create(services: Services, call: Call) -> NewKeyOut:
    """Makes one more key."""
    body: KeyIn = call.body
    minted = services.keyring().create(call.tenant, Role(body.role))
    return NewKeyOut(key=minted.text, **dict(KeyOut.of(minted.key)))


def revoke(services: Services, call: Call) -> None:
    """Revokes a key."""
    key = KeyId(call.id("key_id", "key"))
    services.keyring().revoke(call.tenant, key)


OPERATIONS = (
    Operation(
        "GET", "/v1/keys", "listKeys", "The keys that hold.", "Keys", list_keys, answer=KeysOut
    ),
    Operation(
        "POST",
        "/v1/keys",
        "createKey",
        "Create a key. The ones before it hold on until they are revoked.",
        "Keys",
        create,
        body=KeyIn,
        status=201,
        answer=NewKeyOut,
        idempotent=True,
        stores_secret=True,
    ),
    Operation(
        "DELETE",
        "/v1/keys/{key_id}",
        "revokeKey",
        "Revoke a key: it stops within 60 seconds. The last secret key can't be revoked.",
        "Keys",
        revoke,
        status=204,
        refusals=(Conflict,),
    ),
)
