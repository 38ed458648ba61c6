"""The stages: all that differs between them, as values."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: assets are folders of it."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """How much of the account a stage may use at once."""

    requests_per_second: int
    request_burst: int
    ingestion_concurrency: int
    embedding_concurrency: int
    webhook_concurrency: int
    action_concurrency: int
    chat_reserved_concurrency: int | None = None
    api_reserved_concurrency: int | None = None


ArchiveLock = Literal["GOVERNANCE", "COMPLIANCE"]
"""Whether some may have a permission to delete what a closed month left, or not even the account's
root."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment of the product. What a stage leaves out is a value here."""

    name: str
    sign_up: Literal["open", "operator"]
    search: Literal["embedded", "serverless", "domain"]
    throughput: Throughput

    # models: OpenAI-compatible endpoints
    model_url: str
    model_name: str
    embedding_url: str
    embedding_model: str
    embedding_dimensions: int
    index_folder: str = ""

    # whether tenants' URLs (webhooks, tools) may lead to this machine and its network
    private_endpoints: bool = False

    # what is kept, and for how long
    keeps_data: bool = False
    log_retention: RetentionDays = RetentionDays.ONE_MONTH
    event_archive_days: int | None = None

    # finance: whom to tell of closes, and who invoices are from (the address in lines)
    finance_email: str = ""
    seller_name: str = "Helpdesk AI"
    seller_address: str = ""
    seller_tax_id: str = ""

    # how long after a colleague was asked to decide somebody is reminded
    remind_after_hours: tuple[int, ...] = (24, 48)

    # what an emulator does not take
    archive_lock: ArchiveLock | None = None
    wheels: Literal["lambda", "host"] = "lambda"
    web_adapter: bool = True
    streamed_responses: bool = True
    access_logs: bool = True
    monitored: bool = True
    finance_access: bool = True
    """Whether finance is told by e-mail, and reads the archive itself by Athena."""
    checked: bool = True
    """Whether the stage's stacks must pass cdk-nag."""

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its resource leaves the stack."""
        return RemovalPolicy.RETAIN if self.keeps_data else RemovalPolicy.DESTROY


LOCAL = Stage(
    name="local",
    sign_up="open",
    search="embedded",
    throughput=Throughput(
        1_000,
        2_000,
        ingestion_concurrency=2,
        embedding_concurrency=2,
        webhook_concurrency=2,
        action_concurrency=4,
    ),
    model_url="http://127.0.0.1:8082/v1",
    model_name="helpdesk-extractive-1",
    embedding_url="http://127.0.0.1:8082/v1",
    embedding_model="all-MiniLM-L6-v2",
    embedding_dimensions=384,
    index_folder=str(ROOT / ".helpdesk" / "index"),
    private_endpoints=True,
    log_retention=RetentionDays.ONE_WEEK,
    wheels="host",
    web_adapter=False,
    streamed_responses=False,
    access_logs=False,
    monitored=False,
    finance_access=False,
    checked=False,
)

DEV = Stage(
    name="dev",
    sign_up="operator",
    search="serverless",
    throughput=Throughput(
        50,
        100,
        ingestion_concurrency=5,
        embedding_concurrency=5,
        webhook_concurrency=5,
        action_concurrency=5,
    ),
    model_url="https://api.openai.com/v1",
    model_name="gpt-5-mini",
    embedding_url="https://api.openai.com/v1",
    embedding_model="text-embedding-3-small",
    embedding_dimensions=1536,
    event_archive_days=7,
    archive_lock="GOVERNANCE",
)

PROD = replace(
    DEV,
    name="prod",
    search="domain",
    throughput=Throughput(
        requests_per_second=1_000,
        request_burst=2_000,
        ingestion_concurrency=20,
        embedding_concurrency=20,
        webhook_concurrency=50,
        action_concurrency=50,
        chat_reserved_concurrency=400,
        api_reserved_concurrency=200,
    ),
    keeps_data=True,
    log_retention=RetentionDays.SIX_MONTHS,
    event_archive_days=365,
    archive_lock="COMPLIANCE",
)

STAGES = {stage.name: stage for stage in (LOCAL, DEV, PROD)}

_FROM_CONTEXT: dict[str, Callable[[Any], Any]] = {
    "model_url": str,
    "model_name": str,
    "embedding_url": str,
    "embedding_model": str,
    "embedding_dimensions": int,
    "index_folder": str,
    "finance_email": str,
    "seller_name": str,
    "seller_address": str,
    "seller_tax_id": str,
}


def chosen(context: Callable[[str], Any]) -> Stage:
    """The stage that the CDK context names (dev when it names none), with what else it says.

    Raises ValueError when there is no such stage.
    """
    name = context("stage") or DEV.name
    if name not in STAGES:
        raise ValueError(f"There is no stage {name!r}; there are {', '.join(sorted(STAGES))}.")
    given = {key: read(value) for key, read in _FROM_CONTEXT.items() if (value := context(key))}
    return replace(STAGES[name], **given)
