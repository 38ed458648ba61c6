"""The commands for tools and actions: what they send, print, and exit with."""

import json

import pytest

TOOL = {
    "name": "get_order",
    "description": "Look an order up.",
    "parameters": {"type": "object"},
    "effect": "read",
    "endpoint": {"method": "GET", "url": "https://shop.example/orders"},
    "confirmation": "none",
}
OPENAPI = """
openapi: 3.0.3
servers: [{url: "https://shop.example/v2"}]
paths:
  /orders/{orderId}:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
    get: {operationId: getOrder, summary: Look an order up.}
    delete:
      operationId: cancelOrder
      x-since: 2026-11-24
      responses: {204: {}}
      x-helpdesk: {confirmation: agent}
  /photos:
    post:
      operationId: sendPhoto
      requestBody: {required: true, content: {image/png: {schema: {type: string}}}}
"""


@pytest.fixture
def write(tmp_path):
    def write(value, name="given.json"):
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    return write


def test_the_tools_of_a_file_are_put_one_by_one(run, service, write):
    result = run("tools", "put", write([TOOL, TOOL | {"name": "get_parcel"}]))

    assert result.exit_code == 0, result.output
    assert "Put get_order." in result.stdout
    assert service.tools.keys() == {"get_order", "get_parcel"}
    assert service.tools["get_order"]["description"] == "Look an order up."


def test_listed_tools_can_be_put_again(run, service, write):
    run("tools", "put", write(TOOL))
    listed = json.loads(run("tools", "list", "--json").stdout)["items"]

    assert run("tools", "put", write(listed)).exit_code == 0


def test_a_tool_that_is_refused_is_named_and_does_not_stop_the_others(run, service, write):
    private = {"method": "GET", "url": "http://10.0.0.1"}
    result = run("tools", "put", write([TOOL | {"name": "bad", "endpoint": private}, TOOL]))

    assert result.exit_code == 1
    assert "bad: endpoint.url: This must be an https URL." in result.output.replace("\n", "")
    assert service.tools.keys() == {"get_order"}


@pytest.mark.parametrize("content", ["{", "7", "[1]", '{"description": "x"}', '{"name": 1}'])
def test_a_file_that_holds_no_tools_is_told(run, service, write, content):
    assert run("tools", "put", write(content)).exit_code == 1
    assert service.tools == {}


def test_tools_are_listed_with_their_limits(run, service, write):
    limit = {"field": "amount", "max": {"amount": "50.00", "currency": "EUR"}, "per": "order"}
    run("tools", "put", write(TOOL | {"limits": [limit]}))

    shown = run("tools", "list").stdout

    assert "get_order" in shown
    assert "50.00 EUR" in shown


def test_a_tool_is_deleted_once(run, service, write):
    run("tools", "put", write(TOOL))

    assert run("tools", "delete", "get_order").exit_code == 0
    again = run("tools", "delete", "get_order")
    assert again.exit_code == 1
    assert "There is no such tool." in again.output


def test_an_openapi_document_is_imported_and_what_is_no_tool_is_named(run, service, write):
    result = run("tools", "import", write(OPENAPI, "shop.yaml"), "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [tool["name"] for tool in told["tools"]] == ["get_order", "cancel_order"]
    assert [one["name"] for one in told["skipped"]] == ["sendPhoto"]
    assert "image/png" in told["skipped"][0]["reason"]
    assert (
        service.tools["get_order"]["endpoint"]["url"] == "https://shop.example/v2/orders/{orderId}"
    )
    assert service.tools["cancel_order"]["confirmation"] == "agent"


def test_a_dry_run_prints_the_tools_and_puts_none(run, service, write):
    result = run("tools", "import", write(OPENAPI), "--dry-run", "--only", "getOrder,cancelOrder")

    assert result.exit_code == 0, result.output
    assert [tool["name"] for tool in json.loads(result.stdout)] == ["get_order", "cancel_order"]
    assert service.tools == {}


def test_a_chosen_operation_that_is_no_tool_fails_the_command(run, write):
    result = run("tools", "import", write(OPENAPI), "--only", "sendPhoto")
    assert result.exit_code == 1
    assert "sendPhoto: skipped" in result.output


def test_a_document_is_fetched_and_its_server_is_relative_to_it(run, service):
    result = run("tools", "import", f"{service.url}/openapi.json", "--dry-run")

    (tool,) = json.loads(result.stdout)
    assert tool["endpoint"]["url"] == f"{service.url}/api/o"


@pytest.mark.parametrize("content", ["{", "a: [", "[]", "{}", '{"openapi": "2.0", "paths": {}}'])
def test_what_is_no_openapi_document_is_told(run, write, content):
    result = run("tools", "import", write(content))
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_source_that_is_not_there_is_told(run, service, tmp_path):
    for source in (str(tmp_path / "none.json"), f"{service.url}/none", "http://127.0.0.1:9/x"):
        assert run("tools", "import", source).exit_code == 1


def test_actions_are_listed_by_their_status(run):
    assert "act_1" in run("actions", "list").stdout
    assert json.loads(run("actions", "list", "--status", "failed", "--json").stdout)["items"] == []


def test_an_action_is_shown_with_its_history(run):
    shown = run("actions", "show", "act_1").stdout

    assert "act_1 · refund_order · awaiting_confirmation" in shown
    assert "Refund [/b] 20.00 EUR" in shown
    assert "confirmation_asked" in shown
    assert "of agent" in shown
    told = json.loads(run("actions", "show", "act_1", "--json").stdout)
    assert [event["type"] for event in told["events"]] == ["proposed", "confirmation_asked"]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_an_action_is_decided_under_an_idempotency_key(run, service, decision):
    result = run("actions", "decide", "act_1", decision)

    assert result.exit_code == 0, result.output
    assert "running" in result.stdout
    assert service.decisions == [("act_1", {"decision": decision})]
    assert len(service.idempotency_keys) == 1


def test_a_decision_is_one_of_two(run, service):
    assert run("actions", "decide", "act_1", "maybe").exit_code == 2
    assert service.decisions == []
