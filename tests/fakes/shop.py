"""The tenants' systems, which answer as they are told to."""

from collections import deque

from helpdesk.tool_calls import Answered, LookedUp, NeverSeen, ToolReply
from helpdesk.tools import Arguments, Tool


class ScriptedShop:
    """A ToolCaller that gives its replies in order, and says that all is well when they are over.

    ``calls`` keeps what it was asked: the tool, the arguments and the key.
    """

    def __init__(self, *replies: ToolReply) -> None:
        self.replies = deque(replies)
        self.calls: list[tuple[str, Arguments, str]] = []

    def call(self, tool: Tool, arguments: Arguments, key: str, seconds: float) -> ToolReply:
        """The next reply."""
        self.calls.append((tool.name, arguments, key))
        return self.replies.popleft() if self.replies else Answered(200, {"ok": True})

    def look_up(self, tool: Tool, key: str, seconds: float) -> LookedUp:
        """The key was never seen."""
        return NeverSeen()
