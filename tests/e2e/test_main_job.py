"""The main job through the public door: sign up, upload, stream, cite, replace, delete."""

import re
from decimal import Decimal
from typing import Any

import httpx2
import openai
import pytest

from tests.e2e.outside_program import Tenant

RETURNS = b"""<html><head><title>Returns policy</title></head><body><h1>Returns policy</h1>
<h2>Deadline</h2><p>You can send unused items back within 45 days of delivery.</p>
<h2>Refund</h2><p>We refund the price to your original payment method within 5 working days.</p>
</body></html>"""
SHIPPING = b"# Shipping\n\n## Costs\n\nStandard delivery costs 4.90 EUR. It is free from 60 EUR.\n"
HTML, MARKDOWN = "text/html", "text/markdown"


@pytest.fixture(scope="module")
def shop(base_url):
    with Tenant(base_url, "Shop") as tenant:
        _fill(tenant)
        yield tenant


def _fill(tenant):
    for name, kind, content in (
        ("returns.html", HTML, RETURNS),
        ("shipping.md", MARKDOWN, SHIPPING),
    ):
        document = tenant.upload(name, kind, content, external_id=name)
        assert document["status"] == "ready", document
        assert document["progress"] == 1


@pytest.fixture(scope="module")
def stranger(base_url):
    with Tenant(base_url, "Stranger") as tenant:
        yield tenant


def test_an_answer_streams_and_its_citations_can_be_checked(shop):
    answer = shop.ask("How many days do I have to send unused items back?")
    assert answer.names[:2] == ["start", "sources"]
    assert answer.names[-1] == "done"
    assert answer.names.count("delta") > 1
    assert "45 days" in answer.text
    done = answer.data("done")
    assert done["finish_reason"] == "answered"
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)}
    assert cited == set(range(1, len(done["citations"]) + 1))
    assert done["citations"][0]["title"] == "Returns policy"
    assert done["citations"][0]["snippet"]
    turn = answer.data("start")["turn_id"]
    numbers = [id_.removeprefix(f"{turn}:") for _, id_, _ in answer.events]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]


def test_what_the_documents_do_not_say_is_refused(shop):
    answer = shop.ask("Who won the chess world championship in 1972?")
    done = answer.data("done")
    assert done["finish_reason"] == "no_answer"
    assert done["citations"] == []
    assert answer.text


def test_the_log_reads_its_own_write_and_usage_adds_up(shop):
    before = _turns_billed(shop)
    answer = shop.http.post("/v1/chat", json={"message": "What is delivery?", "stream": False})
    told = answer.json()
    assert {"conversation_id", "turn_id", "answer", "citations", "usage", "timing"} <= set(told)
    conversation = shop.http.get(f"/v1/conversations/{told['conversation_id']}").json()
    assert [turn["id"] for turn in conversation["turns"]] == [told["turn_id"]]
    assert conversation["turns"][0]["answer"] == told["answer"]
    assert _turns_billed(shop) == before + 1


def test_a_lost_stream_is_resumed_where_it_broke_off(shop):
    answer = shop.ask("What does standard delivery cost?")
    start = answer.data("start")
    name, seen, _ = answer.events[2]
    assert name == "delta"
    rest = shop.resume(start["conversation_id"], start["turn_id"], after=seen)
    assert rest.events == answer.events[3:]


def test_the_openai_client_works_as_it_is(shop):
    client = openai.OpenAI(base_url=f"{shop.base_url}/v1", api_key=shop.secret, max_retries=0)
    question: Any = [{"role": "user", "content": "What does standard delivery cost?"}]
    with client:
        whole = client.chat.completions.create(model="any", messages=question)
        pieces = list(
            client.chat.completions.create(
                model="any", messages=question, stream=True, stream_options={"include_usage": True}
            )
        )
    message = whole.choices[0].message
    assert "4.90" in (message.content or "")
    assert {annotation.type for annotation in message.annotations or ()} == {"url_citation"}
    text = "".join(p.choices[0].delta.content or "" for p in pieces if p.choices)
    assert text == message.content
    assert pieces[-1].usage
    assert pieces[-1].usage.completion_tokens > 0


def test_a_new_version_takes_over_at_once_and_a_deleted_one_is_gone_at_once(shop):
    first = shop.upload("gift.md", MARKDOWN, b"# Gift cards\n\nGift cards expire after 3 years.")
    assert first["version"] == 1
    shop.http.delete(f"/v1/documents/{first['id']}")
    old = shop.upload("g.md", MARKDOWN, b"# Gifts\n\nGifts expire after 7 years.", external_id="g")
    new = shop.upload("g.md", MARKDOWN, b"# Gifts\n\nGifts never expire.", external_id="g")
    assert (new["id"], new["version"]) == (old["id"], 2)
    texts = [item["text"] for item in shop.search("When do gifts expire?")]
    assert any("never expire" in text for text in texts)
    assert not any("7 years" in text or "3 years" in text for text in texts)
    assert shop.http.delete(f"/v1/documents/{new['id']}").status_code == 204
    assert new["id"] not in {item["document_id"] for item in shop.search("Do gifts expire?")}
    assert shop.http.get(f"/v1/documents/{new['id']}").status_code == 404


@pytest.mark.parametrize(
    ("name", "kind", "content", "size", "code"),
    [
        ("more.txt", "text/plain", b"much more than was said", 4, "too_large"),
        ("empty.txt", "text/plain", b" \n", 2, "empty_document"),
        ("picture.pdf", "application/pdf", b"\x89PNG\r\n\x1a\n" + b"0" * 50, 58, None),
    ],
)
def test_an_upload_that_cant_be_read_fails_with_its_code(shop, name, kind, content, size, code):
    document = shop.upload(name, kind, content, size_bytes=size)
    assert document["status"] == "failed"
    assert document["error"]["code"] == (code or "unsupported_format")
    assert document["error"]["message"]


def test_a_wrong_key_and_another_tenants_ids_open_nothing(shop, stranger):
    mine = shop.http.get("/v1/documents").json()["items"][0]["id"]
    conversation = shop.ask("What is delivery?").data("start")["conversation_id"]
    assert stranger.http.get(f"/v1/documents/{mine}").status_code == 404
    assert stranger.http.delete(f"/v1/documents/{mine}").status_code == 404
    assert stranger.http.get(f"/v1/conversations/{conversation}").status_code == 404
    body = {"message": "Hi", "conversation_id": conversation}
    assert stranger.http.post("/v1/chat", json=body).status_code == 404
    assert stranger.search("returns") == []
    forged = {
        "Authorization": "Bearer hd_sk_wrong",
        "x-amzn-request-context": f'{{"authorizer": {{"tenant": "{shop.id}", "role": "secret"}}}}',
        "x-amz-tenant-id": shop.id,
    }
    for method, path in (("GET", "/v1/documents"), ("POST", "/v1/chat")):
        refused = httpx2.request(method, shop.base_url + path, headers=forged, json={}, timeout=30)
        assert refused.status_code == 401
        assert refused.headers["content-type"].startswith("application/problem+json")
        assert refused.json()["code"] == "unauthenticated"
        assert refused.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("content", "status", "field"),
    [
        (b'{"message": "Hi", "shout": true}', 422, "shout"),
        (b'{"message": ""}', 422, "message"),
        (b'{"message": ', 400, None),
        (b'{"message": "' + b"x" * 1_000_000 + b'"}', 413, None),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(shop, content, status, field):
    headers = {"Content-Type": "application/json"}
    refused = shop.http.post("/v1/chat", content=content, headers=headers)
    assert refused.status_code == status
    if field:
        assert [error["field"] for error in refused.json()["errors"]] == [field]


def _turns_billed(tenant: Tenant) -> int:
    usage = tenant.http.get("/v1/usage").json()
    costs = sum(Decimal(meter["cost"]["amount"]) for meter in usage["meters"])
    assert costs == Decimal(usage["total"]["amount"])
    return next((m["quantity"] for m in usage["meters"] if m["meter"] == "turns"), 0)
