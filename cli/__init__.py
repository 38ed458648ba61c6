"""The `helpdesk` command. It speaks the public HTTP API alone; only `stage` and `demo` know the
machine's own stage.
"""
