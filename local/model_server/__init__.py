"""The model server of one machine: an OpenAI-compatible endpoint without a key or a network.

It serves what a stage without a configured model needs: MiniLM embeddings, and an answerer that
quotes the best sentences of the sources it is given. Nothing outside ``local/`` imports it; the
product speaks to it over HTTP, as it does to any other model.
"""
