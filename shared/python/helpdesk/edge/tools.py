"""Tools: what a tenant lets its agent do, put whole under a name of the tenant's own."""

from helpdesk.edge.answers import ListQuery
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.tool_models import ToolIn, ToolOut, ToolsOut
from helpdesk.errors import Conflict, NotFound
from helpdesk.tool_flaws import is_tool_name


def put(services: Services, call: Call) -> ToolOut:
    """Writes a tool, new or anew."""
    name = _name(call)
    body: ToolIn = call.body
    return ToolOut.of(services.toolbox().put(body.tool(call.tenant, name, services.now())))


def list_tools(services: Services, call: Call) -> ToolsOut:
    """The tools; a cursor is the name of the last one before it."""
    query: ListQuery = call.query
    behind = [
        tool for tool in services.toolbox().all(call.tenant) if tool.name > (query.cursor or "")
    ]
    page = behind[: query.limit]
    more = len(behind) > len(page)
    return ToolsOut(
        items=[ToolOut.of(tool) for tool in page], next_cursor=page[-1].name if more else None
    )


def read(services: Services, call: Call) -> ToolOut:
    """One tool."""
    name = _name(call)
    return ToolOut.of(services.toolbox().get(call.tenant, name))


def delete(services: Services, call: Call) -> None:
    """Deletes a tool."""
    name = _name(call)
    services.toolbox().delete(call.tenant, name)


def _name(call: Call) -> str:
    """The name in the path. Raises NotFound when no tool can be called so."""
    name = call.path["name"]
    if not is_tool_name(name):
        raise NotFound("There is no such tool.")
    return name


OPERATIONS = (
    Operation(
        "PUT",
        "/v1/tools/{name}",
        "putTool",
        "Put a tool: write it, or replace it whole. Names: small letters, digits and _, up to 64.",
        "Tools",
        put,
        body=ToolIn,
        answer=ToolOut,
        refusals=(Conflict,),
    ),
    Operation(
        "GET",
        "/v1/tools",
        "listTools",
        "The tools, by name.",
        "Tools",
        list_tools,
        query=ListQuery,
        answer=ToolsOut,
    ),
    Operation(
        "GET",
        "/v1/tools/{name}",
        "getTool",
        "A tool.",
        "Tools",
        read,
        answer=ToolOut,
    ),
    Operation(
        "DELETE",
        "/v1/tools/{name}",
        "deleteTool",
        "Delete a tool: nothing new is done with it. Actions that it was proposed for go on.",
        "Tools",
        delete,
        status=204,
        refusals=(Conflict,),
    ),
)
