"""The stage itself: it heals, and pages of any site may ask it."""

import socket
import time

import httpx2
import psutil
import pytest
from rich.console import Console

from local import processes, stage, state
from local.settings import HOST


@pytest.mark.parametrize("name", ["front", "model_server"])
def test_up_starts_again_what_was_killed(here, base_url, name):
    killed = state.load(here.folder).processes[name]
    psutil.Process(killed.pid).kill()
    ends = processes.deadline(20)
    while _listens(here.port if name == "front" else here.model_server_port):
        assert time.monotonic() < ends
    assert not stage.status(here).healthy

    stage.up(Console(), here)

    assert stage.status(here).healthy
    assert state.load(here.folder).processes[name] != killed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/conversations/c/turns/t/events"),
        ("POST", "/v1/documents"),
        ("GET", "/v1/health"),
    ],
)
def test_a_page_may_ask_before_it_sends_a_key(base_url, method, path):
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    answer = httpx2.options(base_url + path, headers=asked)

    assert answer.is_success
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert method in answer.headers["Access-Control-Allow-Methods"].split(",")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(",")
    assert {"authorization", "content-type"} <= set(allowed)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
