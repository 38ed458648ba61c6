"""The chat function: the streamed routes, served by uvicorn behind the Lambda Web Adapter."""

from helpdesk import wiring
from helpdesk.edge.chat_app import create_app

app = create_app(wiring.chat, wiring.authenticator)
