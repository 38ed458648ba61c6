"""What is wrong with the steps of a tool that is a process: each is a tool that can be one."""

from collections.abc import Iterator, Mapping, Sequence

from helpdesk.errors import FieldError
from helpdesk.tools import Tool

MIN_STEPS, MAX_STEPS = 2, 5


def step_flaws(process: Tool, tools: Mapping[str, Tool]) -> Iterator[FieldError]:
    """All that is wrong with a tool's steps. ``tools`` are its tenant's, by name."""
    if not process.steps:
        return
    if not MIN_STEPS <= len(process.steps) <= MAX_STEPS:
        yield FieldError("steps", f"A process has {MIN_STEPS} to {MAX_STEPS} steps.")
    if process.effect != "write":
        yield FieldError("effect", "A process of steps writes.")
    if process.idempotency != "none":
        yield FieldError("idempotency", "This is for each step to say: a process has no endpoint.")
    for number, step in enumerate(process.steps):
        yield from _named_flaws(process, f"steps.{number}.tool", step.tool, tools)
        if step.undo is not None:
            yield from _named_flaws(process, f"steps.{number}.undo", step.undo, tools)


def processes_with(name: str, tools: Mapping[str, Tool]) -> Sequence[str]:
    """The names of the processes that a tool is a step or an undo of."""
    return [
        tool.name
        for tool in tools.values()
        if any(name in (step.tool, step.undo) for step in tool.steps)
    ]


def is_step(tool: Tool) -> bool:
    """Whether a tool can be a step: it does something, by itself."""
    return tool.effect == "write" and tool.endpoint is not None


def _named_flaws(
    process: Tool, field: str, name: str, tools: Mapping[str, Tool]
) -> Iterator[FieldError]:
    tool = tools.get(name)
    if name == process.name or tool is None:
        yield FieldError(field, f"There is no other tool {name[:64]!r}.")
        return
    if not is_step(tool):
        yield FieldError(field, "A step is a tool that writes, with an endpoint of its own.")
        return
    if tool.end_user_field and process.end_user_field is None:
        yield FieldError("end_user_field", f"{tool.name} needs the parameter with the customer.")
    known = _names(process)
    for needed in tool.parameters.get("required", ()):
        if needed not in known and needed != tool.end_user_field:
            yield FieldError(field, f"It needs {str(needed)[:64]!r}, which is no parameter here.")


def _names(tool: Tool) -> Mapping[str, object]:
    properties = tool.parameters.get("properties")
    return properties if isinstance(properties, Mapping) else {}
