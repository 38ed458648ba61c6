"""Documents, from announcement to deletion, through the API."""

import pytest

from tests.api.knowledge import announce, publish

DOCUMENT = {
    "filename": "returns.md",
    "content_type": "text/markdown",
    "size_bytes": 2048,
    "external_id": "help/returns",
    "title": "Returns",
    "url": "https://acme.example/help/returns",
}


def test_an_announced_document_tells_where_to_send_its_bytes(world, acme):
    answer = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret)

    assert answer.status == 201
    document, upload = answer.json["document"], answer.json["upload"]
    assert (document["status"], document["version"]) == ("awaiting_upload", 1)
    assert (document["progress"], document["chunks"], document["error"]) == (0.0, 0, None)
    assert upload["url"].startswith("https://")
    assert set(upload) == {"method", "url", "headers", "expires_at"}
    read = world.call("GET", f"/v1/documents/{document['id']}", key=acme.secret)
    assert read.json == document


def test_the_same_external_id_is_a_new_version_of_the_same_document(world, acme):
    first = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret).json["document"]
    again = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret).json["document"]

    assert (again["id"], again["version"]) == (first["id"], 2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filename": ""}, "filename"),
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": "2048"}, "size_bytes"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": "x" * 501}, "title"),
        ({"status": "ready"}, "status"),
        ({"external_id": ""}, "external_id"),
    ],
)
def test_a_wrong_announcement_names_its_field(world, acme, change, field):
    answer = world.call("POST", "/v1/documents", DOCUMENT | change, key=acme.secret)

    assert (answer.code, answer.fields) == ("validation_failed", [field])


def test_documents_are_filtered_by_status(world, acme):
    ready = publish(world, acme.id, "Refunds take three days.")
    waiting = announce(world, acme.id)

    def listed(status):
        answer = world.call("GET", "/v1/documents", key=acme.secret, query={"status": status})
        return [each["id"] for each in answer.json["items"]]

    assert listed("ready") == [ready.id]
    assert listed("awaiting_upload") == [waiting.id]
    assert listed("failed") == []


def test_a_deleted_document_is_gone_and_found_no_longer(world, acme):
    document = publish(world, acme.id, "Refunds take three days.")
    path = f"/v1/documents/{document.id}"
    asked = {"query": "refunds"}
    assert world.call("POST", "/v1/search", asked, key=acme.secret).json["items"]

    deleted = world.call("DELETE", path, key=acme.secret)

    assert (deleted.status, deleted.text) == (204, "")
    assert world.call("POST", "/v1/search", asked, key=acme.secret).json["items"] == []
    assert world.call("GET", path, key=acme.secret).status == 404
    assert world.call("DELETE", path, key=acme.secret).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": ""}, "query"),
        ({"query": "x" * 2001}, "query"),
        ({"query": "a", "limit": 0}, "limit"),
        ({"query": "a", "limit": 51}, "limit"),
        ({}, "query"),
    ],
)
def test_a_wrong_search_names_its_field(world, acme, body, field):
    assert world.call("POST", "/v1/search", body, key=acme.secret).fields == [field]
