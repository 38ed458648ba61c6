"""The `helpdesk` command.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 nobody answers, 4 not allowed.
"""

import typer

from cli import (
    actions,
    asking,
    conversations,
    demo,
    documents,
    finance,
    plans,
    stage,
    tenants,
    tools,
    usage,
)

app = typer.Typer(
    help="Helpdesk AI: run it on this machine, feed it documents, ask it questions.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 nobody answers, 4 not allowed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for commands in (stage, demo, documents, asking):
    app.add_typer(commands.app)
app.add_typer(usage.app, name="usage")
app.add_typer(tenants.app, name="tenant")
app.add_typer(conversations.app, name="conversations")
app.add_typer(plans.app, name="plans")
app.add_typer(finance.app, name="finance")
app.add_typer(tools.app, name="tools")
app.add_typer(actions.app, name="actions")
