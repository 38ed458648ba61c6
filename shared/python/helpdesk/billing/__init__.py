"""What becomes of usage events: accounts, bills, closed periods, exports and invoices.

    event in the ledger ─► posted once to an open period ─► bill ─► close ─► exports, invoices

Part of the core, under its law of imports.
"""
