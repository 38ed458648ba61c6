"""Exports: finance asks for a month's lines as files, closes a month, and downloads."""

from helpdesk.billing.exports import ExportId
from helpdesk.edge.answers import ListOut, ListQuery
from helpdesk.edge.export_models import ExportIn, ExportOut, ExportWithFilesOut
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.errors import Conflict, PolicyViolation
from helpdesk.identity import Scope
from helpdesk.ids import TenantId


class ExportsOut(ListOut[ExportOut]):
    """A page of exports."""


def request(services: Services, call: Call) -> ExportOut:
    """Asks for an export."""
    body: ExportIn = call.body
    tenant = TenantId(body.tenant) if body.tenant else None
    exports = services.exports()
    return ExportOut.of(exports.request(body.period, close=body.close, tenant=tenant))


def read(services: Services, call: Call) -> ExportWithFilesOut:
    """One export."""
    export = ExportId(call.id("export_id", "exp"))
    exports = services.exports()
    return ExportWithFilesOut.with_links(exports.get(export), exports.link)


def list_exports(services: Services, call: Call) -> ExportsOut:
    """The exports."""
    query: ListQuery = call.query
    page = services.exports().page(query.limit, query.cursor)
    out = [ExportOut.of(each) for each in page.items]
    return ExportsOut(items=out, next_cursor=page.next_cursor)


OPERATIONS = (
    Operation(
        "POST",
        "/v1/exports",
        "createExport",
        "Ask for a month's lines as CSV, Parquet and FOCUS; with 'close' the month is closed.",
        "Finance",
        request,
        scope=Scope.EXPORTS,
        body=ExportIn,
        status=202,
        answer=ExportOut,
        idempotent=True,
        refusals=(Conflict, PolicyViolation),
    ),
    Operation(
        "GET",
        "/v1/exports",
        "listExports",
        "The exports, newest first.",
        "Finance",
        list_exports,
        scope=Scope.EXPORTS,
        query=ListQuery,
        answer=ExportsOut,
    ),
    Operation(
        "GET",
        "/v1/exports/{export_id}",
        "getExport",
        "An export: how far it has come, and its files.",
        "Finance",
        read,
        scope=Scope.EXPORTS,
        answer=ExportWithFilesOut,
    ),
)
