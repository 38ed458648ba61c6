"""The CDK app on the emulator: synthesised and deployed only when something changed."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.cdk import Cdk
from local.emulator import Emulator
from local.settings import ROOT, Models, Place

_SERVICE_STACK = "Helpdesk-local-Service"
_SOURCES = ("app.py", "cdk.json", "package-lock.json", "infra", "functions", "shared", "layers")
_LOCKS = tuple(f"requirements/{name}.lock" for name in ("layer", "index_layer", "billing_layer"))

# Kept in the emulator itself: where its state is lost, so is the claim that something is deployed.
_MARK = "/helpdesk/deployed"


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the service stack says about itself."""

    api_id: str
    api_stage: str
    chat_function: str
    platform_keys_secret: str
    model_keys_secret: str
    signing_secret: str

    @classmethod
    def read(cls, emulator: Emulator) -> "Outputs":
        """Asks the emulator. Raises botocore's ClientError when there is no such stack."""
        cloudformation = emulator.client("cloudformation")
        stack = cloudformation.describe_stacks(StackName=_SERVICE_STACK)["Stacks"][0]
        said = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        return cls(
            api_id=said["ApiId"],
            api_stage=said["ApiStageName"],
            chat_function=said["ChatFunctionName"],
            platform_keys_secret=said["PlatformKeysSecretName"],
            model_keys_secret=said["ModelKeysSecretName"],
            signing_secret=said["SigningSecretName"],
        )

    def api_url(self, emulator: Emulator) -> str:
        """Where the emulator's API Gateway serves the API."""
        return f"{emulator.endpoint_url}/_aws/execute-api/{self.api_id}/{self.api_stage}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The outcome; ``changed`` when something was deployed just now."""

    outputs: Outputs
    changed: bool


def deploy(here: Place, emulator: Emulator, models: Models, say: Callable[[str], None]) -> Deployed:
    """Brings the emulator up to this checkout. Raises StageError."""
    context = _context(here, models)
    wanted = content_hash(context)
    if _mark(emulator) == wanted:
        return Deployed(Outputs.read(emulator), changed=False)
    cdk = Cdk(emulator, here.logs / "deploy.log")
    if not _has_stack(emulator, "CDKToolkit"):
        say("preparing the emulator for the CDK")
        cdk.bootstrap()
    app = _synthesised(here, cdk, context, wanted, say)
    say("deploying the CDK app")
    cdk.deploy(app)
    emulator.client("ssm").put_parameter(Name=_MARK, Value=wanted, Type="String", Overwrite=True)
    return Deployed(Outputs.read(emulator), changed=True)


def content_hash(context: Mapping[str, str], root: Path = ROOT) -> str:
    """Changes with whatever the deployed app is made of."""
    digest = hashlib.sha256(json.dumps(context, sort_keys=True).encode())
    for path in _source_files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()


def _context(here: Place, models: Models) -> dict[str, str]:
    return {
        "stage": "local",
        "model_url": models.url,
        "model_name": models.name,
        "embedding_url": models.embedding_url,
        "embedding_model": models.embedding_name,
        "embedding_dimensions": str(models.embedding_dimensions),
        "index_folder": str(here.index),
    }


def _synthesised(
    here: Place, cdk: Cdk, context: Mapping[str, str], wanted: str, say: Callable[[str], None]
) -> Path:
    folder, mark = here.folder / "cdk.out", here.folder / "cdk.out.hash"
    if not mark.exists() or mark.read_text() != wanted:
        say("synthesising the CDK app")
        mark.unlink(missing_ok=True)
        try:
            cdk.synth(context, folder)
        except BaseException:
            # A layer that was half built would be taken for a whole one the next time.
            shutil.rmtree(folder, ignore_errors=True)
            raise
        mark.write_text(wanted)
    return folder


def _source_files(root: Path) -> Iterator[Path]:
    for name in (*_SOURCES, *_LOCKS):
        top = root / name
        inside = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (p for p in inside if p.is_file() and "__pycache__" not in p.parts)


def _mark(emulator: Emulator) -> str | None:
    try:
        found: dict[str, Any] = emulator.client("ssm").get_parameter(Name=_MARK)
    except ClientError:
        return None
    return str(found["Parameter"]["Value"])


def _has_stack(emulator: Emulator, name: str) -> bool:
    try:
        emulator.client("cloudformation").describe_stacks(StackName=name)
    except ClientError:
        return False
    return True
