"""The test's end of the dictated model: each answer is a connection, each piece a line on it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

MODEL_PORT = "DICTATED_MODEL_PORT"
SECRET = "hd_sk_mine"
_PATIENCE_SECONDS = 20.0


class Answer:
    """One answer of the model, while it is being given."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def say(self, piece: str) -> None:
        """The next piece."""
        self._connection.sendall(json.dumps(piece).encode() + b"\n")

    def finish(self) -> None:
        """That was all."""
        self._connection.close()


class Dictation:
    """Where the app's model asks what to say."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.port: int = listener.getsockname()[1]

    @contextmanager
    def answer(self) -> Iterator[Answer]:
        """The next answer: waits until the model is asked. It ends with the block at the latest."""
        connection, _ = self._listener.accept()
        with connection:
            yield Answer(connection)


@contextmanager
def dictating() -> Iterator[Dictation]:
    """A port of its own for the app's model."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE_SECONDS)
        yield Dictation(listener)
