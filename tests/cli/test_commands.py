"""The commands that speak to the service: what they send, print, and exit with."""

import json

import pytest

from cli import uploading
from tests.cli.scripted_service import KEY


@pytest.fixture
def folder(tmp_path):
    for name in ("returns.html", "deep/shipping.md", "gifts.txt", "logo.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"About {name}")
    return tmp_path


def test_a_folder_is_uploaded_whole_and_what_is_not_read_is_named(run, service, folder):
    result = run("upload", str(folder))
    assert result.exit_code == 0, result.output
    assert "3 of 3 documents ready" in result.output
    assert "logo.png: skipped" in result.output.replace("\n", "")
    assert service.received["shipping.md"] == b"About deep/shipping.md"
    external_ids = {document["external_id"] for document in service.documents.values()}
    assert external_ids == {"returns.html", "deep/shipping.md", "gifts.txt"}


def test_each_upload_has_an_idempotency_key_of_its_own(run, service, folder):
    run("upload", str(folder))
    assert len(set(service.idempotency_keys)) == 3


def test_a_service_that_is_too_busy_is_asked_again_with_the_same_idempotency_key(
    run, service, folder
):
    service.busy_answers = 2
    result = run("upload", str(folder / "returns.html"))
    assert result.exit_code == 0, result.output
    assert len(service.idempotency_keys) == 3
    assert len(set(service.idempotency_keys)) == 1


def test_a_document_that_cant_be_read_fails_the_command_and_says_why(run, folder):
    (folder / "broken.html").write_text("<")
    result = run("upload", str(folder), "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [one["reason"] for one in told["failed"]] == ["malformed_document: It can't be read."]
    assert sum(document["status"] == "ready" for document in told["documents"]) == 3


class _Minutes:
    """Time that passes only while somebody waits: a minute each time."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, _seconds: float) -> None:
        self._now += 60


def test_nobody_waits_for_ever_for_documents_that_do_not_move(run, folder, monkeypatch):
    monkeypatch.setattr(uploading, "time", _Minutes())
    (folder / "stuck.html").write_text("?")
    result = run("upload", str(folder))
    assert result.exit_code == 1
    assert "No document has moved for 5 minutes: 1 awaiting_upload." in result.stderr
    assert "emulator.log" in result.stderr


def test_a_document_that_is_read_slowly_is_waited_for(run, folder, monkeypatch):
    monkeypatch.setattr(uploading, "time", _Minutes())
    (folder / "slow.html").write_text("…")
    result = run("upload", str(folder / "slow.html"))
    assert result.exit_code == 0, result.output
    assert "1 of 1 documents ready" in result.output


def test_an_answer_is_printed_with_its_citation_time_and_cost(run, service):
    result = run("ask", "How long?")
    assert result.exit_code == 0
    assert "Within 30 days [1]." in result.stdout
    assert "[1] Returns — Deadlines" in result.stdout
    assert "cost 0.000123 USD" in result.stdout
    assert service.questions == [{"message": "How long?"}]


def test_an_answer_that_breaks_off_is_resumed_behind_its_last_event(run, service):
    service.breaks_off = True
    result = run("ask", "How long?")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Within 30 days [1].\n")
    assert service.resumed_after == ["turn_1:3"]
    assert len(service.questions) == 1


def test_without_a_question_the_conversation_goes_on_until_an_empty_line(run, service):
    result = run("ask", input="How long?\nAnd then?\n\n")
    assert result.exit_code == 0
    assert [q.get("conversation_id") for q in service.questions] == [None, "conv_1"]


def test_an_answer_as_json_is_one_document(run):
    told = json.loads(run("ask", "How long?", "--json").stdout)
    assert told["answer"] == "Within 30 days [1]."
    assert told["finish_reason"] == "answered"
    assert told["client"]["first_token_ms"] >= 0


def test_an_answer_that_breaks_off_fails_the_command(run, service):
    service.stream_problem = {"code": "unavailable", "detail": "The model does not answer."}
    result = run("ask", "How long?")
    assert result.exit_code == 1
    assert "The model does not answer." in result.stdout


def test_documents_are_listed_over_all_pages(run, folder):
    run("upload", str(folder))
    assert len(json.loads(run("documents", "--json").stdout)["items"]) == 3


def test_conversations_are_listed_and_one_is_shown_whole(run):
    assert "How long?" in run("conversations").stdout
    assert json.loads(run("conversations", "--json").stdout)["items"][0]["id"] == "conv_1"
    shown = run("conversations", "show", "conv_1")
    assert shown.stdout == "> How long?\nWithin 30 days [1].\n"
    assert run("conversations", "conv_1").stdout == shown.stdout
    assert json.loads(run("conversations", "conv_1", "--json").stdout)["turns"]


@pytest.mark.parametrize(("command", "status"), [("resolve", "closed"), ("reopen", "bot")])
def test_a_conversation_is_resolved_and_opened_again(run, service, command, status):
    assert run("conversations", command, "conv_1").stdout == f"conv_1 · {status}\n"
    told = run("conversations", command, "conv_1", "--json").stdout
    assert json.loads(told)["status"] == status
    assert len(set(service.idempotency_keys)) == 2


@pytest.mark.parametrize("command", ["show", "resolve", "reopen"])
def test_a_conversation_that_is_not_there_fails_the_command(run, command):
    result = run("conversations", command, "conv_2")
    assert result.exit_code == 1
    assert "There is no such conversation." in result.output


def test_a_wrong_key_is_told_with_what_to_do_and_its_exit_code(run, folder):
    result = run("upload", str(folder), env={"HELPDESK_API_KEY": "hd_sk_wrong"})
    assert result.exit_code == 4
    assert "No such key." in result.output


def test_nobody_there_is_told_with_what_to_do_and_its_exit_code(run):
    result = run("ask", "How long?", env={"HELPDESK_URL": "http://127.0.0.1:9"})
    assert result.exit_code == 3
    assert "helpdesk up" in result.output


def test_wrong_use_is_exit_code_2(run):
    assert run("upload").exit_code == 2


def test_the_config_file_names_url_and_key(run, service, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(f'url = "{service.url}"\napi_key = "{KEY}"\n')
    nothing = {"HELPDESK_URL": "", "HELPDESK_API_KEY": "", "HELPDESK_CONFIG": str(config)}
    assert run("ask", "How long?", env=nothing).exit_code == 0
