"""Models behind OpenAI-compatible endpoints, through the ``openai`` client."""
