"""What AWS stages must pass before anybody deploys them: cdk-nag and cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from aws_cdk import Stack
from aws_cdk.aws_sqs import Queue

from tests.infra.synthesis import Synthesised, app_of, synthesised

# W3005: CDK repeats a dependency that a reference implies. W6001: the one-machine stage reads the
# secrets' names from one stack's outputs.
_BY_DESIGN = "W3005,W6001"


def test_cdk_nag_runs_and_finds_nothing(aws_stage: Synthesised) -> None:
    report = json.loads((aws_stage.folder / "validation-report.json").read_text())
    (nag,) = [each for each in report["pluginReports"] if each["pluginName"] == "AwsSolutions"]
    assert nag["conclusion"] == "success"
    assert not nag["violations"]


def test_cdk_nag_stops_a_finding(tmp_path: Path) -> None:
    app = app_of("dev", tmp_path)
    Queue(cast("Stack", app.node.find_child("Helpdesk-dev-Data")), "Unsafe")
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()


def test_cfn_lint_finds_nothing(aws_stage: Synthesised) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    templates = [str(path) for path in aws_stage.folder.glob("*.template.json")]
    assert len(templates) == 2
    found = subprocess.run(
        [lint, "--ignore-checks", _BY_DESIGN, "--", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")


def test_synthesis_is_a_function_of_the_stage(tmp_path: Path) -> None:
    once, again = (synthesised("prod", tmp_path / name) for name in ("once", "again"))
    assert (again.data, again.service) == (once.data, once.service)
