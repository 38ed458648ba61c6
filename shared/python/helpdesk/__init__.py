"""Helpdesk AI: the product, as one package.

The law of imports (kept by tests/test_architecture.py):

    functions ─► use cases through the wiring, edge, events, errors, telemetry
    edge      ─► core                       the only code that knows HTTP
    wiring    ─► core, adapters, settings   the only importer of adapters
    adapters  ─► ports, values + one SDK each, never each other
    core      ─► core + pydantic + stdlib   no SDK, no environment;
                                            clock, chance and ids are arguments
"""
