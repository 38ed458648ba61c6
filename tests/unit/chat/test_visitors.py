"""Visitors chat: each in his own conversations, as whom his token says and nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.chat_context import ContextReader
from helpdesk.conversations import EndUser
from helpdesk.ids import ConversationId, KeyId, TenantId, TurnId, VisitorId
from helpdesk.visitor_tokens import Visitor, VisitorSession
from tests.fakes.language_model import ScriptedModel
from tests.unit.chat.test_chat_app import ANSWER, SECRET, TOKENS, Service, bearer, running
from tests.unit.chat.world import NOW, STRANGER, TENANT, World, ask

ADA, BOB = EndUser("u-1", "Ada", "ada@shop.example"), EndUser("u-2")


def token(
    visitor: str = "vis_1",
    end_user: EndUser | None = None,
    tenant: TenantId = TENANT,
    seconds: int = 900,
) -> str:
    """A visitor's token."""
    ends = NOW + timedelta(seconds=seconds)
    who = Visitor(VisitorId(visitor), ends, end_user)
    return TOKENS.write(VisitorSession(tenant, KeyId("key_1"), who))


ONE, TWO = token("vis_1"), token("vis_2")
AS_ADA, AS_BOB = token("vis_3", ADA), token("vis_4", BOB)


@pytest.fixture
def service() -> Iterator[Service]:
    with running(World(ScriptedModel(*ANSWER))) as service:
        yield service


def begun(service: Service, key: str, **body: Any) -> dict[str, Any]:
    answer = service.ask(key, stream=False, **body)
    assert answer.status_code == 200, answer.text
    turn: dict[str, Any] = answer.json()
    return turn


def events_path(turn: dict[str, Any]) -> str:
    return f"/v1/conversations/{turn['conversation_id']}/turns/{turn['turn_id']}/events"


def head(service: Service, turn: dict[str, Any]) -> Any:
    return service.world.log.get(TENANT, ConversationId(turn["conversation_id"]))


def test_a_visitor_chats_and_goes_on(service):
    first = begun(service, ONE)
    again = begun(service, ONE, conversation_id=first["conversation_id"])

    assert again["conversation_id"] == first["conversation_id"]
    assert (head(service, first).visitor, head(service, first).end_user) == ("vis_1", None)
    assert service.client.get(events_path(first), headers=bearer(ONE)).status_code == 200


def test_who_is_known_goes_on_in_another_session(service):
    first = begun(service, AS_ADA)

    assert (head(service, first).visitor, head(service, first).end_user) == (None, ADA)
    another = token("vis_9", EndUser("u-1"))
    assert begun(service, another, conversation_id=first["conversation_id"])
    assert service.client.get(events_path(first), headers=bearer(another)).status_code == 200


@pytest.mark.parametrize(
    ("owner", "stranger"),
    [
        (ONE, TWO),
        (ONE, AS_ADA),
        (AS_ADA, AS_BOB),
        (AS_ADA, ONE),
        (SECRET, ONE),
        (SECRET, AS_ADA),
        (ONE, token("vis_1", tenant=STRANGER)),
        (AS_ADA, token("vis_3", ADA, tenant=STRANGER)),
        (ONE, token("vis_1", ADA)),
    ],
)
def test_what_belongs_to_another_visitor_is_not_there(service, owner, stranger):
    first = begun(service, owner)

    asked = service.ask(stranger, conversation_id=first["conversation_id"])
    assert (asked.status_code, asked.json()["code"]) == (404, "not_found")
    resumed = service.client.get(events_path(first), headers=bearer(stranger))
    assert (resumed.status_code, resumed.json()["code"]) == (404, "not_found")
    assert len(service.world.log.turns(TENANT, ConversationId(first["conversation_id"]))) == 1
    assert len(service.world.log.events) == 1


def test_the_tenants_server_goes_on_in_a_visitors_conversation(service):
    for key in (ONE, AS_ADA):
        first = begun(service, key)
        assert begun(service, SECRET, conversation_id=first["conversation_id"])
        assert service.client.get(events_path(first), headers=bearer(SECRET)).status_code == 200


def test_what_the_server_began_for_a_customer_is_his(service):
    first = begun(service, SECRET, end_user={"id": "u-1"})

    assert begun(service, AS_ADA, conversation_id=first["conversation_id"])


def test_a_visitor_does_not_say_who_he_is(service):
    for key in (ONE, AS_ADA):
        answer = service.ask(key, end_user={"id": "u-1"})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert [each["field"] for each in answer.json()["errors"]] == ["end_user"]
    assert service.world.log.events == {}


def test_a_server_that_names_another_end_user_is_in_conflict(service):
    first = begun(service, SECRET, end_user={"id": "u-1"})
    id_ = first["conversation_id"]

    other = service.ask(conversation_id=id_, end_user={"id": "u-2"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert begun(service, SECRET, conversation_id=id_, end_user={"id": "u-1"})
    assert begun(service, SECRET, conversation_id=id_)
    assert head(service, first).end_user == EndUser("u-1")


def test_a_visitor_does_not_use_openais_client(service):
    body = {"model": "any", "messages": [{"role": "user", "content": "Hello"}]}

    answer = service.client.post("/v1/chat/completions", json=body, headers=bearer(ONE))

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "refused",
    [
        token(seconds=0),
        ONE[:-1],
        ONE + "A",
        ONE.replace("hd_vt_", "hd_sk_"),
        f"{ONE.split('.')[0]}.{TWO.split('.')[1]}",
        "hd_vt_",
        "hd_vt_.",
    ],
)
def test_a_token_that_is_over_or_changed_opens_nothing(service, refused):
    answer = service.ask(refused)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert service.world.log.events == {}


def test_a_request_is_repeated_to_the_visitor_who_made_it_and_to_no_other(service):
    def asked(key: str) -> Any:
        headers = {**bearer(key), "Idempotency-Key": "the same"}
        body = {"message": "How long?", "stream": False}
        return service.client.post("/v1/chat", json=body, headers=headers)

    first = {key: asked(key) for key in (ONE, TWO, AS_ADA, AS_BOB, SECRET)}
    again = {key: asked(key) for key in first}

    assert len({answer.json()["turn_id"] for answer in first.values()}) == len(first)
    for key, answer in again.items():
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert answer.text == first[key].text
    renewed = asked(token("vis_8", ADA))
    assert renewed.text == first[AS_ADA].text


def test_logs_do_not_say_who_visits(service, capfd):
    begun(service, AS_ADA)

    said = "".join(capfd.readouterr())
    assert "turn_started" in said
    assert not any(word in said for word in ("u-1", "Ada", "ada@", "hd_vt_"))


@pytest.mark.anyio
async def test_whose_conversation_it_is_stands_in_the_context():
    world = World(ScriptedModel(*ANSWER))
    reader = ContextReader(world.chat.tenants, world.chat.retrieval, world.log, world.tool_use)
    turn = TurnId("turn_1")
    new = replace(ask(), end_user=ADA, visitor=VisitorId("vis_3"))
    assert (await reader.read(new, turn)).end_user == ADA
    assert (await reader.read(ask(), turn)).end_user is None

    begun_by_ada = world.turn(await world.hear(new))
    later = await reader.read(ask(conversation=begun_by_ada.conversation), turn)

    assert later.end_user == ADA
