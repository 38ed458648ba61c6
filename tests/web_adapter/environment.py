"""An execution environment as Lambda makes one: the adapter as an extension beside run.sh."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from infra.web_adapter import WEB_ADAPTER_SETTINGS
from local import processes
from local.settings import ROOT
from tests.conftest import free_port
from tests.web_adapter.dictation import MODEL_PORT, Dictation
from tests.web_adapter.runtime_api import PATIENCE_SECONDS, RuntimeApi

FUNCTION = ROOT / "functions" / "chat"
PROGRAM = os.environ.get("WEB_ADAPTER", "")
"""The adapter, where it has been built."""


@dataclass
class ExecutionEnvironment:
    """The two processes, their logs, and the APIs that they talk to."""

    api: RuntimeApi
    task_root: Path
    logs: Path
    dictation: Dictation
    app: processes.Recorded = field(init=False)
    adapter: processes.Recorded = field(init=False)

    def start(self) -> None:
        """First the extension, then the runtime, which the wrapper replaces by run.sh."""
        wrapped = self.task_root / "run.sh"
        variables = self._variables()
        self.adapter = processes.start(
            [PROGRAM], environment=variables, cwd=self.logs, log=self.adapter_log
        )
        self.app = processes.start(
            [wrapped], environment=variables, cwd=self.task_root, log=self.app_log
        )

    def until_ready(self) -> None:
        """Waits until the adapter asks for an event."""
        ready = self.api.asked.wait(PATIENCE_SECONDS)
        assert ready, processes.log_end(self.app_log) + processes.log_end(self.adapter_log)

    def stop(self) -> None:
        """Ends both."""
        processes.stop(self.adapter)
        processes.stop(self.app)

    @property
    def app_log(self) -> Path:
        """What run.sh and uvicorn say."""
        return self.logs / "app.log"

    @property
    def adapter_log(self) -> Path:
        """What the adapter says."""
        return self.logs / "adapter.log"

    def _variables(self) -> dict[str, str]:
        """Nothing of the machine's own: what Lambda sets, then what the stack sets."""
        return {
            "PATH": f"{ROOT / '.venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(self.task_root),
            "LAMBDA_RUNTIME_DIR": str(self.logs),
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "chat",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": "eu-west-1",
            "_HANDLER": "run.sh",
            **WEB_ADAPTER_SETTINGS,
            "AWS_LWA_PORT": str(free_port()),
            MODEL_PORT: str(self.dictation.port),
        }


def task_with(app: str, folder: Path) -> Path:
    """The function's folder as it is deployed, with another app behind the same run.sh."""
    folder.mkdir()
    shutil.copy(FUNCTION / "run.sh", folder)
    (folder / "app.py").write_text(app)
    return folder
