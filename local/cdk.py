"""The real CDK command line against the emulator: each call has a deadline and a log."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.emulator import ACCOUNT, REGION, Emulator
from local.processes import log_end
from local.settings import ROOT, StageError, clean_environment

_CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
_OLDEST_NODE = 20
_QUIET = {
    "CI": "1",
    "NO_COLOR": "1",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}


@dataclass(frozen=True, slots=True)
class Cdk:
    """The CDK's command line, speaking to one emulator."""

    emulator: Emulator
    log: Path

    def bootstrap(self) -> None:
        """Gives the emulator what every deployment needs. Raises StageError."""
        # Not from the checkout: where there is a cdk.json the app would be synthesised first.
        where = f"aws://{ACCOUNT}/{REGION}"
        self._run("bootstrap", [where], cwd=self.emulator.folder, seconds=60)

    def synth(self, context: Mapping[str, str], folder: Path) -> None:
        """Makes the app's templates and assets. Raises StageError."""
        given = [f"--context={name}={value}" for name, value in context.items()]
        self._run("synth", ["--quiet", f"--output={folder}", *given], cwd=ROOT, seconds=180)

    def deploy(self, folder: Path) -> None:
        """Deploys what was synthesised. Raises StageError."""
        options = ["--all", f"--app={folder}", "--require-approval=never"]
        self._run("deploy", options, cwd=self.emulator.folder, seconds=180)

    def _run(self, verb: str, options: Sequence[str], *, cwd: Path, seconds: float) -> None:
        if not _CLI.exists():
            raise StageError("The CDK command line is not there. Fetch it: make up")
        command: list[str | Path] = [node(), _CLI, verb, "--no-notices", *options]
        with self.log.open("wb") as output:
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            failed = _wait(child, seconds)
        if failed:
            raise StageError(f"'cdk {verb}' {failed}. The end of {self.log}:\n{log_end(self.log)}")

    def _environment(self) -> dict[str, str]:
        beside = [str(node().parent), str(Path(sys.executable).parent)]
        environment = clean_environment()
        path = os.pathsep.join([*beside, environment.get("PATH", "")])
        account = {"CDK_DEFAULT_ACCOUNT": ACCOUNT, "CDK_DEFAULT_REGION": REGION}
        return {**environment, **self.emulator.aws_environment(), **account, **_QUIET, "PATH": path}


def node() -> Path:
    """Node: the machine's, or the one that `make` put into this environment. Raises StageError."""
    for found in (shutil.which("node"), str(Path(sys.prefix) / "bin" / "node")):
        if found and _version(found) >= _OLDEST_NODE:
            return Path(found)
    raise StageError(
        f"Node.js {_OLDEST_NODE} or newer is missing: the CDK runs on it. 'make up' fetches one."
    )


def _version(program: str) -> int:
    """The major version; 0 when it can't be run."""
    try:
        said = subprocess.run(
            [program, "--version"], check=False, capture_output=True, text=True, timeout=10
        )
        return int(said.stdout.strip().lstrip("v").partition(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def _wait(child: subprocess.Popen[bytes], seconds: float) -> str | None:
    """How it failed, if it did. Whatever happens, it and its children have ended then."""
    try:
        code = child.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"was not done after {seconds:.0f} s"
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return f"failed (exit code {code})" if code else None
