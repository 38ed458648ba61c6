"""The way up, step by step: model server, shop, emulator, deployment, secrets, front."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console

from local import processes, services, state
from local.deploy import Deployed, Outputs, deploy
from local.emulator import Emulator
from local.platform_keys import fill_secrets
from local.processes import Recorded
from local.settings import Models, Place
from local.state import State


@dataclass(slots=True)
class Ascent:
    """One `up`. Every process is written down the moment it runs."""

    here: Place
    models: Models
    known: State
    out: Console
    changed: bool = field(default=False, init=False)

    def climb(self) -> bool:
        """True when something was started or deployed. Raises StageError."""
        self.here.logs.mkdir(parents=True, exist_ok=True)
        self.known.port, self.known.made_of = self.here.port, self.models.fingerprint(self.here)
        self._require_ports()
        if self.models.needs_model_server:
            self._start_model_server()
        if "shop" not in self.known.running:
            self._record("shop", services.start_shop(self.here))
        emulator = self._emulator()
        deployed = self._deploy(emulator)
        keys = fill_secrets(emulator, deployed.outputs, self.models)
        self.known.operator_key, self.known.finance_key = keys.operator, keys.finance
        state.save(self.here.folder, self.known)
        if self.models.needs_model_server:
            self._await("model server", services.model_server_health(self.here))
        self._await("shop", services.shop_health(self.here))
        self._front(emulator, deployed.outputs)
        return self.changed

    def _require_ports(self) -> None:
        """All at once, before anything starts."""
        wanted = {
            "front": self.here.port,
            "emulator": self.here.emulator_port,
            "shop": self.here.shop_port,
        }
        if self.models.needs_model_server:
            wanted["model_server"] = self.here.model_server_port
        for name, port in wanted.items():
            if name not in self.known.running:
                processes.require_free(port, name.replace("_", " "))

    def _start_model_server(self) -> None:
        if "model_server" not in self.known.running:
            self._record("model_server", services.start_model_server(self.here))

    def _await(self, server: str, health: str) -> None:
        name = server.replace(" ", "_")
        with self._step(server):
            services.wait_for(
                server,
                lambda: services.answers(health),
                self.known.processes[name],
                self.here.logs / f"{name}.log",
            )

    def _emulator(self) -> Emulator:
        emulator = Emulator(self.here.emulator_port, self.here.emulator)
        if running := self.known.running.get("emulator"):
            if emulator.healthy():
                return emulator
            emulator.stop(running)
        with self._step("AWS emulator"):
            emulator.start(lambda started: self._record("emulator", started))
        return emulator

    def _deploy(self, emulator: Emulator) -> Deployed:
        with self._step("CDK app") as say:
            deployed = deploy(self.here, emulator, self.models, say)
        self.changed = self.changed or deployed.changed
        return deployed

    def _front(self, emulator: Emulator, outputs: Outputs) -> None:
        running = self.known.running.get("front")
        # Whatever was started or deployed before: the front may remember what is no more.
        if running and not self.changed and self._answers():
            return
        if running:
            processes.stop(running)
        with self._step("service") as say:
            front = services.start_front(self.here, emulator, outputs)
            self._record("front", front)
            say("warming the functions up")
            log = self.here.logs / "front.log"
            services.wait_for("service", self._answers, front, log)
            services.warm_up(emulator)
            self._forget_lost_tenant()

    def _answers(self) -> bool:
        return services.answers(services.product_health(self.here), timeout_seconds=20.0)

    def _forget_lost_tenant(self) -> None:
        """An emulator that was killed has lost what it learnt since its start.

        The question also starts the authorizer's worker, so that no visitor waits for it.
        """
        key = self.known.tenant.secret if self.known.tenant else ""
        if not services.knows(self.here, key):
            self.known.tenant = None
            state.save(self.here.folder, self.known)

    def _record(self, name: str, started: Recorded) -> None:
        self.changed = True
        self.known.processes[name] = started
        state.save(self.here.folder, self.known)

    @contextmanager
    def _step(self, name: str) -> Iterator[Callable[[str], None]]:
        started = time.monotonic()
        with self.out.status(f"{name} …") as spinner:
            yield lambda doing: spinner.update(f"{name}: {doing} …")
        seconds = time.monotonic() - started
        self.out.print(f"[green]✓[/green] {name:14}[dim]{seconds:5.1f} s[/dim]")
