"""One module per port and SDK. Adapters import ports and values, never each other."""
