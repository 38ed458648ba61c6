"""Our own three servers of the stage: the model server, the sample shop and the front."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from local import processes
from local.deploy import Outputs
from local.emulator import Emulator
from local.processes import Recorded
from local.settings import GATEWAY_URL, HOST, ROOT, Place, StageError, clean_environment

_POLL_SECONDS = 0.1
_WAITED_FOR = frozenset({"actions", "reconciler", "metering"})


def start_model_server(here: Place) -> Recorded:
    """Starts the model server; ``answers`` says when it has loaded. Raises StageError."""
    processes.require_free(here.model_server_port, "model server")
    cache = here.folder / "models"
    cache.mkdir(parents=True, exist_ok=True)
    options = ["--port", str(here.model_server_port), "--cache", str(cache)]
    return processes.start(
        [sys.executable, "-m", "local.model_server", *options],
        environment=clean_environment(),
        cwd=ROOT,
        log=_fresh(here.logs / "model_server.log"),
    )


def start_shop(here: Place) -> Recorded:
    """Starts the sample shop with the orders that it had. Raises StageError."""
    processes.require_free(here.shop_port, "shop")
    options = ["--port", str(here.shop_port), "--database", str(here.shop)]
    return processes.start(
        [sys.executable, "-m", "local.shop", *options],
        environment=clean_environment(),
        cwd=ROOT,
        log=_fresh(here.logs / "shop.log"),
    )


def start_front(here: Place, emulator: Emulator, outputs: Outputs) -> Recorded:
    """Starts the front with exactly the chat function's environment. Raises StageError."""
    processes.require_free(here.port, "service")
    configuration = emulator.client("lambda").get_function_configuration(
        FunctionName=outputs.chat_function
    )
    environment = {
        **clean_environment(),
        **configuration["Environment"]["Variables"],
        **emulator.aws_environment(),
        GATEWAY_URL: outputs.api_url(emulator),
    }
    return processes.start(
        [sys.executable, "-m", "local.front", "--port", str(here.port)],
        environment=environment,
        cwd=ROOT,
        log=_fresh(here.logs / "front.log"),
    )


def warm_up(emulator: Emulator) -> None:
    """Starts the workers that a customer would wait for, at once and side by side."""
    functions = emulator.client("lambda").list_functions()["Functions"]
    waited_for = [
        each["FunctionName"]
        for each in functions
        if each["Environment"]["Variables"].get("POWERTOOLS_SERVICE_NAME") in _WAITED_FOR
    ]
    with ThreadPoolExecutor(len(_WAITED_FOR)) as threads:
        list(threads.map(lambda name: _invoke(emulator, name), waited_for))


def _invoke(emulator: Emulator, name: str) -> None:
    emulator.client("lambda").invoke(FunctionName=name, Payload=b'{"Records": []}')


def answers(url: str, timeout_seconds: float = 2.0) -> bool:
    """Whether a GET succeeds."""
    try:
        return httpx2.get(url, timeout=timeout_seconds, trust_env=False).is_success
    except httpx2.TransportError:
        return False


def knows(here: Place, key: str) -> bool:
    """Whether a tenant's key still opens the service; a service that is too slow is believed."""
    url, headers = f"{here.base_url}/v1/tenant", {"Authorization": f"Bearer {key}"}
    try:
        answer = httpx2.get(url, headers=headers, timeout=30.0, trust_env=False)
    except httpx2.TransportError:
        return True
    return answer.status_code not in (401, 403)


def wait_for(what: str, ready: Callable[[], bool], running: Recorded, log: Path) -> None:
    """Waits until a server is ready. Raises StageError when it ends before, or takes a minute."""
    ends = processes.deadline(60.0)
    while not ready():
        if not running.running or time.monotonic() > ends:
            end = processes.log_end(log)
            raise StageError(f"The {what} does not start. The end of {log}:\n{end}")
        time.sleep(_POLL_SECONDS)


def model_server_health(here: Place) -> str:
    """Where the model server says whether it has loaded."""
    return f"http://{HOST}:{here.model_server_port}/health"


def shop_health(here: Place) -> str:
    """Where the sample shop says that it is open."""
    return f"{here.shop_url}/health"


def product_health(here: Place) -> str:
    """Answered by the api function, so through front, emulator and worker."""
    return f"{here.base_url}/v1/health"


def _fresh(log: Path) -> Path:
    log.unlink(missing_ok=True)
    return log
