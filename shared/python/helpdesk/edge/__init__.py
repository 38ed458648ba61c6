"""The only code that knows HTTP: requests to use cases, answers and errors to the wire."""
