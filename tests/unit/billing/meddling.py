"""Others who record and post between any two calls of a port."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from hypothesis import strategies as st

from helpdesk.ids import TenantId
from helpdesk.usage import UsageEvent
from tests.unit.billing.closing_world import Platform


class Meddled:
    """A port before and after each of whose calls something else is done."""

    def __init__(self, port: Any, meddle: Callable[[], None]) -> None:
        self._port, self._meddle = port, meddle

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._port, name)

        @wraps(called)
        def call(*arguments: Any) -> Any:
            self._meddle()
            answer = called(*arguments)
            self._meddle()
            return answer

        return call


class Crowd:
    """Records and posts as it is told to: "record", or the number of the event to post.

    Event n has 2 ** n resolutions, so that a sum says which events are in it, and how often.
    """

    def __init__(self, platform: Platform, tenant: TenantId, whens: list[datetime]) -> None:
        self._platform, self._tenant, self._whens = platform, tenant, whens
        self.events: list[UsageEvent] = []
        self._script: list[str | int | None] = []

    def record(self) -> UsageEvent:
        """One more event, which is not posted."""
        number = len(self.events)
        when = self._whens[number % len(self._whens)]
        event = self._platform.use(self._tenant, f"{number:03}", when, resolutions=2**number)
        self.events.append(event)
        return event

    def follow(self, script: list[str | int | None]) -> None:
        """What to do at the next calls."""
        self._script = list(script)

    def step(self) -> None:
        """The next thing, if there is one."""
        if not self._script:
            return
        match self._script.pop(0):
            case "record":
                self.record()
            case int(number) if self.events:
                self._platform.post(self.events[number % len(self.events)])


SCRIPTS: st.SearchStrategy[list[str | int | None]] = st.lists(
    st.one_of(st.none(), st.just("record"), st.integers(0, 30)), max_size=40
)
