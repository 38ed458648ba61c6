"""Puts a real OpenSearch together from Maven Central and runs it: wants mvn and Java 17."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

VERSION = "2.19.1"
START_SECONDS = 90.0

_CONFIGURATION = """
cluster.name: helpdesk-tests
discovery.type: single-node
network.host: 127.0.0.1
http.port: 0
transport.port: 0
cluster.routing.allocation.disk.threshold_enabled: false
"""

_MODULES = {
    "lang-painless": ("org.opensearch.painless.PainlessPlugin", ""),
    "analysis-common": (
        "org.opensearch.analysis.common.CommonAnalysisPlugin",
        "lang-painless",
    ),
}
"""Maven Central has the modules' jars without what OpenSearch wants to be told about them."""

_DESCRIPTOR = """
name={name}
description={name}
version={version}
opensearch.version={version}
java.version=11
classname={classname}
extended.plugins={extends}
custom.foldername=
has.native.controller=false
"""

_PAINLESS_POLICY = """
grant {
    permission java.lang.RuntimePermission "createClassLoader";
    permission java.lang.RuntimePermission "getClassLoader";
};
"""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """A server with an empty data folder; yields its URL. Raises OSError when it can't start."""
    home = _assembled(folder)
    shutil.rmtree(home / "data", ignore_errors=True)
    user = _unprivileged_owner(folder)
    with (folder / "server.log").open("w+") as log:
        server = subprocess.Popen(
            [home / "bin" / "opensearch"],
            env={
                "PATH": os.environ["PATH"],
                "OPENSEARCH_JAVA_OPTS": "-Xms512m -Xmx512m",
                "OPENSEARCH_JAVA_HOME": str(_java_home()),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            user=user,
            cwd=home,
        )
        try:
            yield _address(server, log)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _assembled(folder: Path) -> Path:
    home = folder / f"opensearch-{VERSION}"
    if (folder / "complete").exists():
        return home
    pom = Path(__file__).with_name("pom.xml")
    subprocess.run(
        ["mvn", "-B", "-q", "-f", pom, f"-Dtarget={folder}", "process-resources"], check=True
    )
    for name, (classname, extends) in _MODULES.items():
        descriptor = _DESCRIPTOR.format(
            name=name, version=VERSION, classname=classname, extends=extends
        )
        (home / "modules" / name / "plugin-descriptor.properties").write_text(descriptor)
    (home / "modules" / "lang-painless" / "plugin-security.policy").write_text(_PAINLESS_POLICY)
    (home / "config" / "opensearch.yml").write_text(_CONFIGURATION)
    for program in (home / "bin").iterdir():
        program.chmod(0o755)
    (folder / "complete").touch()
    return home


def _unprivileged_owner(folder: Path) -> str | None:
    """OpenSearch refuses to run as root: then it runs as nobody, who must own its files."""
    if os.geteuid() != 0:
        return None
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody")
    return "nobody"


def _java_home() -> Path:
    return Path(shutil.which("java") or "java").resolve().parents[1]


def _address(server: subprocess.Popen[bytes], log: IO[str]) -> str:
    """Waits for the line in which the server says where it listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        log.seek(0)
        if found := re.search(r"HttpServerTransport.*publish_address \{([\d.:]+)\}", log.read()):
            return f"http://{found[1]}"
        time.sleep(0.2)
    log.seek(0)
    raise OSError(f"OpenSearch did not start:\n{log.read()[-3000:]}")
