"""The layers that functions import: the product itself, and what it depends on."""

import hashlib
import subprocess
import sys
from sysconfig import get_platform
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk.aws_lambda import Code, LayerVersion
from constructs import Construct

from infra.stages import ROOT, Stage

UNWANTED = ["**/__pycache__", "**/*.pyc", "**/.*"]
"""What no asset holds."""

_BUILD = ROOT / "layers" / "build.py"

# Half of all files, for the three functions that call models and search: the others start sooner
# without them.
_CLIENTS = ("openai", "opensearch-py", "opensearch-protobufs", "grpcio", "protobuf")


class Layers(Construct):
    """``shared/`` as it stands, and the locked dependencies as wheels for the stage's platform."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        shared = Code.from_asset(str(ROOT / "shared"), exclude=UNWANTED)
        wheels = stage.wheels
        basics = _Wheels("layer.lock", wheels, "--without", *_CLIENTS)
        clients = _Wheels("layer.lock", wheels, "--only", *_CLIENTS)
        self.of_all = [
            LayerVersion(self, "Shared", code=shared),
            LayerVersion(self, "Dependencies", code=basics.code()),
        ]
        self.of_clients = [LayerVersion(self, "Clients", code=clients.code())]
        reports = _Wheels("billing_layer.lock", wheels)
        self.of_billing = LayerVersion(self, "Billing", code=reports.code())
        if stage.search == "embedded":
            index = _Wheels("index_layer.lock", wheels)
            self.of_clients.append(LayerVersion(self, "Index", code=index.code()))


@jsii.implements(ILocalBundling)
class _Wheels:
    """Wheels of a lock file, or of a part of it."""

    def __init__(self, lock: str, platform: str, *part: str) -> None:
        self._lock = ROOT / "requirements" / lock
        self._platform = platform
        self._part = part

    def code(self) -> Code:
        """The layer's content; built when no earlier synthesis did."""
        return Code.from_asset(
            str(self._lock.parent),
            asset_hash=self._hash(),
            asset_hash_type=AssetHashType.CUSTOM,
            bundling=BundlingOptions(
                # Never pulled: the local bundling below does the work or fails.
                image=DockerImage.from_registry("scratch"),
                local=self,
            ),
        )

    def try_bundle(self, output_dir: str, *_options: Any, **_more: Any) -> bool:
        """Fills a layer's folder without Docker. Raises CalledProcessError when it can't."""
        arguments = [str(self._lock), output_dir, self._platform, *self._part]
        subprocess.run([sys.executable, str(_BUILD), *arguments], check=True)
        return True

    def _hash(self) -> str:
        """Follows from what the layer is made of; a host layer also from the host."""
        host = f"{sys.implementation.cache_tag} {get_platform()}"
        parts = [self._platform, *self._part, host if self._platform == "host" else ""]
        content = [self._lock.read_bytes(), _BUILD.read_bytes(), *(part.encode() for part in parts)]
        return hashlib.sha256(b"\0".join(content)).hexdigest()
