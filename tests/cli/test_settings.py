"""Without a key of their own, commands take the one of this machine's stage that may do them."""

import pytest

from cli import settings
from cli.settings import connection
from local.stage import DemoTenant, Status

STAGE = Status("http://127.0.0.1:8080", True, "hd_op_x", "hd_fin_x", None)


@pytest.fixture
def stage(monkeypatch, tmp_path):
    for name in ("HELPDESK_URL", "HELPDESK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HELPDESK_CONFIG", str(tmp_path / "none.toml"))

    def standing(tenant=None):
        found = Status(STAGE.base_url, True, STAGE.operator_key, STAGE.finance_key, tenant)
        monkeypatch.setattr(settings, "status", lambda: found)

    return standing


def test_the_stages_sample_tenant_speaks_for_a_tenant_and_the_operator_for_operators(stage):
    stage(DemoTenant("ten_1", "hd_sk_x", "hd_pk_x"))

    assert connection().key == "hd_sk_x"
    assert connection("operator").key == "hd_op_x"
    assert connection("finance").key == "hd_fin_x"


def test_without_a_sample_tenant_there_is_no_key_of_one(stage):
    stage()

    assert connection().key is None
    assert connection("operator").key == "hd_op_x"


def test_a_key_that_is_named_is_taken_for_everything(stage, monkeypatch):
    stage()
    monkeypatch.setenv("HELPDESK_API_KEY", "hd_op_mine")

    assert connection().key == connection("operator").key == "hd_op_mine"
