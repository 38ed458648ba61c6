"""Stages are values, chosen by the CDK context."""

import pytest

from infra.stages import DEV, LOCAL, PROD, Stage, chosen


def test_dev_is_meant_when_nothing_is_said() -> None:
    assert chosen(lambda _: None) == DEV


@pytest.mark.parametrize("stage", [LOCAL, DEV, PROD], ids=lambda stage: stage.name)
def test_a_stage_has_a_name(stage: Stage) -> None:
    assert chosen({"stage": stage.name}.get) == stage


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="no stage 'staging'; there are dev, local, prod"):
        chosen({"stage": "staging"}.get)


def test_the_context_says_where_the_models_are() -> None:
    context = {
        "stage": "local",
        "model_url": "http://127.0.0.1:9/v1",
        "model_name": "mine",
        "embedding_url": "http://127.0.0.1:8/v1",
        "embedding_model": "ours",
        "embedding_dimensions": "768",
        "index_folder": "/somewhere",
    }
    stage = chosen(context.get)
    assert (stage.model_url, stage.model_name) == ("http://127.0.0.1:9/v1", "mine")
    assert (stage.embedding_url, stage.embedding_model) == ("http://127.0.0.1:8/v1", "ours")
    assert (stage.embedding_dimensions, stage.index_folder) == (768, "/somewhere")


def test_the_context_says_who_sells_and_whom_to_tell() -> None:
    context = {
        "stage": "prod",
        "finance_email": "finance@example.com",
        "seller_name": "Example GmbH",
        "seller_address": "Musterstraße 1\n10115 Berlin",
        "seller_tax_id": "DE123456789",
    }
    stage = chosen(context.get)
    assert (stage.finance_email, stage.seller_name) == ("finance@example.com", "Example GmbH")
    assert stage.seller_address.splitlines() == ["Musterstraße 1", "10115 Berlin"]
    assert stage.seller_tax_id == "DE123456789"
