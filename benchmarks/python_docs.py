"""Real pages to measure with: Debian's python3.11-doc, fetched by apt and not kept in the repo."""

import subprocess
from pathlib import Path

PACKAGE = "python3.11-doc"
KEPT = Path(__file__).parents[1] / ".helpdesk" / "benchmarks" / PACKAGE


def html_folder() -> Path:
    """The folder of HTML pages; downloads and unpacks the package when it is not there.

    Raises CalledProcessError where apt-get or dpkg-deb can't do it.
    """
    pages = KEPT / "usr" / "share" / "doc" / "python3.11" / "html"
    if not pages.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", PACKAGE], cwd=KEPT, check=True)
        [package] = KEPT.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, KEPT], check=True)
        package.unlink()
    return pages
